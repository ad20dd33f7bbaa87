"""What deploy.sh applies and waits for, by a kubectl that keeps what it was given."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from manifests.rendered import ROOT, rendered

# Streams are said to be suspended: what is asked of a cluster's pods needs a cluster.
_KUBECTL = """#!/bin/bash
case "$*" in
  kustomize*) cat "$MANIFESTS" ;;
  *--dry-run=server*) cat > /dev/null ;;
  apply*) cat > "$APPLIED" ;;
  *jsonpath={.spec.suspend}*) echo true ;;
  *"rollout status"*) echo "$*" > "$WAITED" ;;
esac
"""
_DIGEST = "sha256:" + "0" * 64
Deploy = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def deploy(tmp_path: Path) -> Deploy:
    """Runs deploy.sh with an overlay and images; ``without`` leaves an object of that kind out."""
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(_KUBECTL)
    kubectl.chmod(0o755)
    files = {name: tmp_path / name.lower() for name in ("MANIFESTS", "APPLIED", "WAITED")}

    def run(overlay: str, *images: str, without: str = "") -> "subprocess.CompletedProcess[str]":
        manifests = [item for item in rendered(overlay) if item["kind"] != without]
        files["MANIFESTS"].write_text(yaml.safe_dump_all(manifests))
        return subprocess.run(
            [str(ROOT / "spark-k8s" / "deploy.sh"), overlay, *images],
            env={
                "PATH": f"{tmp_path}:{os.environ['PATH']}",
                **{name: str(file) for name, file in files.items()},
            },
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def _images(folder: Path) -> set[str]:
    return set(re.findall(r"^ *image: (.*)$", (folder / "applied").read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    ("given", "applied"),
    [
        (["r:5000/millrace:v1"], {"r:5000/millrace:v1", "r:5000/millrace-api:v1"}),
        (["r/millrace:v1", "r/millrace-api:v2"], {"r/millrace:v1", "r/millrace-api:v2"}),
        (
            [f"r/millrace@{_DIGEST}", f"r/millrace-api@{_DIGEST}"],
            {f"r/millrace@{_DIGEST}", f"r/millrace-api@{_DIGEST}"},
        ),
    ],
)
def test_each_image_is_the_one_that_was_named(
    deploy: Deploy, tmp_path: Path, given: list[str], applied: set[str]
) -> None:
    done = deploy("production", *given)
    assert done.returncode == 0, done.stderr
    assert _images(tmp_path) == applied
    assert "deployment/api" in (tmp_path / "waited").read_text()


def test_a_digest_alone_does_not_say_what_the_apis_image_is(deploy: Deploy, tmp_path: Path) -> None:
    done = deploy("production", f"r/millrace@{_DIGEST}")
    assert done.returncode == 2
    assert "the API's image must be named" in done.stderr
    assert not (tmp_path / "applied").exists()


def test_an_overlay_without_the_api_waits_for_none(deploy: Deploy, tmp_path: Path) -> None:
    done = deploy("production", f"r/millrace@{_DIGEST}", without="Deployment")
    assert done.returncode == 0, done.stderr
    assert _images(tmp_path) == {f"r/millrace@{_DIGEST}"}
    assert not (tmp_path / "waited").exists()
