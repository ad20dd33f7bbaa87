"""Manifests as a cluster gets them, and the pods that will be made by them."""

import copy
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from manifests import tools

ROOT = Path(__file__).parents[2]
OVERLAYS = ("local", "staging", "production")
WITH_CHANGES = "changes"  # production, and change data capture
Manifest = dict[str, Any]
_APPLICATIONS = ("SparkApplication", "ScheduledSparkApplication")


def rendered(overlay: str) -> list[Manifest]:
    """Every object of an overlay."""
    return copy.deepcopy(_rendered(overlay))


@cache
def _rendered(overlay: str) -> list[Manifest]:
    command = [*tools.kustomize(), str(ROOT / "spark-k8s" / "overlays" / overlay)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [item for item in yaml.safe_load_all(done.stdout) if item]


def named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """The one object of that kind and name."""
    (found,) = (m for m in manifests if (m["kind"], m["metadata"]["name"]) == (kind, name))
    return found


def applications(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """The name and the specification of each of Spark's applications."""
    for manifest in manifests:
        if manifest["kind"] in _APPLICATIONS:
            spec = manifest["spec"]
            is_scheduled = manifest["kind"] != "SparkApplication"
            yield manifest["metadata"]["name"], spec["template"] if is_scheduled else spec


def deployments(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """The name and the specification of what runs beside Spark's applications."""
    for manifest in manifests:
        if manifest["kind"] == "Deployment":
            yield manifest["metadata"]["name"], manifest["spec"]


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, str, Manifest]]:
    """Application, role and template of each kind of pod, with the labels that Spark adds."""
    for name, spec in deployments(manifests):
        yield name, "pod", copy.deepcopy(spec["template"])
    for name, spec in applications(manifests):
        for role in ("driver", "executor"):
            template = copy.deepcopy(spec.get(role, {}).get("template", {}))
            labels = template.setdefault("metadata", {}).setdefault("labels", {})
            labels |= {"spark-role": role, "sparkoperator.k8s.io/app-name": name}
            yield name, role, template
