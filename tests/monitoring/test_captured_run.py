"""Change capture as an operator sees it: its dashboard after a run, its alerts in an incident.

Kafka Connect away while databases are written to, a database away, a replication slot that is lost:
in a real Prometheus, by the rules, until the store is equal again.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

import pytest
from confluent_kafka.admin import AdminClient
from monitoring.panels import Grafana, Panel, PanelError, panels
from monitoring.scraping import scraping
from monitoring.test_alerts import RULES
from monitoring.test_outage import shortened
from monitoring.tools import prometheus
from support.captured import ENTITIES, captured_servers
from support.job_process import JobProcess
from support.pipeline import ROOT, wait_until
from support.places import free_port
from support.server_faults import Servers

from millrace.cli.changes import simulate
from millrace.config import Config, entities
from millrace.io import kafka
from millrace.io.kafka.tail import Tail
from millrace.io.sources import postgres as postgres_source
from millrace.proof.changes import compare
from millrace.stack import postgres as postgres_server
from millrace.tools.connectors import Connectors

pytestmark = pytest.mark.slow

PATIENCE_S = 420.0
OPERATIONS = 300
SILENT_S = 30
# So little that some megabytes are enough for a slot to be lost.
SMALL = {"max_slot_wal_keep_size": "32MB", "max_wal_size": "32MB", "min_wal_size": "32MB"}
# Alerts that say what is so now, and so must be silent in a run that is well.
AT_ONCE = {
    "MillraceConnectDown",
    "MillraceConnectorDown",
    "MillraceSourceNotCaptured",
    "MillraceChangesLost",
}
_OF_CONNECT = ("kafka_connect_", "debezium_")


@dataclass(frozen=True)
class Watched:
    """The job, its servers, and the Prometheus over it and over Kafka Connect's worker."""

    servers: Servers
    job: JobProcess
    address: str
    on_jmx: int
    began_s: int

    @property
    def conf(self) -> Config:
        return self.servers.conf

    def firing(self) -> set[str]:
        with urlopen(f"{self.address}/api/v1/alerts", timeout=PATIENCE_S) as answer:
            found = json.load(answer)["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in found if alert["state"] == "firing"}

    def fires(self, name: str) -> None:
        wait_until(lambda: name in self.firing(), name, timeout_s=PATIENCE_S, poll_s=0.5)

    def is_over(self, name: str) -> None:
        wait_until(lambda: name not in self.firing(), name, timeout_s=PATIENCE_S, poll_s=0.5)

    def is_equal(self) -> bool:
        known = entities.of(self.conf)
        return all(
            compare(self.conf, known.entity(name), mend=False, patience_s=PATIENCE_S).is_equal
            for name in ENTITIES
        )


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("captured")
    of_job, on_jmx, on_prometheus = free_port(), free_port(), free_port()
    rules = folder / "rules"
    rules.mkdir()
    (rules / RULES.name).write_text(_shortened(RULES.read_text(encoding="utf-8")))
    metrics = {"port": {"changes": of_job, "connect": on_jmx}, "interval_s": 1}
    with (
        pytest.MonkeyPatch.context() as patched,
        _small_slots(patched),
        captured_servers(folder, metrics=metrics) as servers,
    ):
        simulate(servers.conf, OPERATIONS, None, 1)
        connectors = Connectors.of(servers.conf)
        said = list(connectors.apply(connectors.chosen([])))
        assert not [one for one in said if one.kind == "wrong"], said
        command = [str(ROOT / "spark-submit.sh"), "changes", "--conf", str(servers.file)]
        job = JobProcess(command, folder / "changes.log", {})
        ports = {"changes": of_job, "connect": on_jmx}
        try:
            with scraping(prometheus(), folder, on_prometheus, ports, rules) as address:
                yield Watched(servers, job, address, on_jmx, int(time.time()))
        finally:
            job.end()


def _shortened(rules: str) -> str:
    """As for other outages, but that a look at heartbeats may take a while on a busy machine."""
    text = shortened(rules)
    silent = "(millrace_connector_heartbeat_timestamp_seconds > 0) > 5"
    assert silent in text
    return text.replace(silent, silent.replace("> 5", f"> {SILENT_S}"))


@contextmanager
def _small_slots(patched: pytest.MonkeyPatch) -> Iterator[None]:
    patched.setattr(postgres_server, "SOURCE", postgres_server.SOURCE | SMALL)
    yield


@contextmanager
def written_to(conf: Config) -> Iterator[None]:
    """Databases that are written to meanwhile."""
    is_over = threading.Event()

    def write() -> None:
        for seed in range(100, 100_000):
            if is_over.is_set():
                return
            simulate(conf, 20, 20, seed)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        is_over.set()
        writer.join()


def test_every_panel_has_something_to_show(watched: Watched) -> None:
    with written_to(watched.conf):
        wait_until(watched.is_equal, watched.job.told(), timeout_s=PATIENCE_S, poll_s=1)
        lacking = list(panels(("changes",)))
        assert lacking
        deadline_s = time.monotonic() + PATIENCE_S
        while lacking:
            end_s = int(time.time())
            grafana = Grafana(watched.address, watched.conf.mysql, watched.began_s, end_s)
            lacking = [panel for panel in lacking if not _shows(grafana, panel)]
            assert time.monotonic() < deadline_s, [panel.model["title"] for panel in lacking]
    assert not watched.firing() & AT_ONCE


def _shows(grafana: Grafana, panel: Panel) -> bool:
    try:
        grafana.run(panel)
    except PanelError:
        return False
    return True


def test_kafka_connect_tells_what_the_dashboard_of_servers_shows(watched: Watched) -> None:
    with urlopen(f"http://127.0.0.1:{watched.on_jmx}/metrics", timeout=60) as answer:
        told = answer.read().decode()
    asked = [
        word
        for panel in panels(("servers",))
        for target in panel.targets
        for word in target["expr"].replace("(", " ").replace(")", " ").split()
        if word.startswith(_OF_CONNECT)
    ]
    assert len(asked) == 2
    for name in asked:
        assert f"\n{name}{{" in told, name
    assert "\ndebezium_" in told


def test_kafka_connect_away_while_databases_are_written_to(watched: Watched) -> None:
    with written_to(watched.conf):
        watched.servers.kill("connect")
        watched.fires("MillraceConnectDown")
        watched.fires("MillraceConnectorSilent")
        watched.servers.up()
        watched.is_over("MillraceConnectDown")
        watched.is_over("MillraceConnectorSilent")
    assert watched.is_equal()


def test_a_database_away_is_told_though_its_task_is_said_to_run(watched: Watched) -> None:
    watched.servers.kill("source-mariadb")
    watched.fires("MillraceConnectorSilent")
    assert "MillraceConnectDown" not in watched.firing()
    watched.servers.up()
    watched.is_over("MillraceConnectorSilent")
    assert watched.is_equal()


def test_a_slot_that_is_lost_is_told_in_one_sentence_and_mended(watched: Watched) -> None:
    conf = watched.conf
    assert conf.changes
    assert conf.changes.postgres
    watched.servers.kill("connect")
    with postgres_source.connection(conf.changes.postgres) as opened:
        opened.execute("INSERT INTO tv_series_ids VALUES (8000001, 'written meanwhile', 1)")
        opened.execute("DELETE FROM tv_series_ids WHERE id = (SELECT min(id) FROM tv_series_ids)")
        opened.execute("CREATE TABLE filler (text text)")
        # Digits that do not shrink, so that the log is as long as they are.
        fill = "INSERT INTO filler SELECT string_agg(md5(random()::text), '')"
        fill += " FROM generate_series(1, 400000) AS row GROUP BY row / 40"
        for _ in range(12):
            opened.execute(fill.encode())
    watched.fires("MillraceChangesLost")
    watched.servers.up()
    connectors = Connectors.of(conf)
    (said,) = [one for one in connectors.status(["postgres"]) if "lost" in one.text]
    assert said.kind == "wrong"
    assert said.text.endswith("run millrace connectors resnapshot --all postgres")
    wait_until(
        lambda: all(one.kind != "wrong" for one in connectors.status(["mariadb", "mongo"])),
        "the other connectors",
        timeout_s=PATIENCE_S,
        poll_s=1,
    )
    assert [one.kind for one in connectors.snapshot_anew("postgres")] == ["ok", "note"]
    series = entities.of(conf).entity("series")
    mended = compare(conf, series, mend=True, patience_s=PATIENCE_S)
    assert len(mended.undeleted) == 1
    assert not mended.missing
    assert compare(conf, series, mend=False, patience_s=PATIENCE_S).is_equal
    watched.is_over("MillraceChangesLost")


def test_no_password_is_told_anywhere(watched: Watched) -> None:
    conf = watched.conf
    assert conf.changes
    read = (conf.changes.postgres, conf.changes.mariadb, conf.changes.mongo, conf.mongo)
    secrets = [one.password.get_secret_value() for one in read if one and one.password]
    assert len(secrets) == len(read)
    told = {"the job": watched.job.stderr()}
    asked = {"JMX": f"http://127.0.0.1:{watched.on_jmx}/metrics", "Connect": _rest(conf)}
    for name, address in asked.items():
        with urlopen(address, timeout=60) as answer:
            told[name] = answer.read().decode()
    for log in (conf.stack.directory / "logs").iterdir():
        told[log.name] = log.read_text(errors="replace")
    names = AdminClient(kafka.client_properties(conf.kafka)).list_topics(timeout=60).topics
    for name in names:
        if not name.startswith("__consumer") and not name.startswith("__transaction"):
            told[name] = _values(conf, name)
    assert "${env:" in told[f"{conf.changes.name}-connect-configs"]
    assert len(told) > 10
    assert not [place for place, text in told.items() if any(one in text for one in secrets)]


def _values(conf: Config, name: str) -> str:
    """The values of all records of a topic."""
    tail, topic = Tail(conf.kafka, kafka.topic(conf.kafka, name)), b""
    try:
        spans = tail.spans()
        tail.go_to({number: low for number, (low, _) in spans.items()})
        reached: dict[int, int] = {}
        while any(reached.get(number, low) < high for number, (low, high) in spans.items()):
            taken = tail.take(1_000)
            reached |= taken.following
            topic += b"".join(one.value or b"" for one in taken.records)
    finally:
        tail.close()
    return topic.decode(errors="replace")


def _rest(conf: Config) -> str:
    assert conf.changes
    return f"{conf.changes.connect}/connectors?expand=info&expand=status"
