"""A record's fields -> what it counts as: a place in each table that has one for it, and measures.

Counts are summed as they come, in whole numbers, so that figures depend neither on the order of
lines nor on how they are spread over tasks.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Context, Decimal
from typing import Any

from millrace.records import tables
from millrace.records.fields import Fields
from millrace.records.formats import Layout
from millrace.records.names import OTHER, Named
from millrace.records.received import SECOND
from millrace.records.tables import MAX_KEYS, NO_VALUE, Table
from millrace.windows.keys import cleaned_keys, keys_of

Place = tuple[Any, ...]
"""Window's end and minute of receipt (in microseconds, one of them None), table, keys, is_late."""

NamedKeys = Mapping[str, Named]
_ALL_NAMED: NamedKeys = {}

KEYS = tuple(f"k{n}" for n in range(1, MAX_KEYS + 1))
_MINUTE = tables.WINDOW_S * SECOND
_SALES = ("purchase", "order_complete")
_UNIT = 10_000  # money is counted in these parts: DECIMAL(…,4)
_NO_MONEY = Decimal(0)
_WIDE = Context(prec=60)
_LONGEST_KEPT = 256  # characters of a key; a longer one is cleaned at once


class Counts:
    """The counts of some records of one layout, by place."""

    def __init__(
        self,
        layout: Layout,
        max_lateness_s: int,
        named: NamedKeys = _ALL_NAMED,
        *,
        late_apart: bool = False,
    ) -> None:
        """With ``late_apart`` late lines are counted apart from the others.

        Of the keys in ``named``, by their names, only those that it tells are counted by name.
        """
        self._bound = {
            table.name: [(n, named[k.name]) for n, k in enumerate(table.keys) if k.name in named]
            for table in tables.TABLES
        }
        self._max_lateness = max_lateness_s * SECOND
        self._late_apart = late_apart
        self._counters = [
            (table, _counter(table, layout), keys_of(table)) for table in tables.fed_by(layout)
        ]
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
        for table, measures_of, own_keys in self._counters:
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
                self._add((window_end, None, table.name, own_keys(fields), apart), measures)

    def taken(self) -> Iterator[tuple[Place, list[Any]]]:
        """The places with their measures, in the order of ``MEASURES``; then there are none.

        A place comes more than once where keys were sent in more than one way.
        """
        by_place, self._found = self._found, {}
        for (window_end, minute, table, keys, is_late), sums in by_place.items():
            count, total, valued, value_sum, least, greatest, revenue, failed = sums
            money = [_money(revenue), _money(failed)]
            place = (window_end, minute, table, self._named(table, keys), is_late)
            yield place, [count, _exact(total), valued, _exact(value_sum), least, greatest, *money]

    def _named(self, table: str, keys: tuple[str | None, ...]) -> tuple[str, ...]:
        cleaned = cleaned_keys(table, keys)
        for n, named in self._bound[table]:
            if cleaned[n] != NO_VALUE and cleaned[n] not in named([cleaned[n]]):
                cleaned = (*cleaned[:n], OTHER, *cleaned[n + 1 :])
        return cleaned

    def _add(self, place: Place, measures: "Measures") -> None:
        sums = self._found.get(place)
        if sums is None:
            if any(key and len(key) > _LONGEST_KEPT for key in place[3]):
                place = (*place[:3], cleaned_keys(place[2], place[3]), place[4])
            sums = self._found.setdefault(place, [0, None, 0, None, None, None, None, None])
        total, value, revenue, failed = measures
        sums[0] += 1
        if total is not None:
            sums[1] = (sums[1] or 0) + total
        if value is not None:
            sums[2] += 1
            sums[3] = (sums[3] or 0) + value
            if sums[4] is None:
                sums[4] = sums[5] = value
            elif value < sums[4]:
                sums[4] = value
            elif value > sums[5]:
                sums[5] = value
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
    return (fields.get("bytes") or 0, microseconds(milliseconds), None, None)


def microseconds(milliseconds: float | None) -> int | None:
    """Milliseconds as whole microseconds, rounded half up; None where there are none."""
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


def _clients_countries(fields: Fields) -> Measures | None:
    return None if fields.get("client_ip") is None else _countries(fields)


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


def _counter(table: Table, layout: Layout) -> Callable[[Fields], Measures | None]:
    """What counts a record in the table: every access line has a client, of others only some."""
    if table is tables.COUNTRIES and layout == "general":
        return _clients_countries
    return _COUNTERS[table.name]
