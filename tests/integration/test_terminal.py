"""Whatever a line has in it, no command lets it move, colour or rename a terminal."""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import SparkSession
from rich.console import Console
from support.commandline import Ended, millrace
from support.pipeline import Pipeline, pipeline

from millrace import config
from millrace.config import Config
from millrace.io import mongo, mysql
from millrace.records.ledger import OffsetRange
from millrace.tools import demo_figures, demo_report

CONTROLS = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))]
MARKS = "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
ALL = {*CONTROLS, *MARKS}
ORDERS = "\x1b]0;owned\x07 \x1b[2J \x9b2J \u202eabc"
# Each of them, then what they do, then what is markup to rich.
EVERY = "".join(f"{character}." for character in sorted(ALL))
HOSTILE = f"{ORDERS} [bold]not[/] [/nothing] :skull: {EVERY}"
SHORT = "\x1b[2J\x9b\u202e [b]"
# What rich itself sends to a terminal: colours, the cursor hidden, and a line drawn anew.
OF_RICH = re.compile(r"\x1b\[\?25[lh]|\x1b\[\d*[AK]|\x1b\[[\d;]*m|\r(?=\x1b\[2K)")

APP, WEB = "hostile_app", "hostile_web"
FEEDS = {APP: "app", WEB: "combined"}


def app_lines() -> list[bytes]:
    now = {"timestamp": time.time()}
    record = {
        "level": "ERROR",
        "message": HOSTILE,
        "service_name": SHORT,
        "error_code": SHORT,
        SHORT: {"of attributes": HOSTILE},
    }
    return [
        *(json.dumps(now | record | {"number": number}).encode() for number in range(3)),
        json.dumps(now | {"status_code": SHORT}).encode(),
        f'{{"timestamp": "{HOSTILE}'.encode(),
        b"\xff" + HOSTILE.encode(),
    ]


def web_lines() -> list[bytes]:
    at = f"{datetime.now(UTC):%d/%b/%Y:%H:%M:%S +0000}"
    return [
        f'203.0.113.9 - {SHORT} [{at}] "GET /{SHORT} HTTP/1.1" 200 5 "-" "{SHORT}"'.encode(),
        f'203.0.113.9 - - "GET /{SHORT}'.encode(),
    ]


LINES = {APP: app_lines, WEB: web_lines}
Run = Callable[..., Ended]
DEAD = {APP: 3, WEB: 1}


def raw(text: str) -> set[str]:
    """The characters of lines that reach the terminal as they are."""
    return ALL & set(OF_RICH.sub("", text)) - {"\n"}


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """Hostile lines, stored by the jobs; then what is stored is changed, so that much differs."""
    folder = tmp_path_factory.mktemp("hostile")
    feeds = [{"name": name, "topic": name, "format": format} for name, format in FEEDS.items()]
    made = pipeline(folder, conf_file, *({**feed, "service_name": "web"} for feed in feeds))
    content = yaml.safe_load(made.file.read_text())
    content["detection"] = {"templates": str(folder / "templates")}
    made.file.write_text(yaml.safe_dump(content))
    made = Pipeline(made.file, config.load(made.file))
    for feed, lines in LINES.items():
        made.send(feed, lines())
    for job in ("archive", "ingest", "aggregate"):
        made.run_within(spark, job)
    for feed, count in DEAD.items():
        assert made.letters(feed) == count
        assert made.documents(feed).count_documents({})
    spoil(made)
    return made


def spoil(pipe: Pipeline) -> None:
    """Another message is stored than came, and other figures, and a document of no line."""
    documents = pipe.documents(APP)
    first = documents.find_one(sort=[("_id", 1)])
    changed = {"message": f"before {HOSTILE}", f"attributes.{SHORT}": HOSTILE}
    documents.update_one({"_id": first["_id"]}, {"$set": changed})
    documents.delete_one({"_id": documents.find_one(sort=[("_id", -1)])["_id"]})
    documents.insert_one(first | {"_id": f"{first['_id']}{SHORT}"})
    with mysql.connection(pipe.conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute("UPDATE levels_by_minute SET events = events + 1 WHERE feed = %s", APP)


@pytest.fixture
def run(pipe: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command as at a terminal; what it says must not have one of them as it is."""
    monkeypatch.setenv("FORCE_COLOR", "1")

    def run(*arguments: str, code: int = 0) -> Ended:
        ended = millrace(*arguments, conf=pipe.file)
        assert ended.code == code, ended.said
        assert raw(ended.said) == set(), (arguments, ended.said)
        return Ended(ended.code, OF_RICH.sub("", ended.out), OF_RICH.sub("", ended.err))

    return run


@pytest.mark.parametrize("feed", FEEDS)
def test_tap_shows_lines_and_records_with_escapes(run: Run, feed: str) -> None:
    count = len(LINES[feed]())
    out = run("tap", "--topic", feed, "--last", "9", "--limit", str(count)).out
    assert out.count(r"\x1b[2J") >= 2 * DEAD[feed]
    assert r"\u202e" in out
    if feed == APP:
        assert out.count(r"message=\x1b]0;owned\x07 \x1b[2J \x9b2J \u202eabc [bold]not[/]") == 3
        assert r"\n." in out
        # Two lines a record, or three where it is an anomaly.
        assert len([line for line in out.splitlines() if not line.startswith("  ! ")]) == 2 * count


@pytest.mark.parametrize("feed", FEEDS)
def test_parse_prints_json_that_means_what_the_line_says(
    run: Run, feed: str, tmp_path: Path
) -> None:
    lines = [line for line in LINES[feed]() if b"\n" not in line]
    file = tmp_path / "lines"
    file.write_bytes(b"\n".join(lines) + b"\n")
    rows = run("parse", "--format", FEEDS[feed], str(file)).out.removesuffix("\n").split("\n")
    found = [json.loads(row) for row in rows]
    assert len(found) == len(lines)
    assert all("dead" in one or "timestamp" in one for one in found)
    if feed == APP:
        assert (found[0]["message"], found[0]["error_code"]) == (HOSTILE, SHORT)
        assert SHORT in found[3]["detail"]


def test_letters_are_listed_shown_and_settled(run: Run, pipe: Pipeline) -> None:
    table = run("dead-letters", "list").out
    assert r"\x1b]0;owned\x07" in table
    assert r"\u202e" in table
    assert "[bold]not[/]" in table
    listed = run("dead-letters", "list", "--json", "--feed", APP).out
    own = {"feed": {"$in": list(FEEDS)}}
    stored = {row["_id"]: row for row in mongo.database(pipe.conf.mongo).dead_letters.find(own)}
    for row in map(json.loads, listed.splitlines()):
        letter = stored[row["_id"]]
        assert row["detail"] == letter["detail"]
        assert row["raw"] == letter["raw"].decode(errors="backslashreplace")
        assert json.loads(run("dead-letters", "show", row["_id"]).out) == row
    one = min(stored)
    run("dead-letters", "show", f"no {HOSTILE}", code=1)
    run("dead-letters", "requeue", "--all", "--dry-run")
    run("dead-letters", "requeue", one, "--line", HOSTILE, "--dry-run")
    run("dead-letters", "discard", one, "--note", HOSTILE, "--dry-run")
    run("dead-letters", "discard", f"{APP}/{HOSTILE}", "--note", HOSTILE, code=1)


def test_a_replay_shows_samples(run: Run) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    span = ("--from", "1h", "--to", f"{until:%Y-%m-%dT%H:%M}")
    shown = run("replay", "--feed", APP, *span).out
    assert r"before \x1b]0" in shown
    assert r"attributes.\x1b[2J" in shown
    found = json.loads(run("replay", "--feed", APP, *span, "--json").out)
    (sample,) = found["fields"]["message"]["samples"]
    assert sample["before"].startswith(f"before {ORDERS}")
    assert any(SHORT in name for name in found["fields"])


def test_a_reconcile_names_keys_and_ids(run: Run) -> None:
    out = run("reconcile", "--feed", APP, code=1).out
    # Keys of figures have no control characters in the first place.
    assert re.search(r"levels_by_minute .* \(_\[2J_\\u202e \[b\], ERROR", out)
    assert re.search(r"deleteMany.*\\u001b", out)
    found = json.loads(run("reconcile", "--feed", APP, "--json", code=1).out)
    key = SHORT.replace("\x1b", "_").replace("\x9b", "_")
    assert any(key in sample["key"] for sample in found["figures"]["samples"])


def test_templates_are_mined_and_listed(run: Run) -> None:
    options = ("templates", "mine", "--fresh", "--min-messages", "1")
    assert r"\x1b]" in run(*options, "--dry-run").out
    run(*options)
    assert r"\x1b]" in run("templates", "list").out


def test_the_demo_shows_figures_and_what_became_of_a_file(
    pipe: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe.documents(WEB).update_many({}, {"$set": {"http_route": f"/{SHORT}", "country": SHORT}})
    with mysql.connection(pipe.conf.mysql) as opened, opened.cursor() as cursor:
        # More than any route of other tests, which stand in the same table.
        busiest = "UPDATE traffic_by_minute SET http_route = %s, requests = %s WHERE feed = %s"
        cursor.execute(busiest, (SHORT, 1_000_000_000, WEB))
    out = Console(force_terminal=True, width=200)
    feed, found = pipe.conf.feed(WEB), demo_report.stored(pipe.conf)
    ranges = tuple(OffsetRange(WEB, "", partition, 0, 9) for partition in (0, 1))
    demo_report.show_lines([demo_report.Sent(feed, 1, {}, 1)], found, out)
    demo_report.show_file(pipe.conf, demo_report.SentFile(SHORT, feed, 2, ranges, None), out)
    demo_figures.show_figures(pipe.conf, found, out)
    shown = capsys.readouterr().out
    assert raw(shown) == set()
    assert shown.count(r"\x1b[2J\x9b\u202e [b]") >= 4


def test_a_file_is_sent_whatever_its_name(run: Run, tmp_path: Path) -> None:
    file: Any = tmp_path / SHORT
    file.write_bytes(b"\n".join(web_lines()))
    assert "2 lines acknowledged" in run("send", str(file), "--topic", WEB).err
    assert r"\x1b[2J" in run("send", str(file), "--topic", WEB, "--restamp").err
    assert r"\x1b" in run("send", str(file), "--topic", "no\x1b[2J", code=1).err


def test_a_failure_that_nobody_foresaw_is_told_without_orders(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object) -> None:
        raise ValueError(ORDERS)

    monkeypatch.setattr(mongo, "database", failing)
    err = run("dead-letters", "list", code=1).err
    assert "Traceback" in err
    assert r"ValueError: \x1b]0;owned\x07" in err
