"""The broker away for half a minute, as an operator sees it: in a real Prometheus, by the rules."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import yaml
from monitoring.scraping import scraping
from monitoring.test_alerts import ALERTS, RULES
from monitoring.tools import prometheus
from rich.console import Console
from rich.table import Table
from support.feed import Feed, new_feed
from support.job_process import JobProcess
from support.pipeline import ROOT, wait_until
from support.places import free_port, settings_file
from support.server_faults import Servers

AWAY_S = 30
LINES_A_SECOND = 600
# So few that what has come in the meantime takes some batches.
BATCH = 2_000
_TIMEOUT_S = 240
_SHORTER = 60  # minutes of the rules are seconds here
# What tells of the broker and of what follows from it.
WATCHED = ("MillraceKafkaUnreachable", "MillraceNoProgress", "MillraceLagSeconds")
WATCHED += ("MillraceLagGrowing", "MillraceCheckpointAge")


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


@dataclass
class Sender:
    """Sends lines at a rate; what cannot be sent is kept, and sent when the broker is back."""

    feed: Feed
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Sends until it is to end."""
        began = time.monotonic()
        while not self.ended.wait(0.2):
            due = int((time.monotonic() - began) * LINES_A_SECOND) - len(self.feed.lines.sent)
            if due > 0:
                self.feed.lines.send(due)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Sends meanwhile."""
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield
        finally:
            self.ended.set()
            thread.join(_TIMEOUT_S)


@dataclass
class Watcher:
    """Reads off a Prometheus, second by second, what an operator would see there."""

    address: str
    query: str
    phase: str = "start"
    rows: list[tuple[float, str, float, float, dict[str, str]]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def look(self) -> dict[str, str]:
        """The state of each alert that is pending or firing; kept with lag and time."""
        states = {
            alert["labels"]["alertname"]: alert["state"]
            for alert in self._get("alerts", {})["alerts"]
            if alert["labels"]["alertname"] in WATCHED
        }
        lines = self.value(f'sum(millrace_lag_lines{{query="{self.query}"}})')
        seconds = self.value(f'max(millrace_lag_seconds{{query="{self.query}"}})')
        at = time.monotonic() - self.began
        self.rows.append((at, self.phase, lines, seconds, states))
        return states

    def value(self, expression: str) -> float:
        """The one value of an expression; NaN where it has none."""
        result = self._get("query", {"query": expression})["result"]
        return float(result[0]["value"][1]) if result else float("nan")

    def watch(self, seconds: float) -> None:
        """Looks once a second for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.look()
            time.sleep(1)

    def seen(self, phase: str) -> set[tuple[str, str]]:
        """Each alert with each state in which it was seen in a phase."""
        return {state for row in self.rows if row[1] == phase for state in row[4].items()}

    def table(self) -> str:
        """Every fifth row, and each with which something changed."""
        table = Table("s", "phase", "lag, lines", "lag, s", "alerts")
        before: dict[str, str] = {}
        for number, (at, phase, lines, seconds, states) in enumerate(self.rows):
            if number % 5 == 0 or states != before:
                said = ", ".join(f"{name[8:]} {state}" for name, state in sorted(states.items()))
                table.add_row(f"{at:.0f}", phase, f"{lines:,.0f}", f"{seconds:.1f}", said)
            before = states
        text = StringIO()
        Console(file=text, width=130).print(table)
        return text.getvalue()

    def _get(self, what: str, question: dict[str, str]) -> Any:
        address = f"{self.address}/api/v1/{what}?{urlencode(question)}"
        with urlopen(address, timeout=_TIMEOUT_S) as answer:
            return json.load(answer)["data"]


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Servers]:
    """Servers that may be killed, and a port at which ingest tells of itself."""
    metrics = {"port": {"ingest": free_port()}, "interval_s": 1}
    servers = Servers(settings_file(tmp_path, metrics=metrics))
    try:
        servers.up()
        yield servers
    finally:
        servers.down()


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


@pytest.mark.slow
def test_half_a_minute_without_the_broker_is_seen_and_gets_over(
    faulty: Servers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = new_feed(tmp_path, faulty.file, max_lines_per_batch=BATCH)
    port = yaml.safe_load(feed.file.read_text())["metrics"]["port"]["ingest"]
    with _prometheus(tmp_path, port) as address, _ingest(tmp_path, feed) as job:
        watcher = Watcher(address, f"ingest-{feed.name}")
        with Sender(feed).running():
            wait_until(
                lambda: job.has_ended or watcher.value("sum(millrace_input_lines_total)") > 0,
                "lines that flow",
                timeout_s=_TIMEOUT_S,
                poll_s=1,
            )
            assert not job.has_ended, job.told()
            wait_until(
                lambda: not watcher.look() and watcher.rows[-1][2] < BATCH,
                "caught up, and no alert",
                timeout_s=_TIMEOUT_S,
                poll_s=1,
            )
            watcher.phase = "all is well"
            watcher.watch(10)
            watcher.phase = "broker away"
            faulty.kill("kafka")
            watcher.watch(AWAY_S)
            watcher.phase = "broker back"
            faulty.up()
            watcher.watch(30)
        wait_until(
            lambda: not watcher.look() and _stored(feed) == len(feed.lines.sent),
            "every line stored, and no alert",
            timeout_s=_TIMEOUT_S,
            poll_s=1,
        )
        watcher.phase = "over"
        watcher.watch(3)
    with capsys.disabled():
        print(f"\n{watcher.table()}")
    assert watcher.seen("all is well") == set()
    away = watcher.seen("broker away")
    assert {("MillraceKafkaUnreachable", "firing"), ("MillraceNoProgress", "firing")} <= away
    assert max(row[2] for row in watcher.rows if row[1] == "broker back") > BATCH
    assert watcher.seen("over") == set()
    assert watcher.rows[-1][2] == 0


def _stored(feed: Feed) -> int:
    documents = feed.pipe.documents(feed.name).count_documents({})
    return int(documents) + feed.pipe.letters(feed.name)
