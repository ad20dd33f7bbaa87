"""Feeds of any format through the chain: envelopes, options, formats tried in turn, parts."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from rows import spec

from millrace import config
from millrace.config import ConfigurationError
from millrace.io import reference_data
from millrace.parse import parser
from millrace.parse.envelopes import Keys
from millrace.parse.options import Options
from millrace.parse.zones import Zone
from millrace.records.formats import LAYOUTS, PRESETS, Format, layout
from millrace.records.names import Epoch
from millrace.tools import preview
from millrace.transform.chain import compiled

RECEIVED_MS = int(datetime(2026, 3, 29, 10, 0, 5, tzinfo=UTC).timestamp() * 1_000)
ACCESS = '192.0.2.7 - - [29/Mar/2026:10:00:00 +0000] "GET /cart HTTP/1.1" 200 512 "-" "curl/8.5"'
PINO = '{"level":30,"time":1774778400123,"pid":7,"hostname":"web-1","msg":"paid"}'


DATABASE: list[str] = []


@pytest.fixture(autouse=True)
def _database(country_database: str) -> None:
    DATABASE[:] = [country_database]


def outcomes(line: str | bytes, *formats: str, **changes: Any) -> list[dict[str, Any]]:
    """What a feed of these formats makes of a line."""
    value = line.encode() if isinstance(line, str) else line
    named = {"formats": tuple(map(Format, formats)), "country_database": DATABASE[0]}
    own = spec("app", **named | changes)
    return preview.outcomes(own, value, RECEIVED_MS)


def outcome(line: str, *formats: str, **changes: Any) -> dict[str, Any]:
    (found,) = outcomes(line, *formats, **changes)
    return found


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_says_what_it_reads_and_judges_any_line(preset: str) -> None:
    from millrace.parse import description

    text, version = description(preset)
    assert text
    assert version >= 1
    for line in ("x", "{}", "[]", "<1>", '"', "\0", "=" * 300, ACCESS, PINO):
        found = outcomes(line, preset)
        assert found
        assert all("timestamp" in one or "dead" in one for one in found)


def test_four_formats_have_a_layout_of_their_own() -> None:
    assert {layout((name,)) for name in PRESETS} == set(LAYOUTS)
    assert layout(("combined", "json")) == "general"


def test_the_format_that_takes_a_line_is_named() -> None:
    assert outcome(ACCESS, "klog", "combined")["parser"] == "combined"
    assert outcome(PINO, "klog", "json")["parser"] == "json"


def test_a_letter_has_the_last_reason_and_names_what_each_format_said() -> None:
    found = outcome("neither", "json", "klog")
    assert found["dead"] == "no_match"
    assert found["detail"].startswith("json: bad_json, ")
    assert "; klog: no_match, " in found["detail"]


def test_what_a_shipper_knew_stands_in_attributes() -> None:
    wrapped = json.dumps(
        {
            "@timestamp": "2026-03-29T10:00:04.000Z",
            "@metadata": {"beat": "filebeat"},
            "message": ACCESS,
            "kubernetes": {"pod": {"name": "web-7"}},
            "agent": {"type": "filebeat"},
        }
    )
    found = outcome(wrapped, "combined")
    assert found["timestamp"] == "2026-03-29T10:00:00.000Z"
    assert found["client_ip"] == "192.0.2.7"
    assert found["attributes"]["k8s.pod.name"] == "web-7"


def test_a_line_without_a_time_has_the_shippers() -> None:
    found = outcome("2026-03-29T10:00:02.5Z stdout F WARNING:root:low", "python")
    assert found["timestamp"] == "2026-03-29T10:00:02.500Z"
    assert found["attributes"]["log.iostream"] == "stdout"


def test_a_severity_of_the_envelope_counts_where_the_line_says_nothing_worse() -> None:
    head = "<137>Mar 29 10:00:00 lb-1 haproxy[7]: "
    assert outcome(f"{head}Server web/web-1 is DOWN.", "haproxy")["level"] == "FATAL"
    assert outcome(f"<190>Mar 29 10:00:00 web-1 nginx: {ACCESS}", "combined")["level"] == "INFO"
    error = "2026/03/29 10:00:00 [error] 7#7: *1 open() failed"
    assert outcome(f"<190>Mar 29 10:00:00 web-1 nginx: {error}", "nginx_error")["level"] == "ERROR"


def test_an_envelope_that_is_declared_is_required() -> None:
    keys = Keys(line="payload.text", timestamp="when", attributes=("dc",))
    wrapped = json.dumps({"payload": {"text": ACCESS}, "when": "2026-03-29T10:00:05Z", "dc": "eu"})
    assert outcome(wrapped, "combined", envelope=keys)["attributes"] == {"dc": "eu"}
    assert outcome(ACCESS, "combined", envelope=keys)["dead"] == "bad_envelope"


def test_an_envelope_without_text_is_a_letter() -> None:
    wrapped = json.dumps({"log": "\n", "stream": "stdout", "time": "2026-03-29T10:00:00Z"})
    assert outcome(wrapped, "combined")["dead"] == "empty"


def test_a_feed_names_zone_unit_and_levels() -> None:
    berlin = Options(Zone("Europe/Berlin"), "s", (("chatty", "DEBUG"), ("3", "ERROR")))
    local = ACCESS.replace(" +0000", "") + " 0.250"
    found = outcome(local, "combined", options=berlin)
    assert found["timestamp"] == "2026-03-29T08:00:00.000Z"
    assert found["response_time_ms"] == 250.0
    app = '{"timestamp":"2026-03-29T10:00:00","level":"chatty","message":"m"}'
    found = outcome(app, "app", options=berlin)
    assert (found["timestamp"], found["level"]) == ("2026-03-29T08:00:00.000Z", "DEBUG")
    assert outcome(app.replace('"chatty"', "3"), "app", options=berlin)["level"] == "ERROR"


def test_a_service_can_be_named_by_any_field() -> None:
    line = '{"timestamp":1774778400,"message":"m","service_name":"a","team":"b"}'
    assert outcome(line, "app")["service_name"] == "a"
    assert outcome(line, "app", service_name_field="attributes.team")["service_name"] == "b"
    assert outcome(line, "app", service_name_field="attributes.none")["service_name"] == "a"


def test_requests_that_no_route_took_have_no_route_of_their_own() -> None:
    asked: list[str] = []

    def named(routes: Any) -> set[str]:
        asked.extend(routes)
        return set(asked)

    for status, route in ((200, "/cart"), (404, "{other}"), (400, "{other}"), (405, "{other}")):
        line = ACCESS.replace(" 200 ", f" {status} ")
        line = line if status == 200 else line.replace("/cart", "/wp-login.php")
        found = outcome(line, "combined", named_routes=named)
        assert found["http_route"] == route
    assert asked == ["/cart"]


def test_lines_before_a_route_was_forgotten_have_the_names_of_then() -> None:
    then = Epoch(frozenset({("topic", 0, 10)}), frozenset({"/cart"}))
    own = spec("combined", DATABASE[0], named_routes=lambda routes: {"/new"}, route_epochs=(then,))
    chain, new = compiled(own), ACCESS.replace("/cart", "/new")
    places = (("topic", 0, 9), ("topic", 0, 10), ("topic", 1, 9), ("other", 0, 9), None)
    for line, before, after in ((ACCESS, "/cart", "{other}"), (new, "{other}", "/new")):
        found = [chain.outcome(line.encode(), None, RECEIVED_MS, place) for place in places]
        assert [one["http_route"] for one in found] == [before, *[after] * 4]


def test_each_event_of_an_array_is_judged_alone() -> None:
    found = outcomes(f"[{PINO},7,{PINO}]", "json")
    assert [one.get("message") for one in found] == ["paid", None, "paid"]
    assert found[1]["dead"] == "bad_json"


def test_a_record_without_events_is_one_letter() -> None:
    for line in ("[]", '{"resourceLogs":[]}'):
        (found,) = outcomes(line, "json")
        assert found["dead"] == "bad_envelope"


def test_a_log_line_that_begins_with_a_bracket_is_no_array() -> None:
    line = "[Sun Mar 29 10:00:00.123456 2026] [core:notice] [pid 7:tid 8] AH00094: Command line"
    assert outcome(line, "apache_error")["error_code"] == "AH00094"


DECLARED: dict[str, Any] = {
    "web": {
        "nginx": '$remote_addr [$time_local] "$request" $status $body_bytes_sent $request_time',
        "examples": [
            {
                "line": '192.0.2.7 [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 0.250',
                "expect": {"response_time_ms": 250, "method": "GET"},
            },
            {"line": "nothing of the kind", "expect": None},
        ],
    },
    "common": {"apache": '%h %l %u %t "%r" %>s %b'},
    "job": {"grok": "%{TIMESTAMP_ISO8601:timestamp} %{LOGLEVEL:level} %{GREEDYDATA:message}"},
    "pay": {"regex": r"(?P<timestamp>\S+) paid (?P<amount>\d+)", "version": 3},
    "legacy": {"json": {"timestamp": ["ts", "when"], "message": "text"}},
}
LINES = {
    "web": '192.0.2.7 [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 0.250',
    "common": '192.0.2.7 - - [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5',
    "job": "2026-03-29T10:00:00Z ERROR out of disk",
    "pay": "2026-03-29T10:00:00Z paid 17",
    "legacy": '{"when":"2026-03-29T10:00:00Z","text":"done","n":1.10}',
}
FEEDS = [{"name": n, "topic": n, "format": n, "service_name": n} for n in DECLARED]


def configuration(folder: Path, formats: dict[str, Any], feeds: list[dict[str, Any]]) -> Path:
    file = folder / "conf.yaml"
    content = yaml.safe_load(config.DEFAULT_FILE.read_text())
    file.write_text(yaml.safe_dump(content | {"formats": formats, "feeds": feeds}))
    return file


@pytest.mark.parametrize("name", DECLARED)
def test_a_declared_format_reads_its_lines(
    tmp_path: Path, country_database: str, name: str
) -> None:
    loaded = config.load(configuration(tmp_path, DECLARED, FEEDS))
    database = loaded.enrichment.model_copy(update={"country_database": Path(country_database)})
    loaded = loaded.model_copy(update={"enrichment": database})
    own = reference_data.spec(loaded, loaded.feed(name))
    (found,) = preview.outcomes(own, LINES[name].encode(), RECEIVED_MS)
    assert found["timestamp"] == "2026-03-29T10:00:00.000Z"
    assert found["service_name"] == name


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "two kinds": (
        {"x": {"nginx": "$status", "regex": "(?P<level>a)"}},
        "formats.x: expected exactly",
    ),
    "a preset's name": ({"klog": {"regex": "(?P<level>a)"}}, "formats.klog: expected another name"),
    "an option of another kind": (
        {"x": {"regex": "(?P<level>a)", "escape": "json"}},
        "formats.x: escape is for nginx alone",
    ),
    "an unknown option": ({"x": {"regex": "(?P<level>a)", "flags": "i"}}, "no such key"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_declaration_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    formats, said = WRONG[name]
    with pytest.raises(ConfigurationError) as refused:
        config.load(configuration(tmp_path, formats | {"web": DECLARED["web"]}, FEEDS[:1]))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_statement_can_be_copied_as_it_stands() -> None:
    nginx = """log_format  main escape=json
        '$remote_addr [$time_local] "$request" '
        '$status $body_bytes_sent';"""
    line = '192.0.2.7 [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5'
    declared = Format("main", "nginx", json.dumps({"nginx": nginx}), 1)
    assert parser(declared)(line, 0)["status_code"] == 200
    apache = r"""LogFormat "%h %l %u %t \"%r\" %>s %b" common"""
    line = '192.0.2.7 - - [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5'
    declared = Format("main", "apache", json.dumps({"apache": apache}), 1)
    assert parser(declared)(line, 0)["status_code"] == 200


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "conf.yaml"
    file.write_text(config.DEFAULT_FILE.read_text() + "\nfeeds:\n  - {name: web}\n")
    with pytest.raises(ConfigurationError, match="feeds stands twice, in lines"):
        config.load(file)


@pytest.mark.parametrize(
    "declared",
    [
        {"nginx": "$remote_addr$status"},
        {"nginx": "no variable"},
        {"apache": "%Q"},
        {"grok": "%{NOSUCH:level}"},
        {"regex": "(?P<level>a)(?=b)"},
        {"json": {"nosuch": "a"}},
        {"iis": []},
    ],
    ids=str,
)
def test_what_cannot_be_compiled_is_named_at_start_up(
    tmp_path: Path, country_database: str, declared: dict[str, Any]
) -> None:
    feed = FEEDS[0] | {"format": "x"}
    loaded = config.load(configuration(tmp_path, {"x": declared}, [feed]))
    with pytest.raises(ConfigurationError) as refused:
        reference_data.formats(loaded, loaded.feeds[0])
    (kind,) = declared
    assert str(refused.value).startswith(f"formats.x.{kind}: ")
    assert "\n" not in str(refused.value)
