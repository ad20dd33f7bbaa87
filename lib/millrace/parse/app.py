"""JSON application logs: one object a line."""

from functools import partial
from typing import Any

from millrace.parse import json
from millrace.parse.level import by_status
from millrace.parse.members import (
    double,
    integer,
    list_within,
    read,
    storable,
    text,
    timestamp,
)
from millrace.parse.options import DEFAULT, Options, Parse
from millrace.records.fields import Fields

VERSION = 4

KNOWN_KEYS = frozenset(
    {
        "timestamp",
        "service_name",
        "level",
        "message",
        "request_id",
        "status_code",
        "user_id",
        "path",
        "method",
        "response_time_ms",
        "error_code",
        "tags",
    }
)
_LONGEST_MS = 1e9  # nearly twelve days


def parser(options: Options) -> Parse:
    """What parses lines."""
    return partial(parse, options=options)


def parse(line: str, received_at: int, options: Options = DEFAULT) -> Fields:
    """The line's fields, with ``timestamp``, ``level`` and ``service_name``.

    ``service_name`` is None where the line names none. Raises RejectedError where it is no record.
    """
    sent = json.line_object(line)
    take = sent.get
    marks: dict[str, str] = {}
    time = timestamp(sent, options, marks)
    sent_level = text(take("level"))
    named_level = options.level(sent_level) if sent_level else None
    if sent_level and not named_level:
        marks["level"] = sent_level
    status_code = read("status_code", take("status_code"), _status_code)
    return {
        "timestamp": time,
        "service_name": (text(take("service_name")) or "").strip(" ") or None,
        "level": named_level or by_status(status_code),
        "message": text(take("message")),
        "request_id": text(take("request_id")),
        "status_code": status_code,
        "user_id": text(take("user_id")),
        "path": text(take("path")),
        "method": text(take("method")),
        "response_time_ms": read("response_time_ms", take("response_time_ms"), _response_time_ms),
        "error_code": text(take("error_code")),
        "tags": _tags(take("tags")),
        "attributes": _attributes(sent, marks),
    }


def _attributes(sent: dict[str, Any], marks: dict[str, str]) -> dict[str, str] | None:
    """Every member without a field of its own, and the marks."""
    if KNOWN_KEYS.issuperset(sent):
        return marks or None
    own = storable((key, value) for key, value in sent.items() if key not in KNOWN_KEYS)
    return own | marks if marks else own


def _status_code(sent: Any) -> int | None:
    number = integer(sent)
    return number if number is not None and 0 <= number <= 999 else None


def _response_time_ms(sent: Any) -> float | None:
    number = double(sent)
    return number if number is not None and 0 <= number <= _LONGEST_MS else None


def _tags(sent: Any) -> list[str] | None:
    if sent is None:
        return None
    items = list_within(sent)
    if items is None:
        return [text(sent) or ""]
    return [text(one) or "" for one in items if one is not None]
