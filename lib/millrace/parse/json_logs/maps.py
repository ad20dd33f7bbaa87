"""Key maps of JSON events, as a feed declares them: a field's name -> the keys that may have it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from millrace.parse.json import Members
from millrace.parse.json_logs import moments, scales
from millrace.parse.json_logs.event import MOST_MEMBERS, Event, Sent, text
from millrace.parse.json_logs.setters import tags
from millrace.parse.rejection import RejectedError, found
from millrace.records.fields import COMMON, GENERAL
from millrace.records.formats import Unit

Keys = str | Sequence[str] | Mapping[str, str]
"""A key, a path with dots, alternatives of those, or ``{"path": .., "unit": ..}``."""

_NO_TEXTS = ("attributes", "parser", "structured_data", "timestamp_claimed")
FIELDS = tuple(each.name for each in (*COMMON, *GENERAL) if each.name not in _NO_TEXTS)
"""The fields that a map may name."""

_UNITS: tuple[Unit, ...] = get_args(Unit)
_EXPONENTS = {"s": 0, "ms": -3, "us": -6, "ns": -9}
_WITH_UNIT = ("timestamp", "response_time_ms")


@dataclass(frozen=True)
class Source:
    """Where a field is to be found: paths, the best first, and the unit of its number."""

    field: str
    paths: tuple[str, ...]
    unit: Unit | None = None


@dataclass(frozen=True)
class KeyMap:
    """A key map that has been checked."""

    sources: tuple[Source, ...]
    named: frozenset[str]
    """The paths of all sources."""
    opened: frozenset[str]
    """The paths of objects that are looked into; all other objects are values."""

    def fill(self, event: Event, sent: Sent) -> None:
        """Puts what the map names, and keeps all else under its own name or path.

        Raises RejectedError: bad_timestamp, or bad_value where a number cannot be read.
        """
        flat = self._flat(sent)
        taken = set()
        for source in self.sources:
            for path in source.paths:
                value = flat.get(path)
                if text(value) is not None:
                    _put(event, source, value)
                    taken.add(path)
                    break
        for path, value in flat.items():
            if path not in taken:
                event.keep(path, value)

    def _flat(self, sent: Sent) -> Sent:
        """The values by their paths; a flat key comes before the same path through objects."""
        flat: Sent = {}
        objects: list[tuple[str, Any]] = [("", sent.items())]
        for prefix, members in objects:
            for key, value in members:
                path = f"{prefix}{key}"
                is_object = value.__class__ is Members and len(value) <= MOST_MEMBERS
                is_opened = is_object and path in self.opened
                if is_opened:
                    objects.append((f"{path}.", value))
                if not is_opened or path in self.named:
                    flat.setdefault(path, value)
        return flat


def key_map(keys: Mapping[str, Keys]) -> KeyMap:
    """The map that is declared; raises ValueError where a field or a unit is unknown."""
    sources = tuple(_source(field, each) for field, each in keys.items())
    paths = {path for source in sources for path in source.paths}
    prefixes = {path[:at] for path in paths for at, sign in enumerate(path) if sign == "."}
    return KeyMap(sources, frozenset(paths), frozenset(prefixes))


def _source(field: str, keys: Keys) -> Source:
    if field not in FIELDS:
        raise ValueError(f"keys: a record has no field {field!r}; it has {', '.join(FIELDS)}")
    unit = None
    if isinstance(keys, Mapping):
        if unknown := sorted(keys.keys() - {"path", "unit"}):
            raise ValueError(f"keys: {field}: expected path and unit, not {unknown[0]!r}")
        unit = keys.get("unit")
        keys = keys.get("path", "")
    paths: tuple[str, ...] = ()
    if isinstance(keys, str):
        paths = (keys,)
    elif isinstance(keys, Sequence):
        paths = tuple(keys)
    if not paths or not all(isinstance(path, str) and path for path in paths):
        raise ValueError(f"keys: {field}: expected a key, a path with dots, or a list of those")
    return Source(field, paths, None if unit is None else _unit(field, unit))


def _unit(field: str, unit: str) -> Unit:
    if field not in _WITH_UNIT:
        raise ValueError(f"keys: {field}: only {' and '.join(_WITH_UNIT)} have a unit")
    for known in _UNITS:
        if unit == known:
            return known
    raise ValueError(f"keys: {field}: expected the unit {', '.join(_UNITS)}, not {unit!r}")


def _put(event: Event, source: Source, value: Any) -> None:
    putter = _PUTTERS.get(source.field)
    if putter is None:
        event.fields[source.field] = text(value)
    elif not putter(event, source, value):
        is_time = source.field == "timestamp"
        detail = found(source.field, text(value) or "")
        raise RejectedError("bad_timestamp" if is_time else "bad_value", detail)


def _timestamp(event: Event, source: Source, value: Any) -> bool:
    if source.unit is None:
        return event.moment(value)
    time = moments.of_unit(value, _EXPONENTS[source.unit])
    if time is not None:
        event.fields["timestamp"] = time
    return time is not None


def _level(event: Event, source: Source, value: Any) -> bool:
    event.level(text(value))
    return True


def _service(event: Event, source: Source, value: Any) -> bool:
    event.put("service_name", (text(value) or "").strip(" "))
    return True


def _whole(event: Event, source: Source, value: Any) -> bool:
    return event.whole(source.field, value)


def _severity(event: Event, source: Source, value: Any) -> bool:
    return event.whole("severity", value) and event.level_number(value, scales.SYSLOG)


def _response_time(event: Event, source: Source, value: Any) -> bool:
    return event.duration(value, source.unit or event.options.response_time_unit or "ms")


def _request(event: Event, source: Source, value: Any) -> bool:
    event.request(text(value))
    return True


def _client(event: Event, source: Source, value: Any) -> bool:
    event.client(text(value))
    return True


def _tags(event: Event, source: Source, value: Any) -> bool:
    return tags(event, source.field, value if value.__class__ is list else text(value))


_PUTTERS: dict[str, Callable[[Event, Source, Any], bool]] = {
    "timestamp": _timestamp,
    "level": _level,
    "service_name": _service,
    "status_code": _whole,
    "bytes": _whole,
    "facility": _whole,
    "severity": _severity,
    "response_time_ms": _response_time,
    "request": _request,
    "client_ip": _client,
    "tags": _tags,
}
