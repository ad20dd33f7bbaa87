"""System logs as RFC 3164 describes them, rather than prescribes; the ISO time is rsyslog's::

    Mmm dd [yyyy] hh:mm:ss[.fraction] [yyyy] [zone] [yyyy] [HOSTNAME] [TAG[[pid]]:] message
    yyyy-mm-ddThh:mm:ss[.fraction][zone] [HOSTNAME] [TAG[[pid]]:] message

Cisco's devices put counters before the time, and name the message after it::

    [counter: ][HOSTNAME: ][number: ][*|.]TIME: %FACILITY-SEVERITY-MNEMONIC: message
"""

import re

from millrace.parse import notations, zones
from millrace.parse.notations import Moment
from millrace.parse.options import Options
from millrace.parse.rejection import RejectedError, found
from millrace.parse.text import absent_if_dash
from millrace.parse.times import MONTHS, is_local, iso_8601
from millrace.records.fields import Fields

_YEAR = r"(?:([0-9]{4}) )?"
_LATE_YEAR = r" ([0-9]{4})(?= |$)"
_ZONE = rf" ({'|'.join(zones.ABBREVIATIONS)}|[+-][0-9]{{2}}:?[0-9]{{2}})"
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
# What Cisco's devices write before the time; a clock that was never set, or is no more, is marked.
_COUNTERS = re.compile(
    r"(?:[0-9]{1,10}|): (?:([A-Za-z][\w.-]*): )?(?:[0-9]{1,10}: )?([*.]?)(?=[A-Z][a-z]{2} |[0-9])",
    re.ASCII,
)
_UPTIME = re.compile(r"(?:[0-9]{1,4}[ywdh][0-9]{1,4}[wdhm]|[0-9]{2,4}:[0-9]{2}:[0-9]{2})(?=: )")
_CISCO = re.compile(r"(?:: )?%([A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*)-([0-7])-([A-Z0-9_]+) ?: ?")
# Of a clock that was never set, and of one that is synchronized no more.
_CLOCKS = {"*": "unset", ".": "unsynced"}


def parse(after: str, received_at: int, options: Options) -> Fields:
    """The time, hostname, tag and message of what stands after PRI; a device's own severity.

    Raises RejectedError where it is no such line.
    """
    counters = _COUNTERS.match(after)
    host = counters[1] if counters else None
    after = after[counters.end() :] if counters else after
    moment, end = _time(after, received_at, options, is_device=counters is not None)
    gap = _GAP.match(after, end)
    rest = after[gap.end() if gap else end :]
    if not rest:
        raise RejectedError("no_match", "nothing after the time")
    marks = {} if counters is None or not counters[2] else {"clock": _CLOCKS[counters[2]]}
    time, is_local = moment
    named: Fields = {
        "timestamp": options.local(time, marks) if is_local else time,
        "hostname": host,
        "attributes": marks or None,
    }
    cisco = _CISCO.match(rest)
    if cisco:
        return {**named, **_of_cisco(cisco, rest)}
    first = rest.partition(" ")[0]
    first_tag = _TAG.match(first)
    has_host = not (first_tag and first_tag[0].endswith(":"))
    content = rest[len(first) + 1 :] if has_host else rest
    if has_host:
        named["hostname"] = absent_if_dash(first) or None
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


def _of_cisco(tag: re.Match[str], content: str) -> Fields:
    """What ``%FACILITY-SEVERITY-MNEMONIC`` names; its severity counts where there is no PRI."""
    facility, severity, mnemonic = tag.groups()
    return {
        "app_name": facility.partition("-")[0],
        "msg_id": f"{facility}-{severity}-{mnemonic}",
        "severity": int(severity),
        "message": content[tag.end() :],
    }


def _time(after: str, received_at: int, options: Options, *, is_device: bool) -> tuple[Moment, int]:
    """The time that stands first, and where it ends; raises RejectedError where none does.

    Only a device's may begin with the year or count from its start.
    """
    is_iso = _IS_ISO.match(after)
    head = (_ISO_HEAD if is_iso else _BSD_HEAD).match(after)
    uptime = _UPTIME.match(after) if is_device else None
    if uptime:
        return (received_at, False), uptime.end()
    if head is None or (not is_iso and head[1] and not is_device):
        raise RejectedError("no_match", "neither RFC 5424 nor a time as in RFC 3164")
    moment = _iso_time(head[0]) if is_iso else _bsd_time(head, received_at, options)
    if moment is None:
        raise RejectedError("bad_timestamp", found("timestamp", head[0]))
    return moment, head.end()


def _iso_time(text: str) -> Moment | None:
    time = iso_8601(text)
    return None if time is None else (time, is_local(text))


def _bsd_time(head: re.Match[str], received_at: int, options: Options) -> Moment | None:
    """What the head of an RFC 3164 line says, None where there is no such time."""
    first, name, day, *rest = head.groups()
    early, hour, minute, second, fraction, late, zone, other_zone, later = rest
    month, year = MONTHS.get(name), first or early or late or later
    offset = zone or other_zone
    if month is None:
        return None
    clock = (hour, minute, second)
    if year:
        time = notations.wall(int(year), month, int(day), clock, fraction)
    else:
        wall = notations.wall_of(offset, received_at, options.wall(received_at))
        time = notations.nearest_year(month, int(day), clock, fraction, wall)
    return notations.zoned(time, offset)
