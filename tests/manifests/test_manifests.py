"""Each overlay is valid, keeps the rules, and says what the configuration says."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from manifests.policies import broken
from manifests.rendered import OVERLAYS, ROOT, Manifest, named, rendered
from manifests.schemas import faults

Plant = Callable[[list[Manifest]], Any]


def _ingest(manifests: list[Manifest]) -> Manifest:
    return named(manifests, "SparkApplication", "ingest")["spec"]


def _container(manifests: list[Manifest], role: str = "driver") -> Manifest:
    return _ingest(manifests)[role]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_cluster_would_take_every_object(overlay: str) -> None:
    assert faults(rendered(overlay)) == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_keeps_the_rules(overlay: str) -> None:
    assert broken(rendered(overlay)) == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_sizes_are_those_of_the_configuration(overlay: str) -> None:
    assert _manifest("--env", overlay) == _overlay(overlay, "settings.yaml").read_text()
    text = yaml.safe_dump_all(rendered(overlay))
    assert _manifest("--env", overlay, "--diff", "-", given=text) == ""


def test_a_hand_edited_size_and_a_property_without_effect_are_named() -> None:
    manifests = rendered("production")
    spec = _ingest(manifests)
    spec["executor"]["instances"] = 7
    spec["sparkConf"]["spark.sql.shuffle.partitions"] = "16"
    text = yaml.safe_dump_all(manifests)
    said = _manifest("--env", "production", "--diff", "-", given=text, code=1).splitlines()
    assert said == [
        "ingest: spec.executor.instances is 7, the configuration says 4",
        "ingest: sparkConf.spark.sql.shuffle.partitions is 16 and does nothing: the driver takes "
        "8 from the configuration",
    ]


def test_every_job_is_an_application_of_its_own() -> None:
    found = {
        (item["kind"], item["metadata"]["name"])
        for item in rendered("production")
        if item["kind"].endswith("SparkApplication")
    }
    streams = {("SparkApplication", name) for name in ("ingest", "aggregate", "archive")}
    scheduled = {("ScheduledSparkApplication", name) for name in ("reconcile", "compact")}
    assert found == streams | scheduled


RULES: dict[str, tuple[Plant, str]] = {
    "root": (
        lambda m: _container(m)["securityContext"].update(runAsUser=0),
        "ingest driver: may run as root",
    ),
    "capability": (
        lambda m: _container(m)["securityContext"]["capabilities"].update(add=["NET_ADMIN"]),
        "ingest driver: keeps capabilities",
    ),
    "writable root": (
        lambda m: _container(m)["securityContext"].pop("readOnlyRootFilesystem"),
        "ingest driver: may write its root",
    ),
    "latest": (
        lambda m: _ingest(m).update(image="example/millrace:latest"),
        "ingest: image example/millrace:latest names no version",
    ),
    "no tag behind a port": (
        lambda m: _ingest(m).update(image="registry:5000/millrace"),
        "ingest: image registry:5000/millrace names no version",
    ),
    "secret as text": (
        lambda m: _container(m).update(env=[{"name": "MILLRACE__MYSQL__PASSWORD", "value": "x"}]),
        "ingest driver: MILLRACE__MYSQL__PASSWORD is a secret as text",
    ),
    "secret in the repository": (
        lambda m: m.append({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}),
        "s: a Secret with its content",
    ),
    "a property that the operator refuses": (
        lambda m: _ingest(m)["sparkConf"].update({"spark.master": "local"}),
        "ingest: sparkConf.spark.master is the operator's to set",
    ),
    "no limit": (
        lambda m: _ingest(m)["executor"].pop("memoryOverhead"),
        "ingest executor: memoryOverhead is not set",
    ),
    "the node's disk": (
        lambda m: _ingest(m)["executor"]["template"]["spec"]["volumes"].append(
            {"name": "node", "hostPath": {"path": "/"}}
        ),
        "ingest executor: mounts the node's disk",
    ),
}


@pytest.mark.parametrize("plant", RULES)
def test_a_broken_rule_is_named(plant: str) -> None:
    manifests = rendered("production")
    RULES[plant][0](manifests)
    assert broken(manifests) == [RULES[plant][1]]


def test_a_pod_that_no_policy_covers_is_named() -> None:
    manifests = [item for item in rendered("production") if item["kind"] != "NetworkPolicy"]
    assert "ingest executor: no NetworkPolicy denies what is not named" in broken(manifests)


SCHEMAS: dict[str, Plant] = {
    "unknown field of the CRD": lambda m: _ingest(m).update(restartpolicy={"type": "Never"}),
    "unknown field deep in the CRD": lambda m: _ingest(m)["driver"].update(corse=2),
    "wrong value": lambda m: _ingest(m)["restartPolicy"].update(type="Sometimes"),
    "wrong type": lambda m: _ingest(m)["executor"].update(instances="two"),
    "missing": lambda m: _ingest(m).pop("mainApplicationFile"),
    "unknown field of a pod": lambda m: _container(m).update(volumeMount=[]),
    "unknown field of Kubernetes": lambda m: named(m, "NetworkPolicy", "spark")["spec"].update(
        engress=[]
    ),
    "unknown field of a schedule": lambda m: named(m, "ScheduledSparkApplication", "compact")[
        "spec"
    ].update(cron="* * * * *"),
}


@pytest.mark.parametrize("plant", SCHEMAS)
def test_what_a_cluster_would_refuse_is_named(plant: str) -> None:
    manifests = rendered("production")
    SCHEMAS[plant](manifests)
    assert len(faults(manifests)) == 1


def _overlay(overlay: str, file: str) -> Path:
    return ROOT / "spark-k8s" / "overlays" / overlay / file


def _manifest(*options: str, given: str = "", code: int = 0) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("millrace")), "manifest", *options],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout
