"""The cluster that KUBECONFIG names, by kubectl."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import yaml
from support import pipeline

NAMESPACE = "millrace"
Object = dict[str, Any]
# Each look at a cluster is a kubectl.
wait_until = partial(pipeline.wait_until, poll_s=0.5)


def kubectl(*arguments: str, given: str | None = None) -> str:
    """What kubectl says; fails with its own words."""
    done = subprocess.run(
        ["kubectl", "--namespace", NAMESPACE, *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def attempted(*arguments: str) -> None:
    """As ``kubectl``, where it may well be cut off by what it does."""
    command = ["kubectl", "--namespace", NAMESPACE, *arguments]
    subprocess.run(command, capture_output=True, check=False)


def applied(*objects: Object) -> None:
    """Applies these objects as the server takes them."""
    kubectl("apply", "--server-side", "--filename", "-", given=yaml.safe_dump_all(objects))


def fetched(kind: str, name: str) -> Object:
    """One object."""
    found: Object = json.loads(kubectl("get", kind, name, "--output", "json"))
    return found


def pods(application: str, role: str) -> list[Object]:
    """The pods of an application in a role that are not about to go, oldest first."""
    return labelled_pods(f"sparkoperator.k8s.io/app-name={application},spark-role={role}")


def labelled_pods(labels: str) -> list[Object]:
    """The pods that a selector of labels names and that are not about to go, oldest first."""
    found = json.loads(kubectl("get", "pods", "--selector", labels, "--output", "json"))["items"]
    living = [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]
    return sorted(living, key=lambda pod: str(pod["metadata"]["creationTimestamp"]))


def running_pods(application: str, role: str) -> list[str]:
    """The names of those that run."""
    found = pods(application, role)
    return [pod["metadata"]["name"] for pod in found if pod["status"].get("phase") == "Running"]


def is_gone(pod: str) -> bool:
    """Whether no pod of that name is left, not even one that is about to end."""
    return not kubectl("get", "pod", pod, "--ignore-not-found", "--output", "name")


def state(application: str) -> str:
    """What the operator says of an application; empty where it has not looked at it yet."""
    status = fetched("sparkapplication", application).get("status", {})
    return str(status.get("applicationState", {}).get("state", ""))


@contextmanager
def forwarded(target: str, port: int) -> Iterator[int]:
    """A free port of this machine that leads to a port of this object as long as it is open."""
    command = ["kubectl", "--namespace", NAMESPACE, "port-forward", target, f":{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forwarding:
        try:
            assert forwarding.stdout
            said = forwarding.stdout.readline()
            found = re.fullmatch(r"Forwarding from 127\.0\.0\.1:(\d+) -> \d+\n", said)
            assert found, f"kubectl port-forward {target}: {said}"
            yield int(found[1])
        finally:
            forwarding.terminate()
