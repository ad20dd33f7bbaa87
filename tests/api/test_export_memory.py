"""A million lines pass through the API without its memory growing with them."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from api.exporting import SPAN, START, WEB, stored
from api.serving import wait
from support.places import free_port

from millrace import config
from millrace.api.client import Client
from millrace.config import Config
from millrace.io import mongo

LINES = 1_000_000
_AT_ONCE = 10_000
FEED = WEB.model_copy(update={"name": "export_million", "topic": "export_million"})
MOST_GROWTH_KB = 150 * 1024
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def own_conf(conf_file: Path, servers: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a configuration with a million lines, in one feed."""
    _fill(servers)
    content = yaml.safe_load(conf_file.read_text())
    content["feeds"] = [FEED.model_dump(include={"name", "topic", "format", "service_name"})]
    content["api"] = {"port": free_port()}
    file = tmp_path_factory.mktemp("million") / "conf.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def _fill(conf: Config) -> None:
    examples = [one for feed, one in stored(conf) if feed == WEB.name]
    collection = mongo.database(conf.mongo)[FEED.name]
    collection.drop()
    mongo.prepare(conf.mongo, FEED)

    for first in range(0, LINES, _AT_ONCE):
        collection.insert_many(
            examples[number % len(examples)]
            | {"_id": f"{number:013d}", "timestamp": START + timedelta(milliseconds=number)}
            for number in range(first, min(LINES, first + _AT_ONCE))
        )


@pytest.fixture
def api(own_conf: Path) -> Iterator[tuple[Client, int]]:
    """A client of an API that is a process of its own, and the process's id."""
    program = "import sys; from millrace.cli import main; sys.argv = sys.argv[1:]; main()"
    command = [sys.executable, "-c", program, "millrace", "api", "--conf", str(own_conf)]
    address = f"http://127.0.0.1:{config.load(own_conf).api.port}"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait(lambda: answers(address))
            with Client(conf=own_conf) as client:
                yield client, process.pid
        finally:
            process.terminate()


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == 200
    except httpx.ConnectError:
        return False


@pytest.mark.parametrize("format", ["ndjson", "csv", "parquet"])
def test_memory_does_not_grow_with_the_lines(
    api: tuple[Client, int], tmp_path: Path, format: str
) -> None:
    client, process = api
    file, since, until = tmp_path / f"lines.{format}", SPAN["from"], SPAN["to"]
    # By then what is loaded once, such as Arrow, is loaded.
    assert client.export(file, from_=since, to="2026-03-01T12:00:01Z").lines == 1_000
    before = memory_kb(process, "VmRSS")
    Path(f"/proc/{process}/clear_refs").write_text("5")  # the highest so far begins anew
    assert client.export(file, from_=since, to=until).lines == LINES
    grown = memory_kb(process, "VmHWM") - before
    print(f"{format}: {file.stat().st_size:,} bytes, {grown:,} KB more")
    assert grown < MOST_GROWTH_KB


def memory_kb(process: int, name: str) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name))
