"""What the lines of a sample say of how they could be sent or read better: sentences to print."""

import re
from collections.abc import Sequence

from millrace.records.fields import Fields
from millrace.transform.chain import Letter

_Outcomes = Sequence[Fields | Letter]

_COMPOSED = re.compile(rb"[a-zA-Z0-9._-]{1,64} {1,32}\| ")
# What goes on from the line before: indented, or as traces of Java, Python and Ruby have it.
_GOES_ON = re.compile(
    rb"\s|at [^ ]+\(|Caused by: |Suppressed: |Traceback \(|During handling |The above exception "
    rb"|[^ ]{1,200}:[0-9]{1,9}:in [`']"
)
_GO_ON_LEAST = 0.02  # of the lines, or they are single texts
_JOINED = {"mysql_slow"}  # whose records are of several lines
_TIME = re.compile(r"(?<![0-9.])[0-9]{1,9}\.[0-9]{3}(?![0-9.])")  # seconds as nginx writes them
_UNIT = re.compile(rb"ms\s*+\Z")
_ESCAPED = re.compile(rb"\\x[0-9a-fA-F]{2}")
# Keys of access logs: of a line whose fields were understood none of them is an attribute.
_OF_ACCESS = {
    "remote_addr", "remote_ip", "remoteIP", "client", "request_method", "uri", "request_uri",
    "status", "body_bytes_sent", "bytes_sent", "bytes", "request_time", "duration", "ua",
    "upstream_response_time", "http_user_agent", "userAgent", "http_referer", "http_referrer",
}  # fmt: skip
_LEAST_KEYS = 2


def hints(
    lines: Sequence[bytes],
    outcomes: _Outcomes,
    left: Sequence[bytes],
    formats: Sequence[str],
    unit: str | None,
) -> list[str]:
    """What to say of lines that came to ``outcomes`` by ``formats``, which took all but ``left``.

    ``unit`` is the unit of response times where it was guessed.
    """
    found = [
        (_is_composed(lines), "The lines have Docker Compose's prefix: log with --no-log-prefix."),
        (_is_split(lines, left, formats), _SPLIT),
        ("combined" in formats and _has_no_unit(lines, outcomes, formats), _NO_UNIT),
        ("combined" in formats and unit is None and _has_times(outcomes), _TIMES),
        ("json" in formats and _is_unknown(outcomes), _UNKNOWN),
        (_is_escaped(lines, outcomes), _NO_JSON),
    ]
    return [text for is_so, text in found if is_so]


_SPLIT = "Many lines go on from the line before: join those of one record before they are sent."
_NO_UNIT = (
    "The number after the user agent names no unit: ms is assumed; response_time_unit says another"
    " (s, us, ns)."
)
_TIMES = (
    "Times stand among what `combined` keeps as `extra`: declare a format by the server's own"
    " directive (`nginx:`, `apache:`) to have them read."
)
_UNKNOWN = (
    "Fields of requests stay attributes: declare a format by the server's own directive"
    " (`nginx:`, `apache:`) to have them read."
)
_NO_JSON = (
    "Lines are no JSON for their escapes \\xHH: declare a format by the server's own directive"
    " (`nginx:`, `apache:`), which reads them, or log with nginx's escape=json."
)


def goes_on(line: bytes) -> bool:
    """Whether the line looks like a part of the record that the line before began."""
    return _GOES_ON.match(line) is not None


def is_of_several_lines(formats: Sequence[str]) -> bool:
    """Whether one of the formats has records of several lines."""
    return not _JOINED.isdisjoint(formats)


def _is_composed(lines: Sequence[bytes]) -> bool:
    return sum(bool(_COMPOSED.match(line)) for line in lines) > len(lines) / 2


def _is_split(lines: Sequence[bytes], left: Sequence[bytes], formats: Sequence[str]) -> bool:
    going_on = sum(map(goes_on, left))
    are_parts = is_of_several_lines(formats) and len(left) > len(lines) / 2
    return are_parts or going_on > _GO_ON_LEAST * len(lines)


def _has_no_unit(lines: Sequence[bytes], outcomes: _Outcomes, formats: Sequence[str]) -> bool:
    """Whether response times of `combined` were read without a unit."""
    return any(
        not isinstance(one, Letter)
        and one.get("response_time_ms") is not None
        and one.get("parser", formats[0]) == "combined"
        and not _UNIT.search(line)
        for line, one in zip(lines, outcomes, strict=True)
    )


def _has_times(outcomes: _Outcomes) -> bool:
    records = [one for one in outcomes if not isinstance(one, Letter)]
    return sum(bool(_TIME.search(one.get("extra") or "")) for one in records) > len(records) / 2


def _is_unknown(outcomes: _Outcomes) -> bool:
    """Whether half of the records or more keep keys of access logs as attributes."""
    records = [one for one in outcomes if not isinstance(one, Letter)]
    keys = [_OF_ACCESS & (one.get("attributes") or {}).keys() for one in records]
    return sum(len(each) >= _LEAST_KEYS for each in keys) > len(records) / 2


def _is_escaped(lines: Sequence[bytes], outcomes: _Outcomes) -> bool:
    return any(
        isinstance(one, Letter) and one.reason == "bad_json" and _ESCAPED.search(line)
        for line, one in zip(lines, outcomes, strict=True)
    )
