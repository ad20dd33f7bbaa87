"""A record's fields -> what it counts as: a place in each table that has one for it, and measures.

Counts are summed as they come, in whole numbers, so that figures depend neither on the order of
lines nor on how they are spread over tasks.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from millrace.records import tables
from millrace.records.fields import Fields
from millrace.records.formats import Format
from millrace.records.received import SECOND
from millrace.records.tables import LE_MS, MAX_KEYS, NO_VALUE, Key, Table
from millrace.windows.buckets import le_ms

Place = tuple[Any, ...]
"""Window's end and minute of receipt (in microseconds, one of them None), table, keys, is_late."""

KEYS = tuple(f"k{n}" for n in range(1, MAX_KEYS + 1))
_MINUTE = tables.WINDOW_S * SECOND
_SALES = ("purchase", "order_complete")
_UNIT = 10_000  # money is counted in these parts: DECIMAL(…,4)
_NO_MONEY = Decimal(0)
_WIDE = Context(prec=60)
_UNSAFE = re.compile(r"[\\\x00-\x1F\x7F-\x9F]")
_CONTROL = re.compile(r"[\x00-\x1F\x7F-\x9F]")
_KEPT = 20_000  # keys, each of a bounded length
_LONGEST_KEPT = 256


class Counts:
    """The counts of some records of one format, by place."""

    def __init__(self, format: Format, max_lateness_s: int, *, late_apart: bool = False) -> None:
        """With ``late_apart`` late lines are counted apart from the others."""
        self._max_lateness = max_lateness_s * SECOND
        self._late_apart = late_apart
        own = [table for table in tables.TABLES if format in table.formats]
        self._counters = [(table, _COUNTERS[table.name], _keys(table, format)) for table in own]
        self._found: dict[Place, list[Any]] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(self, fields: Fields) -> None:
        """Counts one record."""
        timestamp, received_at = fields["timestamp"], fields["received_at"]
        claimed = fields.get("timestamp_claimed")
        is_late = received_at - self._max_lateness > (timestamp if claimed is None else claimed)
        window_end = timestamp - timestamp % _MINUTE + _MINUTE
        apart = is_late if self._late_apart else None
        for table, measures_of, keys_of in self._counters:
            if table is tables.LATENESS:
                if not is_late:
                    continue
                # A late line counts in the minute it was received, which must not move the
                # watermark: for old lines sent today it would, by years. So its window's end is
                # null, which Spark's watermark lets pass; the state that stays is one small row a
                # minute with late lines.
                received_minute = received_at - received_at % _MINUTE
                place: Place = (None, received_minute, table.name, (), apart)
                self._add(place, _COUNTED)
                continue
            measures = measures_of(fields)
            if measures:
                keys = tuple([key(fields) for key in keys_of])
                self._add((window_end, None, table.name, keys, apart), measures)

    def taken(self) -> Iterator[tuple[Place, list[Any]]]:
        """The places with their measures, in the order of ``MEASURES``; then there are none."""
        found, self._found = self._found, {}
        for place, sums in found.items():
            count, total, valued, value_sum, least, greatest, revenue, failed = sums
            money = [_money(revenue), _money(failed)]
            yield place, [count, _exact(total), valued, _exact(value_sum), least, greatest, *money]

    def _add(self, place: Place, measures: "Measures") -> None:
        sums = self._found.get(place)
        if sums is None:
            sums = self._found[place] = [0, None, 0, None, None, None, None, None]
        total, value, revenue, failed = measures
        sums[0] += 1
        if total is not None:
            sums[1] = (sums[1] or 0) + total
        if value is not None:
            sums[2] += 1
            sums[3] = (sums[3] or 0) + value
            sums[4] = value if sums[4] is None else min(sums[4], value)
            sums[5] = value if sums[5] is None else max(sums[5], value)
        if revenue is not None:
            sums[6] = (sums[6] or 0) + revenue
            sums[7] = (sums[7] or 0) + (failed or 0)


Measures = tuple[int | None, int | None, int | None, int | None]
"""A total, a value, revenue and failed amount (both in units of 0.0001); what is None is not."""

_COUNTED: Measures = (None, None, None, None)


def _traffic(fields: Fields) -> Measures | None:
    if fields.get("status_code") is None:
        return None
    milliseconds = fields.get("response_time_ms")
    return (fields.get("bytes") or 0, _microseconds(milliseconds), None, None)


def _microseconds(milliseconds: float | None) -> int | None:
    """Rounded half up."""
    if milliseconds is None:
        return None
    exact = milliseconds * 1000
    whole = int(exact)
    return whole + (exact - whole >= 0.5)


def _latency(fields: Fields) -> Measures | None:
    is_timed = fields.get("status_code") is not None and fields.get("response_time_ms") is not None
    return _COUNTED if is_timed else None


def _countries(fields: Fields) -> Measures:
    return (fields.get("bytes") or 0, None, None, None)


def _levels(fields: Fields) -> Measures:
    return _COUNTED


def _anomalies(fields: Fields) -> Measures | None:
    anomaly = fields.get("anomaly")
    return (None, anomaly["score"], None, None) if anomaly else None


def _shop(fields: Fields) -> Measures:
    details, event_type = fields.get("details") or {}, fields.get("event_type")
    revenue = details.get("amount") if event_type in _SALES else None
    failed = details.get("attempted_amount") if event_type == "order_failed" else None
    return (None, fields.get("session_duration_s"), _units(revenue), _units(failed))


def _exact(sum: int | None) -> Decimal | None:
    return None if sum is None else Decimal(sum)


def _money(units: int | None) -> Decimal | None:
    return None if units is None else Decimal(units).scaleb(-4, _WIDE)


def _units(amount: Decimal | None) -> int:
    return int((amount or _NO_MONEY) * _UNIT)


def _searches(fields: Fields) -> Measures | None:
    if fields.get("event_type") != "search":
        return None
    results = (fields.get("details") or {}).get("results_count")
    return (results or 0, results if results == 0 else None, None, None)


def _templates(fields: Fields) -> Measures | None:
    return None if fields.get("message") is None else _COUNTED


_COUNTERS: dict[str, Callable[[Fields], Measures | None]] = {
    tables.TRAFFIC.name: _traffic,
    tables.LATENCY.name: _latency,
    tables.COUNTRIES.name: _countries,
    tables.LEVELS.name: _levels,
    tables.ANOMALIES.name: _anomalies,
    tables.SHOP.name: _shop,
    tables.SEARCHES.name: _searches,
    tables.TEMPLATES.name: _templates,
    tables.LATENESS.name: _levels,
}


def _keys(table: Table, format: Format) -> list[Callable[[Fields], str]]:
    """What each key of a table is in a record: text, trimmed and bounded, never empty.

    It has ``/`` in place of a backslash and ``_`` in place of a control character.
    """
    return [_key(key, format) for key in table.keys]


def _key(key: Key, format: Format) -> Callable[[Fields], str]:
    if key.name == LE_MS.name:
        return lambda fields: le_ms(fields["response_time_ms"])
    if key.name == "error_code" and format not in ("app", "shop"):
        return lambda fields: NO_VALUE
    value: Callable[[Fields], str | None] = _VALUES.get(key.name, _field(key.name))
    return lambda fields: _bounded(value(fields), key.characters)


def _field(name: str) -> Callable[[Fields], str | None]:
    return lambda fields: fields.get(name)


_VALUES: dict[str, Callable[[Fields], str | None]] = {
    "severity": lambda fields: (fields.get("anomaly") or {}).get("severity"),
    "status_class": lambda fields: _status_class(fields["status_code"]),
    "payment_method": lambda fields: (fields.get("details") or {}).get("payment_method"),
    "query": lambda fields: (fields.get("details") or {}).get("query"),
}


def _status_class(status_code: int) -> str:
    return f"{status_code // 100}xx" if 200 <= status_code <= 599 else "other"


def _bounded(value: str | None, characters: int) -> str:
    if not value:
        return NO_VALUE
    if len(value) > _LONGEST_KEPT:
        return _cleaned(value, characters)
    return _cleaned_once(value, characters)


def _cleaned(value: str, characters: int) -> str:
    if _UNSAFE.search(value):
        # What quotes these strings for MySQL again may double quotes alone, as Grafana does.
        value = _CONTROL.sub("_", value).replace("\\", "/")
    return value.strip(" ")[:characters].strip(" ") or NO_VALUE


@lru_cache(_KEPT)
def _cleaned_once(value: str, characters: int) -> str:
    return _cleaned(value, characters)
