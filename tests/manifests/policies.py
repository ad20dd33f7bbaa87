"""What a cluster's owner asks of every object before production logs go through it."""

import re
from collections.abc import Iterator

from manifests.rendered import Manifest, applications, deployments, pods

_ENVIRONMENT = re.compile(r"PASSWORD|SECRET|TOKEN|ACCESS_KEY", re.IGNORECASE)
# What the operator's webhook refuses under sparkConf (v2.5.2, sparkconf_validator.go).
_REFUSED = re.compile(
    r"spark\.kubernetes\.authenticate\.((driver|executor)\.)?(serviceAccountName|oauthToken\w*)"
    r"|spark\.kubernetes\.((driver|executor)\.)?container\.image|spark\.(kubernetes\.driver\.)?master"
)
_LIMITS = ("cores", "coreLimit", "memory", "memoryOverhead")


def broken(manifests: list[Manifest]) -> list[str]:
    """One sentence for each rule that an object breaks."""
    found = [*_images(manifests), *_limits(manifests), *_secrets(manifests)]
    found += [*_refused(manifests), *_interruptions(manifests)]
    for application, role, pod in pods(manifests):
        where = f"{application} {role}"
        found += [f"{where}: {rule}" for rule in _security(pod)]
        if not _covered(manifests, pod):
            found.append(f"{where}: no NetworkPolicy denies what is not named")
    return found


def _images(manifests: list[Manifest]) -> Iterator[str]:
    images = [(name, spec.get("image", "")) for name, spec in applications(manifests)]
    images += [(name, container["image"]) for name, container in _containers(manifests)]
    for name, image in images:
        tag = image.rpartition("/")[2].partition(":")[2]
        if tag in ("", "latest") and "@sha256:" not in image:
            yield f"{name}: image {image} names no version"


def _limits(manifests: list[Manifest]) -> Iterator[str]:
    for name, spec in applications(manifests):
        for role in ("driver", "executor"):
            for key in _LIMITS:
                if not spec.get(role, {}).get(key):
                    yield f"{name} {role}: {key} is not set"
        if spec.get("dynamicAllocation", {}).get("enabled"):
            yield f"{name}: a stream's executors must be fixed in number"
    for name, container in _containers(manifests):
        resources = container.get("resources", {})
        for key in ("requests", "limits"):
            if not resources.get(key, {}).keys() >= {"cpu", "memory"}:
                yield f"{name}: {key} are not set"


def _containers(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Those of deployments, each with its deployment's name."""
    for name, spec in deployments(manifests):
        yield from ((name, container) for container in spec["template"]["spec"]["containers"])


def _interruptions(manifests: list[Manifest]) -> Iterator[str]:
    """Whether somebody answers while pods come, go and hang."""
    budgets = [m["spec"] for m in manifests if m["kind"] == "PodDisruptionBudget"]
    for name, spec in deployments(manifests):
        labels = spec["template"]["metadata"]["labels"]
        if spec.get("replicas", 1) < 2:
            yield f"{name}: nobody answers while its one pod is replaced"
        if not any(_selects(budget["selector"], labels) for budget in budgets):
            yield f"{name}: no PodDisruptionBudget"
        if spec["template"]["spec"].get("automountServiceAccountToken") is not False:
            yield f"{name}: has a token of the cluster"
    for name, container in _containers(manifests):
        yield from (
            f"{name}: no {probe}"
            for probe in ("readinessProbe", "livenessProbe")
            if probe not in container
        )


def _security(pod: Manifest) -> Iterator[str]:
    spec = pod.get("spec", {})
    outer = spec.get("securityContext", {})
    for container in [*spec.get("containers", []), *spec.get("initContainers", [])]:
        own = container.get("securityContext", {})
        both = outer | own
        if not both.get("runAsNonRoot") or both.get("runAsUser") == 0:
            yield "may run as root"
        if own.get("allowPrivilegeEscalation") is not False:
            yield "may gain privileges"
        if own.get("privileged"):
            yield "is privileged"
        if own.get("capabilities", {}).get("drop") != ["ALL"] or own["capabilities"].get("add"):
            yield "keeps capabilities"
        if both.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield "has no seccomp profile"
        if own.get("readOnlyRootFilesystem") is not True:
            yield "may write its root"
    if not spec.get("containers"):
        yield "has no container that could be held to anything"
    if any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
        yield "shares the node's namespaces"
    if any("hostPath" in volume for volume in spec.get("volumes", [])):
        yield "mounts the node's disk"


def _secrets(manifests: list[Manifest]) -> Iterator[str]:
    """A Secret's content, or what is named like one, as text in a manifest."""
    for manifest in manifests:
        name = manifest["metadata"]["name"]
        if manifest["kind"] == "Secret":
            yield f"{name}: a Secret with its content"
        if manifest["kind"] == "ConfigMap":
            for key in manifest.get("data", {}):
                if _ENVIRONMENT.search(key):
                    yield f"{name}: {key} is a secret as text"
    for application, role, pod in pods(manifests):
        for container in pod.get("spec", {}).get("containers", []):
            for variable in container.get("env", []):
                if _ENVIRONMENT.search(variable["name"]) and "value" in variable:
                    yield f"{application} {role}: {variable['name']} is a secret as text"
    for application, spec in applications(manifests):
        for key in spec.get("sparkConf", {}):
            if re.search(r"password|secret\.key|access\.key", key):
                yield f"{application}: sparkConf.{key} is a secret as text"


def _refused(manifests: list[Manifest]) -> Iterator[str]:
    for application, spec in applications(manifests):
        for key in spec.get("sparkConf", {}):
            if _REFUSED.fullmatch(key):
                yield f"{application}: sparkConf.{key} is the operator's to set"


def _covered(manifests: list[Manifest], pod: Manifest) -> bool:
    """Whether policies deny both ways, and one lets the pod's role reach anything at all."""
    labels = pod["metadata"]["labels"]
    applied = [
        policy["spec"]
        for policy in manifests
        if policy["kind"] == "NetworkPolicy" and _selects(policy["spec"]["podSelector"], labels)
    ]
    types = {type for spec in applied for type in spec.get("policyTypes", [])}
    return types >= {"Ingress", "Egress"} and any(spec.get("egress") for spec in applied)


def _selects(selector: Manifest, labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items()
    expressions = selector.get("matchExpressions", [])
    return all(labels.get(key) == value for key, value in wanted) and all(
        labels.get(item["key"]) in item["values"] for item in expressions
    )
