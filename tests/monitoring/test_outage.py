"""The broker away, as an operator sees it: in a real Prometheus, by the rules."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml
from monitoring.scraping import scraping, value
from monitoring.test_alerts import ALERTS, RULES
from monitoring.tools import prometheus
from support.feed import Feed, new_feed
from support.job_process import JobProcess
from support.pipeline import ROOT, wait_until
from support.places import free_port, settings_file
from support.server_faults import Servers

LINES_A_SECOND = 600
# So few that what has come in the meantime takes some batches.
BATCH = 2_000
_TIMEOUT_S = 240
_SHORTER = 60  # minutes of the rules are seconds here
# What tells of the broker, and of what follows from it.
AWAY = {"MillraceKafkaUnreachable", "MillraceNoProgress"}
WATCHED = AWAY | {"MillraceLagSeconds", "MillraceLagGrowing", "MillraceCheckpointAge"}


def shortened(rules: str) -> str:
    """The rules with minutes made seconds, hours minutes, and limits smaller by as much."""
    rules = re.sub(r"\b(\d+)m\b", r"\1s", rules)
    rules = re.sub(r"\b(\d+)h\b", r"\1m", rules)
    return re.sub(r"> (\d{3,})\b", lambda found: f"> {int(found[1]) // _SHORTER}", rules)


def test_shortened_rules_differ_in_nothing_but_numbers() -> None:
    text = RULES.read_text(encoding="utf-8")
    assert len(yaml.safe_load(shortened(text))["groups"]) == len(yaml.safe_load(text)["groups"])
    assert re.sub(r"\d+[smh]?", "", shortened(text)) == re.sub(r"\d+[smh]?", "", text)
    for alert in WATCHED:
        assert shortened(ALERTS[alert]["for"]).endswith("s")
    assert "> 10\n" in shortened(ALERTS["MillraceNoProgress"]["expr"])


@dataclass(frozen=True)
class Watched:
    """A job that takes a feed's lines, under a Prometheus, on servers that may be killed."""

    servers: Servers
    feed: Feed
    job: JobProcess
    address: str

    def alerts(self) -> dict[str, str]:
        """The state of each alert that is pending or firing."""
        with urlopen(f"{self.address}/api/v1/alerts", timeout=_TIMEOUT_S) as answer:
            found = json.load(answer)["data"]["alerts"]
        states = {alert["labels"]["alertname"]: alert["state"] for alert in found}
        return {name: state for name, state in states.items() if name in WATCHED}

    def firing(self) -> set[str]:
        return {name for name, state in self.alerts().items() if state == "firing"}

    def lag(self) -> float:
        """The lines that are to come, as Prometheus knows them; -1 where it knows of none."""
        query = f"ingest-{self.feed.name}"
        found = value(self.address, f'sum(millrace_lag_lines{{query="{query}"}})')
        return -1 if found is None else found

    def is_calm(self) -> bool:
        """Whether every line that was sent is stored, and nothing tells of trouble."""
        pipe, name = self.feed.pipe, self.feed.name
        stored = pipe.documents(name).count_documents({}) + pipe.letters(name)
        return stored == len(self.feed.lines.sent) and self.lag() == 0 and not self.alerts()

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Waits for it, as long as the job runs."""

        def is_over() -> bool:
            return self.job.has_ended or condition()

        wait_until(is_over, what, timeout_s=_TIMEOUT_S, poll_s=0.5)
        assert not self.job.has_ended, self.job.told()

    @contextmanager
    def broker_away(self) -> Iterator[None]:
        """Kills the broker, and starts it again at the end."""
        self.servers.kill("kafka")
        try:
            yield
        finally:
            self.servers.up()

    @contextmanager
    def lines_flowing(self) -> Iterator[Callable[[], int]]:
        """Sends lines at a rate meanwhile; gives how many wait until the broker is back."""
        lines, ended = self.feed.lines, threading.Event()
        began, before = time.monotonic(), len(lines.sent)

        def waiting() -> int:
            due = int((time.monotonic() - began) * LINES_A_SECOND)
            return max(0, due - (len(lines.sent) - before))

        def send() -> None:
            while not ended.wait(0.2):
                lines.send(waiting())

        with ThreadPoolExecutor(1) as apart:
            sending = apart.submit(send)
            try:
                yield waiting
            finally:
                ended.set()
                sending.result(_TIMEOUT_S)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers that may be killed, and a port at which ingest tells of itself."""
    metrics = {"port": {"ingest": free_port()}, "interval_s": 1}
    servers = Servers(settings_file(tmp_path_factory.mktemp("outage"), metrics=metrics))
    try:
        servers.up()
        yield servers
    finally:
        servers.down()


@pytest.fixture(scope="module")
def watched(faulty: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    feed = new_feed(folder, faulty.file, max_lines_per_batch=BATCH)
    port = yaml.safe_load(feed.file.read_text())["metrics"]["port"]["ingest"]
    with _prometheus(folder, port) as address, _ingest(folder, feed) as job:
        yield Watched(faulty, feed, job, address)


@contextmanager
def _prometheus(folder: Path, port: int) -> Iterator[str]:
    """A Prometheus that looks at one job each second, by the shortened rules; its address."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / RULES.name).write_text(shortened(RULES.read_text(encoding="utf-8")))
    with scraping(prometheus(), folder, free_port(), {"ingest": port}, rules) as address:
        yield address


@contextmanager
def _ingest(folder: Path, feed: Feed) -> Iterator[JobProcess]:
    """The job as users start it."""
    command = [str(ROOT / "spark-submit.sh"), "ingest", "--conf", str(feed.file)]
    process = JobProcess(command, folder / "ingest.log", {})
    try:
        yield process
    finally:
        process.end()


@pytest.fixture
def calm(watched: Watched) -> Watched:
    """The same once it has stored what was sent, however it was left before."""
    watched.feed.lines.send(LINES_A_SECOND)
    watched.wait_until(watched.is_calm, "every line stored, and no alert")
    return watched


@pytest.mark.slow
def test_a_broker_that_is_away_fires_alerts(calm: Watched) -> None:
    with calm.lines_flowing(), calm.broker_away():
        calm.wait_until(lambda: calm.firing() >= AWAY, f"firing: {AWAY}")


@pytest.mark.slow
def test_lines_that_waited_for_the_broker_are_seen_as_lag(calm: Watched) -> None:
    with calm.lines_flowing() as waiting:
        with calm.broker_away():
            calm.wait_until(lambda: waiting() > 5 * BATCH, "lines that wait")
        calm.wait_until(lambda: calm.lag() > BATCH, "more lag than a batch takes")


@pytest.mark.slow
def test_once_the_broker_is_back_every_line_is_stored_and_no_alert_stays(calm: Watched) -> None:
    with calm.lines_flowing(), calm.broker_away():
        calm.wait_until(lambda: "MillraceKafkaUnreachable" in calm.firing(), "an alert")
    calm.wait_until(calm.is_calm, "every line stored, and no alert")
