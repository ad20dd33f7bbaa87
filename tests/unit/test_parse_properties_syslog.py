"""Syslog lines made of random fields give the fields that they were made of."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from draws import TEXT, ZONED, ZONES, Drawn, drawn, iso
from hypothesis import strategies as st
from rows import RECEIVED_AT, parsed

BOM = "\ufeff"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
LEVELS = ["FATAL", "FATAL", "FATAL", "ERROR", "WARN", "INFO", "INFO", "DEBUG"]
ADDRESSES = st.ip_addresses().map(str).filter(lambda address: not address.endswith(":"))
HOSTS = ADDRESSES | st.from_regex(r"[a-z][a-z0-9.-]{0,12}", fullmatch=True)
PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126)
WORDS = st.text(PRINTABLE, min_size=1, max_size=8).filter(lambda word: word != "-")
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='="]'))
SD_NAMES = NAMES.filter(bool)
TAGS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":[]"))
# An id that is nobody's and has no parameters is text.
SD_IDS = SD_NAMES.map(lambda name: f"{name}@1")
DATA = st.dictionaries(SD_IDS, st.dictionaries(SD_NAMES, TEXT, max_size=3), max_size=3)
# A line's end is no part of the message, nor is nothing a message.
MESSAGES = TEXT.map(lambda text: text.rstrip("\r\n")).map(lambda text: text or None)
# Whatever is no older than a year less a day, and not ahead by more than a day, has one year.
RECENT = st.integers(-363 * 86_400_000, 86_400_000).map(
    lambda milliseconds: RECEIVED_AT + timedelta(milliseconds=milliseconds)
)


def prioritized(pri: int | None) -> tuple[str, dict[str, Any]]:
    """The PRI of a line, and the fields that it gives."""
    if pri is None:
        return "", {"level": "INFO"}
    facility, severity = divmod(pri, 8)
    return f"<{pri}>", {"facility": facility, "severity": severity, "level": LEVELS[severity]}


def present(fields: dict[str, Any]) -> dict[str, Any]:
    service = {"service_name": fields["app_name"] or "feed"}
    return {name: value for name, value in (fields | service).items() if value is not None}


def structured(data: dict[str, dict[str, str]]) -> str:
    """The elements as RFC 5424, 6.3 has them written."""
    escapes = {'"': r"\"", "\\": r"\\", "]": r"\]"}
    elements = (
        "".join(
            f' {name}="{"".join(escapes.get(char, char) for char in value)}"'
            for name, value in params.items()
        )
        for params in data.values()
    )
    return "".join(f"[{id}{params}]" for id, params in zip(data, elements, strict=True)) or "-"


@st.composite
def rfc_5424_lines(draw: Callable[..., Any]) -> Drawn:
    """A line made of random fields, and those fields."""
    pri, fields = prioritized(draw(st.integers(0, 191)))
    time: datetime | None = draw(st.none() | ZONED)
    if time:
        time += timedelta(milliseconds=draw(st.integers(0, 999)))
    fields |= {
        name: draw(st.none() | WORDS) for name in ("hostname", "app_name", "proc_id", "msg_id")
    }
    header = [fields[name] or "-" for name in ("hostname", "app_name", "proc_id", "msg_id")]
    data = draw(DATA)
    message = draw(st.none() | MESSAGES)
    mark = draw(st.sampled_from(("", BOM)))
    unmarked = message and (mark or not message.startswith(BOM))
    line = " ".join([f"{pri}1", time.isoformat() if time else "-", *header, structured(data)])
    if message is not None or draw(st.booleans()):
        line += f" {mark if message else ''}{message or ''}"
    fields |= {
        "timestamp": iso(time or RECEIVED_AT),
        "structured_data": data or None,
        "message": message if unmarked or not message else message[1:] or None,
    }
    return line, present(fields)


@st.composite
def bsd_times(draw: Callable[..., Any]) -> tuple[str, str]:
    """A time as RFC 3164 and its relatives write it, and the text of its instant."""
    time: datetime = draw(RECENT)
    zone = draw(st.none() | ZONES)
    year = draw(st.sampled_from((None, "with the day", "with the clock")))
    if year:
        time = draw(ZONED).astimezone(UTC)
    local = time.astimezone(zone or UTC)
    if draw(st.booleans()):
        local = local.replace(microsecond=0)
        clock = f"{local:%H:%M:%S}"
    else:
        clock = f"{local:%H:%M:%S.%f}"[: draw(st.sampled_from((-3, 99)))]
    if draw(st.integers(0, 4)) == 0:
        zone_text = draw(st.sampled_from((f"{local:%z}", local.isoformat()[-6:])))
        return f"{local:%Y-%m-%d}T{clock}{zone_text}", iso(local)
    day = draw(st.sampled_from((f"{local.day:2}", f"{local.day:02}", f"{local.day}")))
    zones = ("", " UTC", " GMT", " Z") if zone is None else (f" {local:%z}", f" {local:%z}")
    words = [
        MONTHS[local.month - 1],
        day,
        *([f"{local:%Y}"] if year == "with the day" else []),
        clock,
        *([f"{local:%Y}"] if year == "with the clock" else []),
    ]
    return " ".join(words) + draw(st.sampled_from(zones)), iso(local)


@st.composite
def rfc_3164_lines(draw: Callable[..., Any]) -> Drawn:
    """A line made of random fields, and those fields."""
    pri, fields = prioritized(draw(st.none() | st.integers(0, 191)))
    written, time = draw(bsd_times())
    host = draw(HOSTS)
    tag = draw(st.none() | TAGS.filter(lambda name: name not in ("", "-")))
    pid = draw(st.none() | st.integers(0, 2**22).map(str)) if tag else None
    message = draw(MESSAGES)
    if tag is None:
        # Words that are no tag, and no part of one.
        message = f"the {message or ''}"
        text = message
    else:
        mark = draw(st.sampled_from(("", ":"))) if pid and message else ":"
        text = f"{tag}{f'[{pid}]' if pid else ''}{mark}{f' {message}' if message else ''}"
        host = draw(st.sampled_from((host, None))) if mark else host
    fields |= {
        "timestamp": time,
        "hostname": host,
        "app_name": tag,
        "proc_id": pid,
        "message": message,
    }
    return f"{pri}{written} {f'{host} ' if host else ''}{text}", present(fields)


def wrong(cases: list[Drawn]) -> list[tuple[Drawn, dict[str, object]]]:
    """The cases whose fields do not come back, with what came."""
    found = parsed("syslog", [line for line, _ in cases])
    return [(case, got) for case, got in zip(cases, found, strict=True) if got != case[1]]


def test_fields_written_as_rfc_5424_does_come_back() -> None:
    assert wrong(drawn(rfc_5424_lines(), 1_000)) == []


def test_fields_written_as_rfc_3164_does_come_back() -> None:
    assert wrong(drawn(rfc_3164_lines(), 1_000)) == []
