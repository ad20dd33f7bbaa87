"""The warehouse on Kubernetes: who loads, how often, and who knows which password."""

import re
from typing import Any

import pytest
from manifests.policies import broken
from manifests.rendered import ROOT, Manifest, named, rendered
from manifests.schemas import faults

from millrace import config
from millrace.config import passwords

OVERLAY = "warehouse"
COMPONENT = ROOT / "spark-k8s/components/warehouse"


def environment(container: Manifest, kind: str = "secretRef") -> set[str]:
    """The Secrets, or ConfigMaps without their hashes, that a container has its environment of."""
    sources: list[dict[str, Any]] = container["envFrom"]
    names = {one[kind]["name"] for one in sources if kind in one}
    return {re.sub(r"-[a-z0-9]{10}$", "", name) for name in names}


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
    # It builds what it loads.
    assert "--load-only" not in spec["template"]["arguments"]
    without = named(rendered("production"), "ScheduledSparkApplication", "warehouse")["spec"]
    assert without["suspend"] is True


def test_the_proof_runs_each_hour_beside_that_of_what_is_stored() -> None:
    of_warehouse, of_store = (
        named(rendered(OVERLAY), "ScheduledSparkApplication", name)["spec"]
        for name in ("reconcile-warehouse", "reconcile")
    )
    assert (of_warehouse["suspend"], of_warehouse["concurrencyPolicy"]) == (False, "Forbid")
    assert of_warehouse["schedule"] != of_store["schedule"]
    mine, other = (one["template"]["arguments"] for one in (of_warehouse, of_store))
    assert [one for one in mine if one != "--warehouse"] == other
    assert "--warehouse" in mine
    without = named(rendered("production"), "ScheduledSparkApplication", "reconcile-warehouse")
    assert without["spec"]["suspend"] is True


@pytest.mark.parametrize("file", ["Dockerfile", "build-rootfs.sh"])
def test_the_image_has_dbt_and_the_project_in_an_environment_of_its_own(file: str) -> None:
    recipe = (ROOT / "spark-k8s" / file).read_text(encoding="utf-8")
    for part in ("requirements-warehouse.lock", "/.venv-dbt", "warehouse/dbt"):
        assert part in recipe, part
    # Found on PATH: the lock file, by which it would be installed, is not in the image.
    assert re.search(
        r"ln -s /opt/millrace/.venv-dbt/bin/dbt \S*/opt/millrace/.venv/bin/dbt", recipe
    )
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"!requirements-warehouse.lock", "!warehouse/dbt"} <= set(ignored)


def test_who_loads_has_the_passwords_of_the_warehouse_and_the_api_that_of_readers() -> None:
    own = {"millrace-warehouse"}
    loader, proof = (
        driver("ScheduledSparkApplication", name) for name in ("warehouse", "reconcile-warehouse")
    )
    archive, ingest = (driver("SparkApplication", name) for name in ("archive", "ingest"))
    for container in (loader, proof, archive):
        assert own <= environment(container)
    for container in (loader, proof, archive, ingest):
        assert own <= environment(container, "configMapRef")
    assert "millrace-bi" in environment(proof)
    # It tells what the proof found, and reaches no warehouse.
    assert not own & environment(ingest)
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
