"""Reports over HTTP and from the command line: the figures of the tables, each with its trust."""

import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from api.conftest import asking
from api.serving import served
from api.worlds import MINUTE, START, app_feed, empty, line, send_minute
from pydantic import SecretStr
from starlette.testclient import TestClient
from support import template_rows
from support.commandline import Ended, millrace
from support.counted import CountedFeed
from support.reported import HOSTILE

from millrace.api.documents import time_text
from millrace.config import Config, Feed
from millrace.io import mongo, mysql
from millrace.io.mongo import reconciliations
from millrace.io.mysql import figures
from millrace.records.reconciliations import ALL, Reconciliation
from millrace.report.style import POLICY
from millrace.report.texts import said
from millrace.simulate.send import send

FEED = app_feed("report_app")
SHOP = Feed(name="report_shop", topic="report_shop", format="shop", service_name="shop")
SPAN = {"from": time_text(START), "to": time_text(START + 20 * MINUTE)}
TEXTS = [text for text in HOSTILE if text.isprintable() or "\x1b" in text]


@pytest.fixture(scope="module")
def world(api_conf: Config) -> CountedFeed:
    """Twenty minutes, late lines, hostile ones that were scored, letters, money."""
    made, draw = empty(api_conf, FEED), random.Random(17)
    for number in range(20):
        start = START + number * MINUTE
        send_minute(made, draw, start, 20)
        for text in TEXTS if number == 4 else ():
            at = start + timedelta(seconds=50)
            values = {"message": text, "level": "FATAL", "status_code": 500}
            made.send(line(draw, at, response_time_ms=9_000, **values), at, 0)
            made.send(text.encode(), at, 1)
        if number == 12:
            made.send(line(draw, START + 3 * MINUTE), START + 13 * MINUTE, 0)
        made.aggregate()
    made.ingest()
    made.reconcile()
    held = Reconciliation(FEED.name, ALL, datetime(2026, 3, 2, tzinfo=UTC), True, {})
    reconciliations.save(mongo.database(api_conf.mongo), held)
    template_rows.insert(api_conf, FEED.name, (START.replace(tzinfo=None), "abc", 5))
    empty(api_conf, SHOP)
    with mysql.connection(api_conf.mysql) as opened, opened.cursor() as cursor:
        for minute, revenue in ((1, "1234567.8900"), (2, "0.0100")):
            cursor.execute(
                "INSERT INTO shop_by_minute (window_start, feed, event_type, country, device_type,"
                " payment_method, events, revenue, failed_amount)"
                " VALUES (%s, %s, 'purchase', %s, '-', 'card', 3, %s, 0)",
                ((START + minute * MINUTE).replace(tzinfo=None), SHOP.name, HOSTILE[0], revenue),
            )
    return made


@pytest.fixture(scope="module")
def own_conf(world: CountedFeed) -> Config:
    return world.conf.model_copy(update={"feeds": (FEED, SHOP)})


@pytest.fixture
def client(own_conf: Config) -> Iterator[TestClient]:
    with asking(own_conf) as made:
        yield made


def reported(client: TestClient, **asked: Any) -> str:
    answer = client.get("/v1/report", params=SPAN | asked)
    assert answer.status_code == 200, answer.text
    return answer.text


def texts(html: str, tag: str) -> list[str]:
    """What elements of a kind say, as it stands in the page."""
    found = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html, re.S)
    return [re.sub(r"<[^>]*>", "", one) for one in found]


def test_feeds_stand_as_far_as_their_figures_are_counted(api_conf: Config) -> None:
    own = empty(api_conf, app_feed("report_counted"))
    waiting = [b"stored, and not counted"] * 3
    send(own.conf.kafka, own.feed.topic, waiting)
    for number in range(own.conf.kafka.partitions):
        for one in waiting:
            own.send(one, START, number)
    own.ingest()
    with asking(own.conf) as client:
        html = reported(client, feed=own.feed.name)
        (counted,) = client.get("/v1/figures/levels_by_minute", params=SPAN).json()["counted"]
    assert counted["lag_lines"] == 3
    row = texts(html, "tr")[1]
    assert row.startswith(own.feed.name), row
    assert row.endswith("3never"), row


def tiles(html: str) -> dict[str, str]:
    found = re.findall(r"<li>([^<]*)<b>([^<]*)</b>", html)
    return {name: value.replace("\xa0", " ") for name, value in found}


def test_the_numbers_are_those_of_the_figures(client: TestClient, world: CountedFeed) -> None:
    shown = tiles(reported(client))
    assert shown["Lines"] == f"{len(world.accepted):,}"
    timed = [fields for fields in world.accepted if fields.get("status_code") is not None]
    errors = sum(fields["status_code"] // 100 == 5 for fields in timed)
    assert shown["Requests"] == f"{len(timed):,}"
    assert shown["Answered 5xx"] == f"{errors} ({100 * errors / len(timed):.2f} %)"
    serious = sum(fields["level"] in ("ERROR", "FATAL") for fields in world.accepted)
    assert shown["ERROR and FATAL"].startswith(f"{serious} (")
    answer = client.get(
        "/v1/figures/latency_by_minute", params=SPAN | {"step": "20m", "feed": FEED.name}
    ).json()
    (row,) = answer["rows"]
    for percent in (50, 95, 99):
        value = float(shown[f"p{percent} response time"].removesuffix(" ms").replace(",", ""))
        assert value == pytest.approx(row[f"p{percent}_ms"], rel=0.005, abs=0.5)
    assert shown["Revenue"] == "1,234,567.90"
    assert int(shown["Dead letters"]) == len(world.sent) - len(world.records)


def test_each_step_is_told_with_its_trust(client: TestClient) -> None:
    html = reported(client, feed=FEED.name)
    found = client.get("/v1/figures/levels_by_minute", params=SPAN | {"feed": FEED.name}).json()
    rows = dict(re.findall(r"<th[^>]*>(03-01 [^<]*)</th><td[^>]*>([\d,]+)</td>", html))
    assert list(rows.values()) == [str(row["events"]) for row in found["rows"]]
    trust = [one for one in texts(html, "td") if one.startswith(("closed, ", "open, "))]
    states = [one["state"] for one in found["buckets"]]
    assert [one.partition(",")[0] for one in trust] == states
    assert trust[3] == "closed, lacking 1 late line"
    assert "equal to the lines" in trust[0]
    assert "held at 03-02 00:00:00" in html


def test_what_lines_say_is_text(client: TestClient) -> None:
    html = reported(client)
    assert "<script" not in html
    assert "<img" not in html
    for text in TEXTS:
        shown = said(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert f"<bdi>{shown}</bdi>" in html, text
    assert "bad_json" in html


def test_the_page_may_load_nothing(client: TestClient) -> None:
    answer = client.get("/v1/report", params=SPAN)
    assert answer.headers["content-security-policy"] == f"{POLICY}; frame-ancestors 'none'"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    name = "millrace-report-20260301T120000Z-20260301T122000Z.html"
    assert answer.headers["content-disposition"] == f'inline; filename="{name}"'


def test_times_are_those_of_the_zone(client: TestClient) -> None:
    html = reported(client, tz="Asia/Tokyo")
    assert "Times are those of Asia/Tokyo, UTC+09:00." in html
    assert "2026-03-01 21:00:00 UTC+09:00 to" in re.sub(r"<[^>]*>", "", html)
    assert "03-01 21:19" in html


def test_a_span_is_of_whole_steps_and_says_so(client: TestClient) -> None:
    until = {"from": "2026-03-01T00:03:00Z", "to": "2026-03-02T00:01:00Z"}
    html = reported(client, **until)
    assert "whole steps of 30 minutes" in html
    plain = re.sub(r"<[^>]*>", "", html)
    assert "2026-03-01 00:00:00 UTC to 2026-03-02 00:30:00 UTC" in plain


def test_a_feed_without_a_table_has_no_section(client: TestClient) -> None:
    app, shop = (reported(client, feed=one.name) for one in (FEED, SHOP))
    assert "Shop" not in texts(app, "h2")
    assert "Routes" in texts(app, "h2")
    assert "Routes" not in texts(shop, "h2")
    assert "Shop" in texts(shop, "h2")


def test_templates_are_told_by_their_text(client: TestClient) -> None:
    html = reported(client, feed=FEED.name)
    assert "Templates" in texts(html, "h2")
    assert ">abc<" in html  # no longer in the feed's file: by its id


def test_hidden_fields_are_nowhere(own_conf: Config) -> None:
    names = ("service_name", "level", "message", "anomaly")
    api = own_conf.api.model_copy(update={"hidden_fields": names})
    with asking(own_conf.model_copy(update={"api": api})) as client:
        html = reported(client, feed=FEED.name)
    assert "pay_api" not in html
    assert "FATAL" not in html
    assert "Traffic" in texts(html, "h2")
    assert not {"Levels", "Routes"} & {*texts(html, "h2")}
    for text in TEXTS:
        assert f"<bdi>{said(text)}</bdi>" not in html


def test_what_takes_too_long_is_told_and_the_rest_is_there(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = figures.ask

    def slow(cursor: Any, statement: str, values: Any, max_s: float) -> None:
        if "FROM latency_by_minute" in statement:
            statement, values, max_s = "SELECT SLEEP(%s)", [5], 0.05
        ask(cursor, statement, values, max_s)

    monkeypatch.setattr(figures, "ask", slow)
    html = reported(client)
    assert "the server needs longer than a query may take" in html
    assert tiles(html)["p95 response time"] == "\u2013"
    assert tiles(html)["Lines"] != "\u2013"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": "../../../etc/passwd"}, "tz"),
        ({"tz": ""}, "tz"),
        ({"tz": "Europe"}, "tz"),
        ({"feed": "nofeed"}, "feed"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2027-01-01T00:00:00Z"}, "before the end"),
        ({"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"}, "from, to"),
        ({"from": "0001-01-01T00:01:00Z", "tz": "America/New_York"}, "from, to"),
    ],
)
def test_what_is_not_understood_is_told(
    client: TestClient, asked: dict[str, str], told: str
) -> None:
    answer = client.get("/v1/report", params=SPAN | asked)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_reports_take_a_place_of_the_exports(own_conf: Config) -> None:
    with asking(own_conf) as client:
        slots = client.app.state.service.exports  # type: ignore[attr-defined]
        for _ in range(own_conf.api.max_exports):
            assert slots.acquire(blocking=False)
        busy = client.get("/v1/report", params=SPAN)
        assert busy.status_code == 429
        assert busy.headers["retry-after"] == "10"
        slots.release()
        reported(client)
        reported(client)


def test_a_report_needs_a_token_and_no_more_than_reading(own_conf: Config) -> None:
    token = "0123456789abcdef-read"
    api = own_conf.api.model_copy(
        update={"read_token": SecretStr(token), "operate_token": SecretStr(token[::-1])}
    )
    with asking(own_conf.model_copy(update={"api": api})) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        reported(client)
        del client.headers["Authorization"]
        assert client.get("/v1/report", params=SPAN).status_code == 401


def test_a_server_that_is_away_is_told(own_conf: Config) -> None:
    away = own_conf.mysql.model_copy(update={"port": 9})
    with asking(own_conf.model_copy(update={"mysql": away})) as client:
        assert client.get("/v1/report", params=SPAN).status_code == 503


@pytest.fixture(scope="module")
def own_file(
    own_conf: Config, conf_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The configuration file of an API that runs."""
    with served(own_conf) as own:
        content = yaml.safe_load(conf_file.read_text())
        content["feeds"] = [
            feed.model_dump(include={"name", "topic", "format", "service_name"})
            for feed in own.feeds
        ]
        content["api"] = {"port": own.api.port}
        file = tmp_path_factory.mktemp("report") / "conf.yaml"
        file.write_text(yaml.safe_dump(content))
        yield file


def asked(own_file: Path, *arguments: str) -> Ended:
    return millrace(*arguments, conf=own_file)


def test_the_command_writes_the_same_report(
    own_file: Path, client: TestClient, tmp_path: Path
) -> None:
    file = tmp_path / "out.html"
    span = ("--from", SPAN["from"], "--to", SPAN["to"])
    ended = asked(own_file, "report", *span, "--tz", "Asia/Tokyo", str(file))
    assert (ended.code, ended.out) == (0, "")
    written = file.read_text(encoding="utf-8")
    assert tiles(written) == tiles(reported(client))
    assert "Asia/Tokyo" in written
    assert [one.name for one in tmp_path.iterdir()] == ["out.html"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--tz", "Nowhere", "out.html"), 2, "tz"),
        (("--feed", "nofeed", "out.html"), 2, "nofeed"),
        (("none/out.html",), 1, "No such file"),
    ],
)
def test_the_command_says_what_is_wrong(
    own_file: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    *options, name = arguments
    ended = asked(own_file, "report", *options, str(tmp_path / name))
    assert ended.code == code
    assert told in ended.err
    assert not [*tmp_path.iterdir()]


def test_figures_are_printed_and_written(own_file: Path, tmp_path: Path) -> None:
    span = ("--from", SPAN["from"], "--to", SPAN["to"], "--step", "20m", "--feed", FEED.name)
    named = ("levels_by_minute", *span, "--by", "level", "--where", "level=FATAL")
    ended = asked(own_file, "figures", *named)
    assert ended.code == 0
    (row,) = (json.loads(one) for one in ended.out.splitlines())
    assert (row["level"], row["events"]) == ("FATAL", len(TEXTS))
    assert "1 rows of levels_by_minute" in ended.err
    assert f"{FEED.name}: proven since" in ended.err
    file = tmp_path / "levels.csv"
    ended = asked(own_file, "figures", *named, "--export", str(file))
    assert ended.code == 0
    head, only = file.read_text().splitlines()
    assert head == "window_start,level,events,trust_state,trust_proof,trust_late_lines"
    assert only.startswith(f"{SPAN['from']},FATAL,{len(TEXTS)},")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing",), "no table is named"),
        (("levels_by_minute", "--by", "country"), "by"),
        (("levels_by_minute", "--where", "level"), "KEY=VALUE"),
        (("levels_by_minute", "--export", "x.xlsx"), "parquet"),
    ],
)
def test_figures_that_are_not_understood_end_with_2(
    own_file: Path, arguments: tuple[str, ...], told: str
) -> None:
    ended = asked(own_file, "figures", *arguments)
    assert ended.code == 2
    assert told in ended.err
