"""Messages are mined where they are stored, and the stream then matches them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import DataFrame, SparkSession
from support.commandline import millrace
from support.lines import kafka_rows, offsets, store, values
from support.template_rows import insert

from millrace import config
from millrace.config import Config
from millrace.io import mongo, mysql, reference_data, template_files
from millrace.io.delta import DeltaSink
from millrace.io.mongo.sink import MongoSink
from millrace.io.mysql.templates import Seen, seen
from millrace.records.formats import Layout
from millrace.records.ledger import Batch
from millrace.simulate import programs
from millrace.simulate.app import _EVENTS
from millrace.tools import mining
from millrace.transform import stage

LINES = 4_000
FEEDS: dict[str, Layout] = {"hosts": "syslog", "talk": "app"}
Run = Callable[..., tuple[int, str]]


class Place:
    """Two feeds, stored and archived, with a folder for their templates."""

    def __init__(self, file: Path, spark: SparkSession) -> None:
        self.file, self.spark, self.conf = file, spark, config.load(file)

    def store(self, name: str) -> None:
        feed = self.conf.feed(name)
        rows = self.rows(name)
        batch = Batch(name, "a", 0, offsets(name, 0, LINES))
        mongo.prepare(self.conf.mongo, feed)
        store(MongoSink(self.conf.mongo, feed), self.refined(name), batch)
        store(DeltaSink(self.spark, self.conf.storage.archive, feed), rows, batch)

    def rows(self, name: str) -> DataFrame:
        return kafka_rows(self.spark, values(FEEDS[name], LINES, faults=0), topic=name)

    def refined(self, name: str) -> DataFrame:
        """The feed's records, as jobs that start now would have them."""
        feed = self.conf.feed(name)
        spec = reference_data.spec(self.conf, feed)
        return self.rows(name).transform(stage.to_records, spec)

    def messages(self, name: str, source: str, limit: int = LINES) -> list[str]:
        return list(mining.stored_messages(self.conf, self.conf.feed(name), source, limit))

    def text(self, name: str) -> str:
        return template_files.path(self.conf.detection.templates, name).read_text()


def settings_of(conf_file: Path, folder: Path, **feed: Any) -> Path:
    """The settings of all tests, with these feeds and with folders of their own."""
    content = yaml.safe_load(conf_file.read_text())
    content["detection"] = {"templates": str(folder / "templates")}
    content["storage"]["archive"] = str(folder / "archive")
    content["feeds"] = [
        {"name": name, "topic": name, "format": format, "service_name": name, **feed}
        for name, format in (FEEDS | {"pages": "combined", "empty": "app"}).items()
    ]
    file = folder / "templates.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


@pytest.fixture(scope="module")
def stored(
    servers: Config,
    conf_file: Path,
    spark: SparkSession,
    country_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Place:
    place = Place(settings_of(conf_file, tmp_path_factory.mktemp("stored")), spark)
    for name in FEEDS:
        place.store(name)
    return place


@pytest.fixture
def place(stored: Place, tmp_path: Path) -> Place:
    """What is stored, without any templates."""
    content = yaml.safe_load(stored.file.read_text())
    content["detection"] = {"templates": str(tmp_path / "templates")}
    file = tmp_path / "conf.yaml"
    file.write_text(yaml.safe_dump(content))
    return Place(file, stored.spark)


@pytest.fixture
def run(place: Place) -> Run:
    """Runs `millrace templates ...` and returns its exit code and all that it printed."""

    def run(*arguments: str) -> tuple[int, str]:
        ended = millrace("templates", *arguments, conf=place.file)
        return ended.code, ended.said

    return run


def test_the_stream_matches_the_messages_that_were_mined(place: Place, run: Run) -> None:
    expected = {
        "hosts": len(programs._TEXTS),
        "talk": len({event.message for events in _EVENTS.values() for event in events}),
    }
    code, said = run("mine", "--min-messages", "5")
    assert code == 0
    for name, count in expected.items():
        mined = template_files.load(place.conf.detection.templates, name)
        assert (mined.version, mined.source, mined.messages) == (1, "mongo", LINES)
        assert len(mined.templates) == count
        assert f"{name}: 4,000 messages, {count} templates ({count} new, 0 removed)" in said
        records = place.refined(name).select("template_id")
        found = {
            row["template_id"]: row["count"]
            for row in records.groupBy("template_id").count().collect()
        }
        assert found == {template.id: template.messages for template in mined.templates}


def test_mining_twice_changes_only_the_time(place: Place, run: Run) -> None:
    def without_time() -> list[str]:
        return [line for line in place.text("hosts").splitlines() if "mined_at" not in line]

    run("mine", "--feed", "hosts")
    first = without_time()
    assert "version: 1" in first
    assert run("mine", "--feed", "hosts")[0] == 0
    assert without_time() == first


def test_the_archive_has_the_same_messages_and_gives_the_same_file(place: Place, run: Run) -> None:
    assert place.messages("talk", "archive") == place.messages("talk", "mongo")
    run("mine", "--feed", "talk")
    mined = place.text("talk").partition("templates:")[2]
    code, said = run("mine", "--feed", "talk", "--from", "archive", "--fresh")
    assert code == 0, said
    assert place.text("talk").partition("templates:")[2] == mined
    assert "source: archive" in place.text("talk")


def test_the_newest_messages_are_read_in_order(place: Place) -> None:
    everything = place.messages("hosts", "mongo")
    assert len(everything) == LINES
    for source in ("mongo", "archive"):
        assert place.messages("hosts", source, limit=100) == everything[-100:]


def test_of_the_archive_only_masked_messages_are_mined(
    stored: Place, conf_file: Path, tmp_path: Path
) -> None:
    masked = Place(settings_of(conf_file, tmp_path, mask=["email"]), stored.spark)
    content = masked.conf.model_copy(update={"storage": stored.conf.storage})
    messages = list(mining.stored_messages(content, masked.conf.feed("hosts"), "archive", LINES))
    assert any("@example" in message for message in stored.messages("hosts", "archive"))
    assert any("{email}" in message for message in messages)
    assert not any("@example" in message for message in messages)


def test_a_dry_run_shows_the_templates_and_writes_none(place: Place, run: Run) -> None:
    code, said = run("mine", "--feed", "hosts", "--dry-run")
    assert code == 0
    assert "Failed password for <*> from <ip> port <num>" in said
    assert "too many authentication failures for <*> [preauth]" in said
    assert "would become version 1" in said
    assert not place.conf.detection.templates.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("mine", "--feed", "empty"), 1, "there are no messages in mongo"),
        (("mine", "--feed", "empty", "--from", "archive"), 1, "there are no messages in archive"),
        (("mine", "--feed", "pages"), 2, "feeds of format combined and shop have no message"),
        (("mine", "--feed", "nowhere"), 2, "no feed is named 'nowhere'"),
        (("mine", "--from", "kafka"), 2, "'kafka' is not one of mongo, archive"),
        (("list", "--feed", "pages"), 2, "feeds of format combined and shop have no message"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    run: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended, printed = run(*arguments)
    assert ended == code
    assert said in printed


def test_a_broken_file_stops_the_mining_and_stays(place: Place, run: Run) -> None:
    run("mine", "--feed", "talk")
    file = template_files.path(place.conf.detection.templates, "talk")
    file.write_text(broken := place.text("talk").replace("version: 1", "version: first"))
    code, said = run("mine", "--feed", "talk")
    assert code == 2
    assert f"{file}: version: " in said
    assert place.text("talk") == broken


def test_what_mysql_has_seen_is_told_by_hours(place: Place) -> None:
    mysql.prepare(place.conf.mysql)

    def at(hour: int, minute: int, day: int = 29) -> datetime:
        return datetime(2026, 3, day, hour, minute)

    insert(
        place.conf,
        "talk",
        (at(12, 31, day=28), "known", 1),  # a minute more than 24 hours before
        (at(12, 32, day=28), "known", 2),
        *((at(hour, 0), "known", 1) for hour in range(7, 13)),
        (at(7, 0), "gone long", 3),
        (at(10, 59), "gone", 4),
        *((at(hour, 30), "quiet", 1) for hour in (9, 10, 11)),
        (at(11, 0), "fresh", 1),
        (at(12, 10), "fresher", 1),
        (at(12, 10), "-", 6),
        (at(12, 32), "known", 100),  # not before the end
    )
    insert(place.conf, "hosts", (at(12, 0), "known", 100), (at(12, 0), "elsewhere", 100))
    with mysql.connection(place.conf.mysql) as opened, opened.cursor() as cursor:
        found = seen(cursor, place.conf.feed("talk"), at(12, 32, day=28), at(12, 32))
    assert found.events == {
        "known": 8,
        "gone long": 3,
        "gone": 4,
        "quiet": 3,
        "fresh": 1,
        "fresher": 1,
        "-": 6,
    }
    assert found.changes == {"gone": "vanished", "fresh": "new", "fresher": "new"}
    assert (found.total, found.unmatched) == (26, 6)


def test_before_any_figures_nothing_was_seen(place: Place) -> None:
    mysql.prepare(place.conf.mysql)
    now = datetime(2026, 3, 29, 12)
    with mysql.connection(place.conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute("RENAME TABLE templates_by_minute TO put_away")
        try:
            assert seen(cursor, place.conf.feed("talk"), now, now) == Seen({}, {})
        finally:
            cursor.execute("RENAME TABLE put_away TO templates_by_minute")


def test_the_list_has_texts_figures_and_says_when_to_mine_again(place: Place, run: Run) -> None:
    mysql.prepare(place.conf.mysql)
    run("mine", "--feed", "hosts")
    known = template_files.load(place.conf.detection.templates, "hosts").templates
    now = datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None)
    insert(place.conf, "hosts", (now, known[1].id, 880), (now, "0123456789ab", 20), (now, "-", 100))
    code, said = run("list", "--feed", "hosts")
    assert code == 0
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in said.splitlines()
        if "│" in line
    ]
    assert rows[0] == [known[1].id, known[1].text, "880", "88.0", "new"]
    assert rows[1] == ["0123456789ab", "(not in the file)", "20", "2.0", "new"]
    assert rows[2] == [known[0].id, known[0].text, "0", "0.0", ""]
    assert len(rows) == len(known) + 1
    assert "100 of 1,000 events match no template (10.0 %)" in said
    assert "mine again" not in said
    insert(place.conf, "hosts", (now, known[1].id, 899), (now, "-", 101))
    assert "mine again: millrace templates mine --feed hosts" in run("list")[1]
