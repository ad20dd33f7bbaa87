"""The suite as the local overlay deploys it, and what has become of the lines that it was sent."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kube import applied, fetched, kubectl, running_pods, state, wait_until
from support.counts import AWAY, COUNTS
from support.marked_lines import MarkedLines
from support.pipeline import ROOT

from millrace.config import Config

IMAGE = os.environ.get("MILLRACE_K8S_IMAGE", "millrace:local")
NEXT_IMAGE = os.environ.get("MILLRACE_K8S_NEXT_IMAGE", "millrace:next")
JOBS = ("ingest", "aggregate", "archive")
API_LABELS = "app.kubernetes.io/name=millrace-api"
EXECUTORS = 2
FEED = "access"
# Far more than any takes where nothing is wrong: a cluster may be one slow machine.
_DEPLOY_TIMEOUT_S = 1_800
START_TIMEOUT_S = 900
LINES_TIMEOUT_S = 900
_RECONCILE_TIMEOUT_S = 1_200
_ENDS = ("COMPLETED", "FAILED")
_API = "sparkoperator.k8s.io/v1beta2"


def api_image(image: str) -> str:
    """The API's image that is deployed with this one of the jobs."""
    name, _, tag = image.rpartition(":")
    return f"{name}-api:{tag}"


@dataclass
class Suite:
    """Three jobs and the API on the cluster, and the lines that one of their feeds was sent.

    ``token`` is one that the API reads for.
    """

    conf: Config
    lines: MarkedLines
    token: str
    proofs: int = 0

    def deploy(self, image: str) -> None:
        """Applies the overlay with this image, and waits until every job runs it."""
        command = [str(ROOT / "spark-k8s" / "deploy.sh"), "local", image]
        patient = os.environ | {"MILLRACE_DEPLOY_TIMEOUT_S": str(_DEPLOY_TIMEOUT_S)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=patient)
        assert done.returncode == 0, done.stdout + done.stderr
        # The test has its own proofs: those on the hour would need memory beside them.
        for name in ("reconcile", "compact"):
            patch = '{"spec":{"suspend":true}}'
            kubectl("patch", "scheduledsparkapplication", name, "--type", "merge", "-p", patch)
            begun = f"sparkoperator.k8s.io/scheduled-app-name={name}"
            kubectl("delete", "sparkapplications", "--selector", begun)
        wait_until(self.is_running, "three drivers with executors", timeout_s=START_TIMEOUT_S)

    def is_running(self) -> bool:
        """Whether each job has its driver and all of its executors."""
        return all(
            state(job) == "RUNNING"
            and len(running_pods(job, "driver")) == 1
            and len(running_pods(job, "executor")) == EXECUTORS
            for job in JOBS
        )

    def landed(self, job: str) -> int | None:
        """How many lines a job has stored; null while the server does not say."""
        try:
            return COUNTS[job](self.conf, FEED).landed()
        except AWAY:
            return None

    def wait_for_all(self, job: str) -> float:
        """Waits until a job has stored every line that was sent; the seconds it took."""
        wanted = COUNTS[job](self.conf, FEED).expected(self.lines.sent).total()
        return wait_until(
            lambda: self.landed(job) == wanted,
            f"{job} stored {wanted} lines",
            timeout_s=LINES_TIMEOUT_S,
        )

    def differences(self, job: str) -> tuple[int, int]:
        """How many lines are missing and how many are there twice, by a count of its own."""
        count = COUNTS[job](self.conf, FEED)
        expected, found = count.expected(self.lines.sent), count.found()
        return (expected - found).total(), (found - expected).total()

    def proof(self, *options: str) -> str:
        """How ``millrace reconcile`` ends on the cluster: COMPLETED where all holds."""
        self.proofs += 1
        name = f"proof-{self.proofs}"
        spec = fetched("scheduledsparkapplication", "reconcile")["spec"]["template"]
        spec |= {"restartPolicy": {"type": "Never"}}
        spec["arguments"] += options
        # It shares the node with the streams. The driver sets the number by the configuration.
        (container,) = spec["driver"]["template"]["spec"]["containers"]
        container["env"] = [{"name": "MILLRACE__SPARK__EXECUTORS", "value": "1"}]
        applied(_application(name, spec))
        wait_until(lambda: state(name) in _ENDS, f"{name} ended", timeout_s=_RECONCILE_TIMEOUT_S)
        ended = state(name)
        if ended == "FAILED":
            print(kubectl("logs", f"{name}-driver", "--tail", "60"))
        kubectl("delete", "sparkapplication", name)
        return ended


def _application(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": _API,
        "kind": "SparkApplication",
        "metadata": {"name": name},
        "spec": spec,
    }


def overlay_settings() -> dict[str, str]:
    """What the local overlay sets, as environment variables."""
    file = ROOT / "spark-k8s" / "overlays" / "local" / "settings.env"
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def volume_folder() -> Path | None:
    """The folder of the jobs' volume, where this machine is the cluster's node; else null."""
    volume = fetched("persistentvolumeclaim", "millrace")["spec"]["volumeName"]
    folder = fetched("persistentvolume", volume)["spec"].get("hostPath", {}).get("path")
    return Path(folder) if folder and Path(folder).is_dir() else None
