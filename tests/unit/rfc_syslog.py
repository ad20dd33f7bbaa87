r"""The grammar of syslog lines as RFC 5424 (section 6) and RFC 3164 (section 4) write it down.

Stricter than RFC 5424 in one place: in a parameter's value a backslash stands before what it
escapes and nowhere else.
"""

import re
from datetime import UTC, datetime

_PRI = r"<(?P<pri>\d|[1-9]\d|1[0-8]\d|19[01])>"
_SD_NAME = r"[!#-<>-\\^-~]{1,32}"
_SD_ELEMENT = rf'\[{_SD_NAME}(?: {_SD_NAME}="(?:[^"\\\]]|\\["\\\]])*")*\]'
_TIME = (
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T"
    r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(?P<fraction>\d{1,6}))?"
    r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
)
RFC_5424 = re.compile(
    rf"{_PRI}1 (?P<time>{_TIME}) (?P<hostname>[!-~]{{1,255}}) (?P<app_name>[!-~]{{1,48}})"
    r" (?P<proc_id>[!-~]{1,128}) (?P<msg_id>[!-~]{1,32})"
    rf" (?P<data>-|(?:{_SD_ELEMENT})+)(?: (?P<message>\ufeff?.*))?",
    re.ASCII,
)
RFC_3164 = re.compile(
    rf"(?:{_PRI})?(?P<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r" (?: [1-9]|[12]\d|3[01]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d) (?P<hostname>[!-~]+)"
    r" (?:(?P<tag>[A-Za-z0-9/_.-]{1,32})(?:\[(?P<pid>\d+)\])?: )?(?P<message>.*)",
    re.ASCII,
)


def is_line(text: str) -> bool:
    """Whether the text is a line as of one of the two."""
    return bool(RFC_5424.fullmatch(text) or RFC_3164.fullmatch(text))


def time_of(text: str, year: int) -> datetime | None:
    """The time of a line, in ``year`` where it states none; None for what is no syslog line."""
    if found := RFC_5424.fullmatch(text):
        return datetime.fromisoformat(found["time"].replace("Z", "+00:00"))
    if found := RFC_3164.fullmatch(text):
        time = datetime.strptime(f"{year} {found['time']}", "%Y %b %d %H:%M:%S")
        return time.replace(tzinfo=UTC)
    return None
