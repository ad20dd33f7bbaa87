"""The tail of the real `ingest`, while it, the API and those who watch are killed."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from api.watch_process import recorded
from support.job_process import JobProcess
from support.pipeline import ROOT, kill, pipeline, wait_until
from support.places import free_port

from millrace.config import Config
from millrace.simulate.send import send

LINES, PER_S = 60_000, 1_000
MARKED_EVERY = 150  # fewer than are shown of a batch, however large it is
MARK = "marked"
TIMEOUT_S = 400


def lines(first: int, until: int) -> Iterator[bytes]:
    for number in range(first, until):
        agent = MARK if number % MARKED_EVERY == 0 else "curl/8"
        at = f"{datetime.now(UTC):%d/%b/%Y:%H:%M:%S} +0000"
        yield f'203.0.113.9 - - [{at}] "GET /{number} HTTP/1.1" 200 612 "-" "{agent}"'.encode()


class Watched:
    """One who watches, as a process that is started again after it was killed."""

    def __init__(self, start: Callable[[], JobProcess], file: Path) -> None:
        self._start, self._file = start, file
        self._process = start()

    def kill(self) -> None:
        """Ends it by SIGKILL, and starts another that goes on."""
        self.end()
        self._process = self._start()

    def end(self) -> None:
        self._process.end()

    @property
    def ids(self) -> list[str]:
        """The ids of the lines that it was told."""
        return [one.data["_id"] for one in recorded(self._file) if one.name == "message"]

    def told(self, name: str) -> list[dict[str, Any]]:
        return [one.data for one in recorded(self._file) if one.name == name]

    @property
    def counted(self) -> int:
        """How many lines it was told of, shown or not."""
        return len(self.ids) + sum(one["more"] for one in self.told("more"))


@pytest.mark.slow
def test_nothing_is_lost_or_doubled(
    servers: Config, conf_file: Path, country_database: str, tmp_path: Path
) -> None:
    feed = f"tail_{uuid4().hex[:8]}"
    own = {"name": feed, "topic": feed, "format": "combined", "service_name": "web"}
    pipe = pipeline(tmp_path, conf_file, own)
    content = yaml.safe_load(pipe.file.read_text()) | {"api": {"port": free_port()}}
    pipe.file.write_text(yaml.safe_dump(content))

    def process(name: str, *command: str) -> Callable[[], JobProcess]:
        path = {"PYTHONPATH": str(ROOT / "tests")}
        return lambda: JobProcess(command, tmp_path / f"{name}.log", path)

    def watched(name: str, query: str) -> Watched:
        file = tmp_path / f"{name}.jsonl"
        command = (sys.executable, "-m", "api.watch_process", str(pipe.file), feed, query)
        return Watched(process(name, *command, str(file)), file)

    with ExitStack() as stack:
        millrace = str(Path(sys.executable).with_name("millrace"))
        api = Watched(process("api", millrace, "api", "--conf", str(pipe.file)), tmp_path / "none")
        stack.callback(api.end)
        every, marked = watched("every", ""), watched("marked", f"user_agent:{MARK}")
        stack.callback(every.end)
        stack.callback(marked.end)
        for one in (every, marked):
            wait_until(lambda own=one: bool(own.told("trust")), "a place", timeout_s=TIMEOUT_S)
        jobs = stack.enter_context(ExitStack())
        job = jobs.enter_context(pipe.running("ingest"))
        # The job takes long to start: lines would come in one batch.
        send(pipe.conf.kafka, feed, lines(0, MARKED_EVERY))
        wait_until(lambda: len(marked.ids) > 0, "a batch", timeout_s=TIMEOUT_S)
        rest = lines(MARKED_EVERY, LINES)
        sending = threading.Thread(target=lambda: send(pipe.conf.kafka, feed, rest, rate=PER_S))
        sending.start()
        stack.callback(sending.join)
        share = LINES // MARKED_EVERY // 5
        for number, killed in enumerate(("watchers", "api", "job", "all"), 1):
            least = number * share
            wait_until(
                lambda least=least: len(marked.ids) >= least, f"{least} lines", timeout_s=TIMEOUT_S
            )
            if killed in ("watchers", "all"):
                every.kill()
                marked.kill()
            if killed in ("api", "all"):
                api.kill()
            if killed in ("job", "all"):
                kill(job)
                job = jobs.enter_context(pipe.running("ingest"))
        wait_until(
            lambda: len(marked.ids) >= LINES // MARKED_EVERY and every.counted >= LINES,
            "all lines",
            timeout_s=TIMEOUT_S,
        )
        stored = pipe.documents(feed)
        wanted = [one["_id"] for one in stored.find({"user_agent": MARK}, {"_id": 1})]
        assert stored.count_documents({}) == LINES
        assert len(wanted) == LINES // MARKED_EVERY
        assert Counter(marked.ids) == dict.fromkeys(wanted, 1)
        assert max(Counter(every.ids).values()) == 1
        assert every.counted == LINES
        assert not marked.told("missed") + marked.told("more") + every.told("missed")
