"""The images' recipes, the scripts around it and the workflows are what their linters ask for."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from manifests import tools
from manifests.rendered import ROOT

from millrace.setup import node

DOCKERFILES = sorted((ROOT / "spark-k8s").glob("*Dockerfile"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
_USES = re.compile(r"uses: ([^\s#]+)")


def _hadolint(file: Path) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("hadolint"))
    return subprocess.run([program, str(file)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.name)
def test_a_dockerfile_is_in_order(file: Path) -> None:
    done = _hadolint(file)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_fault_in_a_dockerfile_is_named(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM debian\nUSER root\n")
    assert "DL3006" in _hadolint(file).stdout


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.name)
def test_an_image_runs_as_a_number_that_is_not_root(file: Path) -> None:
    users = re.findall(r"^USER (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert users[-1] == "185"


def test_all_images_are_of_one_base_and_all_recipes_are_known() -> None:
    bases = {
        re.findall(r"^ARG BASE_IMAGE=(.+)$", f.read_text(), re.MULTILINE)[0] for f in DOCKERFILES
    }
    assert len(bases) == 1
    assert [file.name for file in DOCKERFILES] == [
        "Dockerfile",
        "api.Dockerfile",
        "connect.Dockerfile",
    ]


def test_the_api_needs_neither_java_nor_spark() -> None:
    recipe = (ROOT / "spark-k8s" / "api.Dockerfile").read_text(encoding="utf-8")
    lock = (ROOT / "requirements-api.lock").read_text(encoding="utf-8")
    assert "jre" not in recipe
    assert not re.search(r"^(pyspark|py4j|delta-spark|pandas|numpy)==", lock, re.MULTILINE)


def test_the_api_carries_the_page_built_by_the_node_of_this_repository() -> None:
    recipe = (ROOT / "spark-k8s" / "api.Dockerfile").read_text(encoding="utf-8")
    assert f"FROM node:{node.VERSION}-slim AS console" in recipe
    assert "COPY --from=console /build/static/ lib/millrace/console/static/" in recipe


def test_an_image_built_without_an_engine_leaves_out_what_its_recipe_leaves_out() -> None:
    script = (ROOT / "spark-k8s" / "build-rootfs.sh").read_text(encoding="utf-8")
    (braces,) = re.findall(r'rm -rf "\$package"/lib/millrace/\{(\S+)\}', script)
    left_out = {f"lib/millrace/{name}" for name in braces.split(",")}
    for file in DOCKERFILES[:2]:
        recipe = file.read_text(encoding="utf-8")
        (names,) = re.findall(r"RUN rm -rf ((?:lib/millrace/\S+ )+)\\", recipe)
        assert set(names.split()) == left_out
    assert "-m millrace.tools.console_build" in script


def test_the_workflows_are_in_order() -> None:
    command = [tools.actionlint(), "-no-color", *map(str, WORKFLOWS)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_every_action_is_held_to_its_commit(file: Path) -> None:
    used = _USES.findall(file.read_text(encoding="utf-8"))
    outside = [name for name in used if not name.startswith("./")]
    assert [name for name in outside if not re.search(r"@[0-9a-f]{40}$", name)] == []


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
@pytest.mark.parametrize("script", sorted((ROOT / "spark-k8s").glob("*.sh")), ids=lambda s: s.name)
def test_the_scripts_can_be_read(script: Path) -> None:
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
