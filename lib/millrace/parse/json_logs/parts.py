"""A line that holds many events -> a line for each, within what it needs to be read alone."""

from collections.abc import Iterable, Iterator
from typing import Any

from millrace.parse import json
from millrace.parse.json import Members, written
from millrace.parse.json_logs import clouds, otlp
from millrace.parse.rejection import RejectedError

MOST_PARTS = 99_999
MOST_CHARACTERS = 64 * 2**20
"""Of all parts of a line: what they have in common is in each of them."""

_Part = tuple[str, Any, str]
_MARKS = ('"resourceLogs"', '"logEvents"', '"records"')


def parts(line: str) -> list[str] | None:
    """The text of each event that a line holds, in order; None where the line is one event.

    An empty list where there is none within. Held by one line are OTLP's log records, the events
    of a CloudWatch subscription, Azure's resource logs, and the items of a list.

    Raises RejectedError (bad_envelope) where they are more than ``MOST_PARTS``, would become longer
    than ``MOST_CHARACTERS``, or something other than an event stands among them.
    """
    is_list = line.lstrip(" \t\n\r").startswith("[")
    if not is_list and not any(mark in line for mark in _MARKS):
        return None
    try:
        value = json.read(line.rstrip("\0"))
    except ValueError:
        return None
    if value.__class__ is list:
        return _written(("", item, "") for item in value)
    if value.__class__ is not Members:
        return None
    sent = dict(value)
    if "resourceLogs" in sent and otlp.is_export(sent):
        return _written(_of_export(value))
    if "logEvents" in sent and clouds.is_subscription(sent):
        return _written(_of_list(value, "logEvents", clouds.subscribed(sent)))
    if "records" in sent and clouds.is_azure(sent):
        return _written(_of_list(value, "records", sent["records"]))
    return None


def _of_list(value: Members, key: str, items: list[Any]) -> Iterator[_Part]:
    begins, ends = _around(value, key)
    for item in items:
        yield begins, item, ends


def _of_export(value: Members) -> Iterator[_Part]:
    begins, ends = _around(value, "resourceLogs")
    # What stands around records is the same object for all in one scope.
    last: tuple[Any, Any] = (None, None)
    around = ("", "")
    for resource, scope, record in otlp.records(dict(value)):
        if last[0] is not resource or last[1] is not scope:
            last = (resource, scope)
            outer, inner = _around(resource, "scopeLogs"), _around(scope, "logRecords")
            around = (begins + outer[0] + inner[0], inner[1] + outer[1] + ends)
        yield around[0], record, around[1]


def _around(value: Members, key: str) -> tuple[str, str]:
    """An object with a list of one item under the key: its JSON before and after that item."""
    others = [f"{written(name)}:{written(one)}," for name, one in value if name != key]
    return "{" + "".join(others) + f'"{key}":[', "]}"


def _written(found: Iterable[_Part]) -> list[str] | None:
    """The texts of events with what stands before and after each; None of one event alone."""
    made: list[str] = []
    characters = 0
    for begins, item, ends in found:
        text = written(item)
        characters += len(begins) + len(text) + len(ends)
        if len(made) >= MOST_PARTS or characters > MOST_CHARACTERS:
            raise RejectedError("bad_envelope", f"more than {len(made)} events, or too long ones")
        made.append(begins + text + ends)
    return None if len(made) == 1 else made
