"""What holds for every line, whatever stands in it."""

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import lines_app
import lines_combined
import lines_shop
import lines_shop_details
import lines_syslog
import lines_syslog_bsd
import pytest
from draws import TEXT, VALUES, ZONED, Drawn, drawn, iso
from hypothesis import strategies as st
from rows import parsed

from millrace.parse.app import KNOWN_KEYS
from millrace.parse.level import LEVELS
from millrace.records.dead_letters import REASONS
from millrace.records.formats import OWN_LAYOUTS, Layout

REAL: dict[Layout, tuple[ModuleType, ...]] = {
    "combined": (lines_combined,),
    "app": (lines_app,),
    "shop": (lines_shop, lines_shop_details),
    "syslog": (lines_syslog, lines_syslog_bsd),
}
ALWAYS = ("timestamp", "level", "service_name")


@st.composite
def mutated(draw: Callable[..., Any], lines: list[str]) -> bytes:
    """A real line after a few accidents."""
    line = draw(st.sampled_from(lines)).encode()
    for _ in range(draw(st.integers(1, 4))):
        place = st.integers(0, len(line))
        first, last = sorted((draw(place), draw(place)))
        between = line[first:last]
        edit = draw(st.sampled_from(("cut", "end", "turn", "double", "insert")))
        noise = draw(st.sampled_from(('"', "\\", " ", "-", "{", "}", "[", "\xff", "\0", "99999")))
        between = {
            "cut": b"",
            "end": b"",
            "turn": between[::-1],
            "double": between * 2,
            "insert": noise.encode("latin-1") + between,
        }[edit]
        line = line[:first] + between + (b"" if edit == "end" else line[last:])
    return line


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_every_line_is_one_record_or_one_dead_letter(format: Layout) -> None:
    cases = [case for table in REAL[format] for case in table.RECORDS.values()]
    real = [line for line, _ in cases if len(line) < 1_000]
    lines: list[bytes] = [
        *drawn(st.binary(max_size=200), 500),
        *drawn(TEXT.map(str.encode), 500),
        *drawn(mutated(real), 1_500),
    ]
    found = parsed(format, lines)
    letters = [each for each in found if "dead" in each]
    records = [each for each in found if "dead" not in each]
    assert [each for each in records if not each.keys() >= set(ALWAYS)] == []
    assert {each["dead"] for each in letters} <= set(REASONS) - {"internal_error"}
    assert len(records) > 100
    assert len({each["dead"] for each in letters}) >= 4


@pytest.mark.parametrize("format", ["app", "shop"])
def test_number_of_vast_size_ends_no_query(format: Layout) -> None:
    usual = {"timestamp": 0, "event_type": "search"}
    numbers = ("1e999999999", "1e-999999999", "-1e-2147483648", "1e-99999999", "9" * 100_000)
    members = ("timestamp", "status_code", "response_time_ms", "session_duration")
    details = ("amount", "results_count", "completed_at", "items")
    lines = [json.dumps(usual | {key: number}) for key in members for number in numbers]
    lines += [
        json.dumps(usual | {"details": {key: number}}) for key in details for number in numbers
    ]
    assert len(parsed(format, lines)) == len(lines)


def escaped(value: str) -> str:
    """The text as mod_log_config writes it."""
    named = {'"': r"\"", "\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r"}
    return "".join(
        named.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 32 else char) for char in value
    )


WORDS = TEXT.map(escaped)
TARGETS = WORDS.map(lambda text: "/" + text.rstrip(" "))
METHODS = st.sampled_from(("GET", "POST", "PROPFIND", "M-SEARCH"))
PROTOCOLS = st.sampled_from(("HTTP/1.0", "HTTP/1.1", "HTTP/2"))
ADDRESSES = st.ip_addresses().map(str)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@st.composite
def access_lines(draw: Callable[..., Any]) -> Drawn:
    """A line made of random fields, and those fields."""

    def maybe(strategy: st.SearchStrategy[Any]) -> Any:
        value = draw(st.none() | strategy)
        return None if value == "-" else value

    host = maybe(st.sampled_from(("example.com:443", "[::1]:80")))
    client, ident = draw(ADDRESSES), maybe(st.sampled_from(("daemon", "x")))
    # " [" in a user's name is a case of its own in lines_combined.
    user = maybe(WORDS.filter(lambda text: text and "[" not in text))
    method, target, protocol = draw(METHODS), draw(TARGETS), draw(PROTOCOLS)
    noise = maybe(WORDS.map(lambda text: text.replace(" ", "")))
    status, size = maybe(st.integers(100, 599)), maybe(st.integers(0, 10**15 - 1))
    time = draw(ZONED)
    stamp = f"{time:%d}/{MONTHS[time.month - 1]}/{time:%Y:%H:%M:%S %z}"
    request = f"{method} {target} {protocol}" if noise is None else noise
    head = " ".join(
        "-" if value is None else str(value) for value in (client, ident, user, f"[{stamp}]")
    )
    results = " ".join("-" if value is None else str(value) for value in (status, size))
    fields = {
        "timestamp": iso(time),
        "service_name": "feed",
        "level": "INFO" if not status or status < 400 else "WARN" if status < 500 else "ERROR",
        "virtual_host": host,
        "client_ip": client,
        "ident": ident,
        "user": user,
        "status_code": status,
        "bytes": size,
    }
    is_request = noise is None
    fields |= (
        {"method": method, "path": target, "protocol": protocol}
        if is_request
        else {"request": noise}
    )
    line = f'{host + " " if host else ""}{head} "{request}" {results}'
    if draw(st.booleans()):
        tail, more = draw(combined_tails())
        line, fields = line + tail, fields | more
    return line, {name: value for name, value in fields.items() if value is not None}


@st.composite
def combined_tails(draw: Callable[..., Any]) -> Drawn:
    """Referrer and user agent, and perhaps a response time or forwarded addresses, and more."""
    referrer, agent, extra = draw(WORDS), draw(WORDS), draw(WORDS)
    time_ms = draw(st.none() | st.integers(0, 10**6) | st.decimals(0, 10**4, places=2))
    addresses = draw(st.lists(ADDRESSES, max_size=3))
    tail = f' "{referrer}" "{agent}"'
    fields: dict[str, Any] = {
        "referrer": None if referrer == "-" else referrer,
        "user_agent": None if agent == "-" else agent,
    }
    if time_ms is not None and extra:
        # With more after it a number may be anything.
        fields["extra"] = f'{time_ms} x="{extra}"'
        return f"{tail} {fields['extra']}", fields
    if time_ms is not None:
        tail, fields["response_time_ms"] = f"{tail} {time_ms}", float(time_ms)
    elif addresses:
        fields["forwarded_for"] = ", ".join(addresses)
        tail += f' "{fields["forwarded_for"]}"'
    if extra:
        fields["extra"] = f'x="{extra}"'
        tail += f" {fields['extra']}"
    return tail, fields


def test_fields_written_as_apache_does_come_back() -> None:
    cases = drawn(access_lines(), 1_000)
    rows = parsed("combined", [line for line, _ in cases])
    wrong = [(case, row) for case, row in zip(cases, rows, strict=True) if row != case[1]]
    assert wrong == []


STRINGS = ("message", "request_id", "user_id", "path", "method", "error_code")
KEYS = TEXT.filter(lambda key: key not in KNOWN_KEYS)


@st.composite
def app_lines(draw: Callable[..., Any]) -> Drawn:
    """A JSON object of random members, and the fields that it must give."""
    time = draw(ZONED)
    milliseconds = int(time.timestamp()) * 1000
    # Smaller numbers are seconds, greater ones microseconds.
    as_number = draw(st.booleans()) and 10**11 <= milliseconds < 10**14
    stamp = milliseconds if as_number else time.isoformat()
    level = draw(st.none() | st.sampled_from(tuple(LEVELS)))
    strings = {key: draw(TEXT) for key in draw(st.sets(st.sampled_from(STRINGS)))}
    fields = strings | {
        "status_code": draw(st.none() | st.integers(100, 399)),
        "response_time_ms": draw(st.none() | st.floats(0, 10**6)),
        "tags": draw(st.none() | st.lists(TEXT, max_size=3)),
    }
    others = draw(st.dictionaries(KEYS, TEXT, min_size=1, max_size=2))
    others |= draw(st.dictionaries(KEYS, VALUES, max_size=3))
    sent = {"timestamp": stamp, "level": level} | fields | others
    line = json.dumps(
        sent, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from((None, 1)))
    )
    fields |= {
        "timestamp": iso(time),
        "level": LEVELS[level] if level else "INFO",
        "service_name": "feed",
        "attributes": {key.replace("\0", r"\u0000"): value for key, value in others.items()}
        or None,
    }
    return line, {name: value for name, value in fields.items() if value is not None}


def test_members_of_a_json_object_come_back() -> None:
    cases = drawn(app_lines(), 1_000)
    rows = parsed("app", [line for line, _ in cases])
    wrong = []
    for (line, fields), found in zip(cases, rows, strict=True):
        attributes = found.get("attributes")
        if isinstance(attributes, dict):
            sent = fields.get("attributes", {})
            found["attributes"] = {
                key: value if isinstance(sent.get(key), str) else json.loads(value)
                for key, value in attributes.items()
            }
        if found != fields:
            wrong.append((line, fields, found))
    assert wrong == []
