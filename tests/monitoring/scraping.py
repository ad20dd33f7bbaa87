"""A real Prometheus over jobs of a test."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml
from support.pipeline import wait_until

RULES = Path(__file__).parents[2] / "dashboards" / "alerts"
_UP_TIMEOUT_S = 60
_JOBS = {"api": "millrace-api", "connect": "connect"}


@contextmanager
def scraping(
    program: str, folder: Path, port: int, ports: Mapping[str, int], rules: Path = RULES
) -> Iterator[str]:
    """Prometheus with these rules, which scrapes what answers at each port; its address.

    That is a job of that name, the API, or Kafka Connect's worker.
    """
    file = folder / "prometheus.yaml"
    targets: dict[str, list[str]] = {}
    for name, own_port in ports.items():
        job = _JOBS.get(name, "millrace")
        targets.setdefault(job, []).append(f"127.0.0.1:{own_port}")
    content = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [f"{rules}/*.yaml"],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": found}]}
            for job, found in targets.items()
        ],
    }
    file.write_text(yaml.safe_dump(content))
    command = [program, f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}"]
    log = folder / "prometheus.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, f"--web.listen-address=127.0.0.1:{port}"], stdout=output, stderr=output
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _is_ready(address), log.read_text(), timeout_s=_UP_TIMEOUT_S, poll_s=0.1)
        yield address
    finally:
        process.terminate()
        process.wait(_UP_TIMEOUT_S)


def value(address: str, expression: str, at_s: int | None = None) -> float | None:
    """The one value of an expression at a second of Unix time, or as of this one, if it has one."""
    found = answers(address, expression, int(time.time()) if at_s is None else at_s)
    return float(found[0]["value"][1]) if found else None


def answers(address: str, expression: str, at_s: int) -> list[dict[str, Any]]:
    """Each series of an expression at a second of Unix time: its labels and its value."""
    question = urlencode({"query": expression, "time": at_s})
    with urlopen(f"{address}/api/v1/query?{question}", timeout=_UP_TIMEOUT_S) as answer:
        found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
    return found


def _is_ready(address: str) -> bool:
    try:
        with urlopen(f"{address}/-/ready", timeout=_UP_TIMEOUT_S):
            return True
    except (URLError, ConnectionError):
        return False
