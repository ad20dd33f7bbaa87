"""Objects held against their schemas: Kubernetes' own, and those of the operator's CRDs."""

from functools import cache
from typing import Any

import kubernetes_validate
import yaml
from jsonschema import Draft202012Validator
from manifests import tools
from manifests.rendered import Manifest, pods

_KUBERNETES = "1.33"
_OWN = "sparkoperator.k8s.io"
# Their CRDs are of operators that a cluster may or may not have.
_NOT_HELD = ("monitoring.coreos.com", "external-secrets.io")


def faults(manifests: list[Manifest]) -> list[str]:
    """One sentence for each object that a cluster would refuse."""
    found = [fault for manifest in manifests for fault in _faults(manifest)]
    for application, role, template in pods(manifests):
        # The CRD takes any template; what becomes of it is a pod.
        pod = {"apiVersion": "v1", "kind": "Pod", **template}
        found += [f"{application} {role}: {fault}" for fault in _kubernetes(pod)]
    return found


def _faults(manifest: Manifest) -> list[str]:
    group = manifest["apiVersion"].partition("/")[0]
    if group in _NOT_HELD:
        return []
    words = _custom(manifest) if group == _OWN else _kubernetes(manifest)
    return [f"{manifest['kind']} {manifest['metadata'].get('name')}: {fault}" for fault in words]


def _kubernetes(manifest: Manifest) -> list[str]:
    try:
        kubernetes_validate.validate(manifest, _KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message[:200]}"]
    return []


def _custom(manifest: Manifest) -> list[str]:
    validator = Draft202012Validator(_schema(manifest["kind"]))
    return [
        f"{'.'.join(map(str, error.path))}: {error.message[:200]}"
        for error in validator.iter_errors(manifest)
    ]


@cache
def _schema(kind: str) -> dict[str, Any]:
    file = tools.operator() / "config" / "crd" / "bases" / f"{_OWN}_{kind.lower()}s.yaml"
    versions = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)["spec"]["versions"]
    (schema,) = (v["schema"]["openAPIV3Schema"] for v in versions if v["name"] == "v1beta2")
    return _strict(schema) | {"required": ["apiVersion", "kind", "metadata", "spec"]}


def _strict(schema: Any) -> Any:
    """The schema with every field forbidden that it does not name, as the API server has it."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _strict(value) for key, value in schema.items()}
    is_open = schema.get("x-kubernetes-preserve-unknown-fields")
    if (
        isinstance(schema.get("properties"), dict)
        and schema.get("type") == "object"
        and not is_open
    ):
        strict.setdefault("additionalProperties", False)
    return strict
