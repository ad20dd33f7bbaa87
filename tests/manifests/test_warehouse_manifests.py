"""The warehouse on Kubernetes: who loads, how often, and who knows which password."""

from typing import Any

import pytest
from manifests.policies import broken
from manifests.rendered import ROOT, Manifest, named, rendered
from manifests.schemas import faults

from millrace import config
from millrace.config import passwords

OVERLAY = "warehouse"
COMPONENT = ROOT / "spark-k8s/components/warehouse"


def environment(container: Manifest) -> set[str]:
    """The Secrets and ConfigMaps, without their hashes, that a container has its environment of."""
    sources: list[dict[str, Any]] = container["envFrom"]
    names = {one.get("secretRef", one.get("configMapRef"))["name"] for one in sources}
    return {
        name.rpartition("-")[0] if len(name.rpartition("-")[2]) == 10 else name for name in names
    }


def driver(kind: str, name: str) -> Manifest:
    spec = named(rendered(OVERLAY), kind, name)["spec"]
    pod = spec.get("template", spec)["driver"]["template"]["spec"]
    (container,) = pod["containers"]
    return dict(container)


def test_a_cluster_would_take_every_object_and_each_keeps_the_rules() -> None:
    assert faults(rendered(OVERLAY)) == []
    assert broken(rendered(OVERLAY)) == []


def test_the_load_runs_every_ten_minutes_one_at_a_time() -> None:
    spec = named(rendered(OVERLAY), "ScheduledSparkApplication", "warehouse")["spec"]
    assert (spec["suspend"], spec["concurrencyPolicy"]) == (False, "Forbid")
    assert spec["schedule"] == "*/10 * * * *"
    assert spec["template"]["arguments"][0] == "--load-only"
    without = named(rendered("production"), "ScheduledSparkApplication", "warehouse")["spec"]
    assert without["suspend"] is True


def test_who_loads_has_the_passwords_of_the_warehouse_and_the_api_that_of_readers() -> None:
    both = {"millrace-warehouse"}
    for place in (
        ("ScheduledSparkApplication", "warehouse"),
        ("SparkApplication", "archive"),
    ):
        assert both <= environment(driver(*place)), place
    assert not both & environment(driver("SparkApplication", "ingest"))
    pod = named(rendered(OVERLAY), "Deployment", "api")["spec"]["template"]["spec"]
    (api,) = pod["containers"]
    secrets = {one["secretRef"]["name"] for one in api["envFrom"] if "secretRef" in one}
    assert "millrace-bi" in secrets
    assert "millrace-warehouse" not in secrets


def test_what_the_component_says_is_a_section_that_the_configuration_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for line in (COMPONENT / "settings.env").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            monkeypatch.setenv(*line.split("=", 1))
    monkeypatch.setenv("MILLRACE__KAFKA__PASSWORD", "a-secret")
    monkeypatch.setenv(passwords.WAREHOUSE["password"], "another")
    own = config.load(ROOT / "conf/k8s.yaml").warehouse
    assert own
    assert own.tls
    assert own.password.get_secret_value() == "another"
    names = (COMPONENT / "network.yaml").read_text(encoding="utf-8")
    assert f"kubernetes.io/metadata.name: {own.host.split('.')[1]}" in names
    assert f"port: {own.port}" in names
