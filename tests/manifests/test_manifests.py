"""Each overlay is valid, keeps the rules, and says what the configuration says."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from manifests.policies import broken
from manifests.rendered import OVERLAYS, ROOT, WITH_CHANGES, Manifest, named, rendered
from manifests.schemas import faults

from millrace.api import tokens
from millrace.api.guard import OPEN_PATHS
from millrace.config import Api
from millrace.tools.manifest import SCHEDULED, STREAMS

_NAMESPACE = "millrace"
Plant = Callable[[list[Manifest]], Any]


def _ingest(manifests: list[Manifest]) -> Manifest:
    return named(manifests, "SparkApplication", "ingest")["spec"]


def _container(manifests: list[Manifest], role: str = "driver") -> Manifest:
    return _ingest(manifests)[role]["template"]["spec"]["containers"][0]


def _api(manifests: list[Manifest]) -> Manifest:
    return named(manifests, "Deployment", "api")["spec"]


def _api_container(manifests: list[Manifest]) -> Manifest:
    return _api(manifests)["template"]["spec"]["containers"][0]


@pytest.mark.parametrize("overlay", [*OVERLAYS, WITH_CHANGES])
def test_a_cluster_would_take_every_object(overlay: str) -> None:
    assert faults(rendered(overlay)) == []


@pytest.mark.parametrize("overlay", [*OVERLAYS, WITH_CHANGES])
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
    manifests = rendered("production")
    found = {
        (item["kind"], item["metadata"]["name"])
        for item in manifests
        if item["kind"].endswith("SparkApplication")
    }
    streams = {("SparkApplication", name) for name in STREAMS}
    scheduled = {("ScheduledSparkApplication", name) for name in SCHEDULED}
    assert found == streams | scheduled
    suspended = {
        name
        for name in STREAMS
        if named(manifests, "SparkApplication", name)["spec"].get("suspend")
    }
    assert suspended == {"changes"}


def test_the_api_runs_where_it_is_asked_for_at_the_ports_of_the_configuration() -> None:
    manifests = rendered("production")
    content = _configuration(manifests)
    ports = {port["name"]: port["containerPort"] for port in _api_container(manifests)["ports"]}
    assert ports == {"http": Api().port, "metrics": content["metrics"]["port"]}
    assert content["api"]["listen"] == "0.0.0.0"
    (port,) = named(manifests, "Service", "api")["spec"]["ports"]
    assert port["targetPort"] == "http"
    assert f"api.{_NAMESPACE}.svc" in content["api"]["allowed_hosts"]
    assert _api_container(manifests)["readinessProbe"]["httpGet"]["path"] in OPEN_PATHS


def test_the_service_the_policy_and_the_budget_are_of_the_apis_pods() -> None:
    manifests = rendered("production")
    labels = _api(manifests)["template"]["metadata"]["labels"]
    selectors = [
        _api(manifests)["selector"]["matchLabels"],
        named(manifests, "Service", "api")["spec"]["selector"],
        named(manifests, "NetworkPolicy", "api")["spec"]["podSelector"]["matchLabels"],
        named(manifests, "PodDisruptionBudget", "api")["spec"]["selector"]["matchLabels"],
        named(manifests, "PodMonitor", "millrace-api")["spec"]["selector"]["matchLabels"],
    ]
    assert all(selector and selector.items() <= labels.items() for selector in selectors)


def test_the_apis_tokens_come_from_a_secret_that_no_job_has() -> None:
    manifests = rendered("production")
    of_jobs = {source["secretRef"]["name"] for source in _secrets(_container(manifests))}
    of_api = {source["secretRef"]["name"] for source in _secrets(_api_container(manifests))}
    assert of_api - of_jobs == {"millrace-api"}
    file = ROOT / "spark-k8s/components/external-secrets/external-secret.yaml"
    by_name = {item["metadata"]["name"]: item for item in yaml.safe_load_all(file.read_text())}
    keys = {entry["secretKey"] for entry in by_name["millrace-api"]["spec"]["data"]}
    assert keys == {tokens.READ, tokens.OPERATE}


def _secrets(container: Manifest) -> list[Manifest]:
    return [source for source in container["envFrom"] if "secretRef" in source]


def _configuration(manifests: list[Manifest]) -> dict[str, Any]:
    """The configuration that the API reads; the ConfigMap's name has the hash of its content."""
    volumes = _api(manifests)["template"]["spec"]["volumes"]
    (name,) = [volume["configMap"]["name"] for volume in volumes if volume["name"] == "conf"]
    text = named(manifests, "ConfigMap", name)["data"]["k8s.yaml"]
    content: dict[str, Any] = yaml.safe_load(text)
    return content


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
    "one pod of the API": (
        lambda m: _api(m).update(replicas=1),
        "api: nobody answers while its one pod is replaced",
    ),
    "no probe": (lambda m: _api_container(m).pop("livenessProbe"), "api: no livenessProbe"),
    "a limit of memory alone": (
        lambda m: _api_container(m)["resources"]["limits"].pop("cpu"),
        "api: limits are not set",
    ),
    "root in the API": (
        lambda m: _api(m)["template"]["spec"]["securityContext"].update(runAsUser=0),
        "api pod: may run as root",
    ),
    "a token of the cluster": (
        lambda m: _api(m)["template"]["spec"].pop("automountServiceAccountToken"),
        "api: has a token of the cluster",
    ),
    "no budget of the API": (
        lambda m: m.remove(named(m, "PodDisruptionBudget", "api")),
        "api: no PodDisruptionBudget",
    ),
    "latest of the API": (
        lambda m: _api_container(m).update(image="example/millrace-api:latest"),
        "api: image example/millrace-api:latest names no version",
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
    "unknown field of a deployment": lambda m: _api(m).update(replica=2),
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
