"""A standalone cluster of Spark on this machine: a master and two workers, each a JVM."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyspark
from support.places import free_port

WORKERS = 2
_START_TIMEOUT_S = 60
_CLASSES = "org.apache.spark.deploy"


@dataclass(frozen=True)
class Cluster:
    """Its address, and the folder in which executors work."""

    master: str
    work: Path

    def applications(self) -> list[str]:
        """The names of all applications that ran here, in order of start."""
        return sorted({folder.name for folder in self.work.glob("*/app-*")})

    def executors_of(self, application: str) -> list[Path]:
        """The folders of an application's executors, over all workers."""
        return sorted(self.work.glob(f"*/{application}/*"))


@contextmanager
def standalone(folder: Path) -> Iterator[Cluster]:
    """The cluster, up; every process of it is ended afterwards."""
    port = free_port()
    master = f"spark://127.0.0.1:{port}"
    processes = [_start(folder / "master.log", "master.Master", "--port", str(port))]
    try:
        _wait_for(folder / "master.log", "I have been elected leader")
        for number in range(WORKERS):
            log, work = folder / f"worker-{number}.log", folder / "work" / f"worker-{number}"
            sizes = ["--cores", "1", "--memory", "2g", "--work-dir", str(work)]
            processes.append(_start(log, "worker.Worker", *sizes, master))
            _wait_for(log, "Successfully registered with master")
        yield Cluster(master, folder / "work")
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(30)


def _start(log: Path, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
    home = Path(pyspark.__file__).parent
    own = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    # Workers know nothing of the suite: what they need of it must come with the application.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "MILLRACE"))}
    command = [str(home / "bin" / "spark-class"), f"{_CLASSES}.{program}", "--host", "127.0.0.1"]
    with log.open("wb") as output:
        return subprocess.Popen(
            [*command, "--webui-port", "0", *arguments],
            stdout=output,
            stderr=output,
            env=environment | own,
        )


def _wait_for(log: Path, words: str) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while words not in log.read_text(errors="replace"):
        assert time.monotonic() < deadline, log.read_text(errors="replace")[-2000:]
        time.sleep(0.1)
