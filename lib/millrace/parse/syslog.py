"""System logs: RFC 5424, and RFC 3164 with or without PRI, told apart line by line.

RFC 5424, of any version; some senders leave out the structured data::

    <PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]

RFC 3164, which describes what is sent rather than prescribes it; the ISO time is rsyslog's::

    [<PRI>]Mmm dd [yyyy] hh:mm:ss[.fraction] [yyyy] [zone] [yyyy] [HOSTNAME] [TAG[[pid]]:] message
    [<PRI>]yyyy-mm-ddThh:mm:ss[.fraction][zone] [HOSTNAME] [TAG[[pid]]:] message

Cisco's devices put counters before the time, and name the message after it::

    <PRI>[counter: ][HOSTNAME: ][number: ][*|.]TIME: %FACILITY-SEVERITY-MNEMONIC: message

The octet count of a stream's frames (RFC 6587) may stand before all of these.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from millrace.parse.rejection import RejectedError, found
from millrace.parse.text import absent_if_dash
from millrace.parse.times import MONTHS, at, instant, iso_8601
from millrace.records.received import SECOND

VERSION = 2

_OCTET_COUNT = re.compile(r"[0-9]{1,7} (?=<[0-9]{1,3}>)")
_PRI = re.compile(r"<([0-9]{1,3})> ?")
_RFC_5424 = re.compile(r"[0-9]{1,3} ")
_EPOCH = re.compile(r"[0-9]{9,10}(?:\.[0-9]{1,9})?$")
# Of ids without parameters those of IANA's registry; any other in brackets is text, as in [INFO].
_REGISTERED = re.compile(r"\[(?:timeQuality|origin|meta|snmp|[^\s\]]*@)")
_HIGHEST_PRI = 191  # RFC 5424, 6.2.1: facilities 0 to 23, severities 0 to 7
_BOM = "\ufeff"
# As OpenTelemetry has it, but for alert and critical, which stand with emergency.
_LEVELS = ("FATAL", "FATAL", "FATAL", "ERROR", "WARN", "INFO", "INFO", "DEBUG")

# RFC 5424, 6.3: names hold no space, control character, `=`, `]` or quote; in a value a backslash
# escapes a quote, a backslash and a bracket, and stands for itself before anything else.
# Possessive, so that a line of tens of thousands of escapes does not backtrack.
_NAME = r'[^\x00-\x20\x7f=\]"]+'
_VALUE = r'[^"\\\]]*+(?:\\(?s:.)[^"\\\]]*+)*+'
_PARAMETERS = rf'(?: +{_NAME}="{_VALUE}")*+'
_ELEMENT = rf"\[{_NAME}{_PARAMETERS} *\]"
_ELEMENTS = re.compile(rf"(?:{_ELEMENT})++(?= |\Z)")
_ELEMENT_PARTS = re.compile(rf"\[({_NAME})({_PARAMETERS}) *\]")
_PARAMETER_PARTS = re.compile(rf' +({_NAME})="({_VALUE})"')
_ESCAPED = re.compile(r'\\(["\\\]])')

_YEAR = r"(?:([0-9]{4}) )?"
_LATE_YEAR = r" ([0-9]{4})(?= |$)"
_ZONE = r" (UTC|GMT|Z|[+-][0-9]{2}:?[0-9]{2})"
_BSD_HEAD = re.compile(
    rf"{_YEAR}([A-Z][a-z]{{2}}) {{1,2}}([0-9]{{1,2}}) {_YEAR}"
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]{1,9}))?"
    rf"(?:{_LATE_YEAR}(?:{_ZONE})?|{_ZONE}(?:{_LATE_YEAR})?)?(?=:? |:?$)"
)
_ISO_HEAD = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]++(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?(?=:? |:?$)"
)
_IS_ISO = re.compile(r"[0-9]{4}-")
# One space and, as some routers write it, a colon between the time and what follows.
_GAP = re.compile(r":? ?")
# A colon ends a process id even where no space follows; a name alone may be a part of the message.
_TAG = re.compile(r"([^\s:\[\]]++)(?:\[([^\s\]]*+)\](?::|(?=\s|\Z))|:(?=\s|\Z))", re.ASCII)
_ZONED = re.compile(r".*(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})$")
# What Cisco's devices write before the time; a clock that was never set, or is no more, is marked.
_COUNTERS = re.compile(
    r"(?:[0-9]{1,10}|): (?:([A-Za-z][\w.-]*): )?(?:[0-9]{1,10}: )?[*.]?(?=[A-Z][a-z]{2} |[0-9])",
    re.ASCII,
)
_UPTIME = re.compile(r"(?:[0-9]{1,4}[ywdh][0-9]{1,4}[wdhm]|[0-9]{2,4}:[0-9]{2}:[0-9]{2})(?=: )")
_CISCO = re.compile(r"(?:: )?%([A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*)-([0-7])-([A-Z0-9_]+) ?: ?")
_YEARS_BACK = range(-1, 9)  # leap days may lie eight years apart
_DAY = 86_400 * SECOND


def parse(line: str, received_at: int) -> dict[str, Any]:
    """The line's fields, with ``timestamp``, ``level`` and ``service_name``.

    ``service_name`` is the program that wrote the line. Raises RejectedError where it is no record.
    """
    counted = _OCTET_COUNT.match(line)
    line = line[counted.end() :] if counted else line
    match = _PRI.match(line)
    after = line[match.end() :] if match else line
    pri = int(match[1]) if match else None
    if pri is not None and pri > _HIGHEST_PRI:
        raise RejectedError("bad_value", found("pri", str(pri)))
    is_5424 = match and _RFC_5424.match(after)
    fields = _rfc_5424(after, received_at) if is_5424 else _rfc_3164(after, received_at)
    severity = fields.get("severity") if pri is None else pri % 8
    return {
        **fields,
        "service_name": fields["app_name"],
        "level": "INFO" if severity is None else _LEVELS[severity],
        "facility": None if pri is None else pri // 8,
        "severity": severity,
        "message": fields["message"] or None,
    }


def _rfc_5424(after: str, received_at: int) -> dict[str, Any]:
    """The header's words, structured data and message."""
    words = after.split(" ", 6)
    time = words[1]
    if _EPOCH.match(time):
        return _without_header(after, instant(time))
    # Two spaces in a row leave a field between them empty.
    if len(words) < 7 or "" in words[:6]:
        raise RejectedError("no_match", "not the seven fields of RFC 5424")
    data, message = _parted(words[6])
    zoned = iso_8601(time) if _ZONED.match(time) else None
    timestamp = received_at if time == "-" else zoned
    if timestamp is None:
        raise RejectedError("bad_timestamp", found("timestamp", time))
    return {
        "timestamp": timestamp,
        "hostname": absent_if_dash(words[2]),
        "app_name": absent_if_dash(words[3]),
        "proc_id": absent_if_dash(words[4]),
        "msg_id": absent_if_dash(words[5]),
        "message": message.removeprefix(_BOM),
        "structured_data": _structured_data(data) if data else None,
    }


def _parted(rest: str) -> tuple[str, str]:
    """Structured data, empty where there is none, and the message after it."""
    if rest == "-" or rest.startswith("- "):
        return "", rest[2:]
    elements = _ELEMENTS.match(rest)
    if elements and ('="' in elements[0] or _REGISTERED.match(elements[0])):
        return elements[0], rest[elements.end() + 1 :]
    return "", rest


def _without_header(after: str, timestamp: int | None) -> dict[str, Any]:
    """Meraki's devices write seconds since 1970, the host and then the message."""
    _, time, *rest = after.split(" ", 3)
    if timestamp is None or len(rest) < 2:
        raise RejectedError("bad_timestamp", found("timestamp", time))
    host, message = rest
    return {"timestamp": timestamp, "hostname": host, "app_name": None, "message": message}


def _structured_data(data: str) -> dict[str, dict[str, str]]:
    """The elements by their ids, each a map of its parameters; of a repeated name the last one."""
    by_id, position = {}, 0
    while element := _ELEMENT_PARTS.match(data, position):
        by_id[element[1]] = _parameters(element[2])
        position = element.end()
    return by_id


def _parameters(text: str) -> dict[str, str]:
    by_name, position = {}, 0
    while parameter := _PARAMETER_PARTS.match(text, position):
        name, value = parameter.groups()
        by_name[name] = _ESCAPED.sub(r"\1", value) if "\\" in value else value
        position = parameter.end()
    return by_name


def _rfc_3164(after: str, received_at: int) -> dict[str, Any]:
    """The time as written, hostname, tag and message."""
    counters = _COUNTERS.match(after)
    host = counters[1] if counters else None
    after = after[counters.end() :] if counters else after
    timestamp, end = _time(after, received_at, is_device=counters is not None)
    gap = _GAP.match(after, end)
    rest = after[gap.end() if gap else end :]
    if not rest:
        raise RejectedError("no_match", "nothing after the time")
    cisco = _CISCO.match(rest)
    if cisco:
        return {"timestamp": timestamp, "hostname": host, **_of_cisco(cisco, rest)}
    first = rest.partition(" ")[0]
    first_tag = _TAG.match(first)
    has_host = not (first_tag and first_tag[0].endswith(":"))
    content = rest[len(first) + 1 :] if has_host else rest
    named = {
        "timestamp": timestamp,
        "hostname": absent_if_dash(first) or None if has_host else host,
    }
    cisco = _CISCO.match(content)
    if cisco:
        return {**named, **_of_cisco(cisco, content)}
    tag = _TAG.match(content)
    return {
        **named,
        "app_name": absent_if_dash(tag[1]) if tag else None,
        "proc_id": absent_if_dash(tag[2]) or None if tag else None,
        "message": content[tag.end() :].removeprefix(" ") if tag else content,
    }


def _of_cisco(tag: re.Match[str], content: str) -> dict[str, Any]:
    """What ``%FACILITY-SEVERITY-MNEMONIC`` names; its severity counts where there is no PRI."""
    facility, severity, mnemonic = tag.groups()
    return {
        "app_name": facility.partition("-")[0],
        "msg_id": f"{facility}-{severity}-{mnemonic}",
        "severity": int(severity),
        "message": content[tag.end() :],
    }


def _time(after: str, received_at: int, *, is_device: bool) -> tuple[int, int]:
    """The instant that stands first, and where it ends; raises RejectedError where none does.

    Only a device's may begin with the year or count from its start.
    """
    is_iso = _IS_ISO.match(after)
    head = (_ISO_HEAD if is_iso else _BSD_HEAD).match(after)
    uptime = _UPTIME.match(after) if is_device else None
    if uptime:
        return received_at, uptime.end()
    if head is None or (not is_iso and head[1] and not is_device):
        raise RejectedError("no_match", "neither RFC 5424 nor a time as in RFC 3164")
    timestamp = iso_8601(head[0]) if is_iso else _bsd_time(head, received_at)
    if timestamp is None:
        raise RejectedError("bad_timestamp", found("timestamp", head[0]))
    return timestamp, head.end()


def _bsd_time(head: re.Match[str], received_at: int) -> int | None:
    """The instant that the head of an RFC 3164 line names, None where it names none.

    Where no year is written it is the one that puts the time nearest to, and not more than a day
    after, ``received_at``. Where no zone is written it is UTC.
    """
    first, name, day, *rest = head.groups()
    early, hour, minute, second, fraction, late, zone, other_zone, later = rest
    month, year = MONTHS.get(name), first or early or late or later
    offset = zone or other_zone
    if offset in (None, "UTC", "GMT"):
        offset = "Z"
    if month is None:
        return None
    clock = hour + minute + second
    if year:
        return at(int(year), month, int(day), clock, fraction, offset)
    received = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=received_at)
    for back in _YEARS_BACK:
        time = at(received.year - back, month, int(day), clock, fraction, offset)
        if time is not None and time <= received_at + _DAY:
            return time
    return None
