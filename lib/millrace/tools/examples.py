"""The examples that the configuration gives of its formats, tried."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from millrace.config import Config, Feed
from millrace.io import reference_data
from millrace.tools import preview
from millrace.transform.spec import Spec

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z\Z")


@dataclass(frozen=True)
class Failure:
    """An example whose line came to something else than was expected."""

    format: str
    line: str
    difference: str


def failures(conf: Config) -> Iterator[Failure]:
    """The examples that do not come to what they expect.

    A record must have the fields that are expected, and may have others; a null says that a field
    is absent, and in place of all of them that the line is a dead letter. Raises ConfigurationError
    where a declaration is wrong.
    """
    for name, declared in conf.formats.items():
        spec = spec_of(conf, name)
        for example in declared.examples:
            milliseconds = int(datetime.now(UTC).timestamp() * 1_000)
            (found, *_) = preview.outcomes(spec, example.line.encode(), milliseconds)
            if difference := _difference(example.expect, found):
                yield Failure(name, example.line, difference)


def spec_of(conf: Config, format: str) -> Spec:
    """What a feed of the format would make of lines; as the first feed has it that tries it."""
    for feed in conf.feeds:
        if format in feed.tried:
            return replace(
                reference_data.spec(conf, feed, needs_country=False), formats=(conf.format(format),)
            )
    feed = Feed(name=format, topic=format, format=format, service_name=format)
    return reference_data.spec(conf, feed, needs_country=False)


def _difference(expected: dict[str, Any] | None, found: dict[str, Any]) -> str | None:
    if expected is None:
        return None if "dead" in found else "expected a dead letter, and it is a record"
    if "dead" in found:
        return f"expected a record, and it is a dead letter: {found['dead']}, {found['detail']}"
    for name, value in expected.items():
        if not _equal(value, found.get(name)):
            return f"{name}: expected {_shown(value)}, not {_shown(found.get(name))}"
    return None


def _equal(expected: Any, found: Any) -> bool:
    """Whether a value is as expected; of a map the members that are named."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(_equal(value, found.get(name)) for name, value in expected.items())
    if isinstance(expected, datetime) or _is_time(found):
        return _instant(expected) == _instant(found) is not None
    return bool(expected == found)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _is_time(found: Any) -> bool:
    """Whether a value is a time as records show it."""
    return isinstance(found, str) and bool(_TIME.match(found))


def _instant(value: Any) -> datetime | None:
    """The time that a value is, in UTC where it names no zone."""
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
