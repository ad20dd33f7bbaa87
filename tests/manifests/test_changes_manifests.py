"""Change data capture on Kubernetes: the job, Kafka Connect, and what each is told."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from manifests.rendered import ROOT, WITH_CHANGES, Manifest, named, rendered

from millrace import config
from millrace.config import Config, entities, passwords
from millrace.stack import connect

COMPONENT = ROOT / "spark-k8s/components/changes"
# What a laptop's worker and a cluster's have in common: without it changes would be read otherwise.
SHARED = (
    "plugin.discovery",
    "key.converter",
    "value.converter",
    "key.converter.schemas.enable",
    "value.converter.schemas.enable",
    "value.converter.decimal.format",
    "config.providers",
    "config.providers.env.class",
    "exactly.once.source.support",
)


def properties(text: str) -> dict[str, str]:
    """A worker's properties."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def job() -> Manifest:
    return named(rendered(WITH_CHANGES), "SparkApplication", "changes")["spec"]


def worker() -> Manifest:
    spec: Manifest = named(rendered(WITH_CHANGES), "Deployment", "connect")["spec"]
    return spec["template"]["spec"]["containers"][0]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Config:
    """The configuration of the base, with what the component says in the environment."""
    for line in (COMPONENT / "settings.env").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            monkeypatch.setenv(*line.split("=", 1))
    monkeypatch.setenv("MILLRACE__KAFKA__PASSWORD", "a-secret")
    monkeypatch.setenv("MILLRACE__CHANGES__ENTITIES", str(COMPONENT / "entities.yaml"))
    return config.load(ROOT / "conf/k8s.yaml")


def test_the_job_runs_and_its_connectors_are_applied_before() -> None:
    spec = job()
    assert spec["suspend"] is False
    pod = spec["driver"]["template"]["spec"]
    (first,) = pod["initContainers"]
    assert first["image"] == spec["image"]
    assert first["command"][3:] == [
        "/opt/millrace/jobs/command.py",
        "connectors",
        "apply",
        *spec["arguments"],
    ]
    (driver,) = pod["containers"]
    mounted = {mount["name"]: mount["mountPath"] for mount in driver["volumeMounts"]}
    assert mounted["entities"] == "/etc/millrace/entities"
    assert {mount["name"] for mount in first["volumeMounts"]} <= mounted.keys()


def test_the_job_and_kafka_connect_trust_the_authorities_of_the_secret(loaded: Config) -> None:
    assert loaded.changes
    pods = (job()["driver"]["template"]["spec"]["containers"][0], worker())
    mounts = [{one["name"]: one["mountPath"] for one in pod["volumeMounts"]} for pod in pods]
    for source in (loaded.changes.postgres, loaded.changes.mariadb, loaded.changes.mongo):
        assert source
        assert source.tls
        read = (source.ca_file, getattr(source, "trust_store", None) or source.ca_file)
        for own in mounts:
            assert {str(file.parent) for file in read if file} == {own["tls"]}


def test_every_source_of_an_entity_is_configured(loaded: Config) -> None:
    known = entities.of(loaded)
    assert known.sources == ("postgres", "mariadb", "mongo")
    assert loaded.changes
    host = loaded.changes.connect.removeprefix("http://")
    (port,) = named(rendered(WITH_CHANGES), "Service", "connect")["spec"]["ports"]
    assert host == f"connect.millrace.svc:{port['port']}"


def test_the_examples_of_entities_are_the_same() -> None:
    assert (COMPONENT / "entities.yaml").read_bytes() == (ROOT / "conf/entities.yaml").read_bytes()


def test_a_worker_reads_changes_as_the_laptops_does() -> None:
    own = properties((COMPONENT / "connect.properties").read_text(encoding="utf-8"))
    laptops = properties(connect.PROPERTIES)
    assert {key: own[key] for key in SHARED} == {key: laptops[key] for key in SHARED}
    assert own.keys() >= laptops.keys()


def test_placeholders_may_name_passwords_and_nothing_else() -> None:
    own = properties((COMPONENT / "connect.properties").read_text(encoding="utf-8"))
    allowed = re.compile(own["config.providers.env.param.allowlist.pattern"])
    known = passwords.NAMES.items()
    sources = [name for kind, names in known for name in names if kind.startswith("source-")]
    named_here = set(re.findall(r"\$\{env:(\w+)\}", str(own)))
    assert all(map(allowed.fullmatch, [*sources, *named_here]))
    assert named_here == {"MILLRACE__KAFKA__PASSWORD"}
    assert not allowed.fullmatch("MILLRACE__MONGO__PASSWORD")


def test_every_client_of_a_worker_logs_in_as_the_jobs_do(loaded: Config) -> None:
    own = properties((COMPONENT / "connect.properties").read_text(encoding="utf-8"))
    kafka = loaded.kafka
    assert own["bootstrap.servers"] == kafka.bootstrap_servers
    for prefix in ("", "producer.", "consumer.", "admin."):
        assert own[f"{prefix}security.protocol"] == kafka.security_protocol
        assert own[f"{prefix}sasl.mechanism"] == kafka.sasl_mechanism
        assert f'username="{kafka.username}"' in own[f"{prefix}sasl.jaas.config"]
        assert own[f"{prefix}ssl.truststore.location"] == str(kafka.ca_file)


def test_the_worker_finds_its_properties_and_answers_where_it_is_asked() -> None:
    container = worker()
    recipe = (ROOT / "spark-k8s/connect.Dockerfile").read_text(encoding="utf-8")
    (folder,) = [m["mountPath"] for m in container["volumeMounts"] if m["name"] == "conf"]
    assert f'CMD ["{folder}/connect.properties"]' in recipe
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    own = properties((COMPONENT / "connect.properties").read_text(encoding="utf-8"))
    assert own["listeners"].endswith(f":{ports['http']}")
    assert f"=0.0.0.0:{ports['metrics']}:" in recipe
    assert own["plugin.path"].startswith("/opt/connect/")


def test_prometheus_scrapes_workers_as_the_job_connect() -> None:
    monitors: list[dict[str, Any]] = [
        item
        for item in rendered(WITH_CHANGES)
        if item["kind"] == "PodMonitor" and item["metadata"]["name"] == "connect"
    ]
    (monitor,) = monitors
    assert monitor["spec"]["selector"]["matchLabels"] == {
        "app.kubernetes.io/name": "millrace-connect"
    }
    relabelled = monitor["spec"]["podMetricsEndpoints"][0]["relabelings"]
    assert {"targetLabel": "job", "replacement": "connect"} in relabelled


def test_the_files_of_the_component_are_all_used() -> None:
    text = (COMPONENT / "kustomization.yaml").read_text(encoding="utf-8")
    files = {file.name for file in COMPONENT.iterdir()} - {"kustomization.yaml"}
    assert files == set(re.findall(r"[\w.-]+\.(?:yaml|properties|env)", text))
    assert yaml.safe_load(text)["kind"] == "Component"
    assert Path(COMPONENT / "settings.env").exists()
