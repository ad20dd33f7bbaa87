"""Stored figures held against those that the same functions make of the same lines now."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

from millrace.io.mysql.snapshot import Key, Measures
from millrace.records.tables import (
    ERROR_CODE,
    LATENESS,
    LEVELS,
    METHOD,
    NO_VALUE,
    ROUTE,
    SERVICE,
    TABLES,
)

_LEAST, _GREATEST, _COUNTED = "value_min", "value_max", "line_count"
_NAMED = (SERVICE, METHOD, ROUTE, ERROR_CODE)
_NAMES = {table.name: {n for n, key in enumerate(table.keys) if key in _NAMED} for table in TABLES}
T = TypeVar("T")
_MEASURES = {table.name: table.figures for table in TABLES}
_COUNT = {
    table.name: next(name for name, measure in table.figures.items() if measure == _COUNTED)
    for table in TABLES
}
SAMPLES = 20


Unequal = dict[str, int | None]
"""Tables by name: how many late lines they lack, None where late lines do not explain it."""


@dataclass(frozen=True)
class Recounted:
    """A row of figures: what lines that were not late come to, and late ones with them."""

    on_time: Measures | None
    all: Measures


@dataclass(frozen=True)
class Difference:
    """A row that is stored otherwise than it should be; either side may be missing."""

    table: str
    window_start: datetime
    key: tuple[str, ...]
    stored: Measures | None
    recounted: Measures | None


@dataclass
class Compared:
    """What came of the comparison.

    ``differing`` has the windows, by table, whose rows no late line explains; ``late`` those that
    lack late lines, with their number. Windows before ``alike_from`` were counted by a version that
    named other services, methods, routes and codes: theirs are summed on both sides.
    """

    alike_from: datetime | None = None
    rows: int = 0
    windows: int = 0
    differing: dict[tuple[str, datetime], int] = field(default_factory=dict)
    samples: list[Difference] = field(default_factory=list)
    late: dict[datetime, int] = field(default_factory=dict)

    def of_window(
        self, start: datetime, stored: dict[Key, Measures], recounted: dict[Key, Recounted]
    ) -> Unequal:
        """Holds one window's rows against each other; which tables are not equal, and why."""
        self.windows += 1
        unequal: Unequal = {}
        if self.alike_from and start < self.alike_from:
            stored, recounted = _folded(stored, _added), _folded(recounted, _add_recounted)
        for key in sorted({*stored, *recounted}):
            self.rows += 1
            actual, expected = stored.get(key), recounted.get(key)
            if expected and actual == expected.all:
                continue
            table = key[0]
            if expected and table != LATENESS.name and _is_explained(table, actual, expected):
                lacking = _lines(table, expected.all) - _lines(table, actual)
                if table == LEVELS.name:
                    self.late[start] = self.late.get(start, 0) + lacking
                late = unequal.get(table, 0)
                unequal[table] = None if late is None else late + lacking
                continue
            unequal[table] = None
            window_key = (table, start)
            self.differing[window_key] = self.differing.get(window_key, 0) + 1
            # One of each window of a table, so that as many windows as can be are named.
            if self.differing[window_key] == 1 and len(self.samples) < SAMPLES:
                expected_all = expected.all if expected else None
                self.samples.append(Difference(table, start, key[2], actual, expected_all))
        return unequal


def _lines(table: str, row: Measures | None) -> int:
    """How many lines a row counts."""
    return int(row[_COUNT[table]] or 0) if row else 0


def _folded(rows: dict[Key, T], add: Callable[[str, T, T], T]) -> dict[Key, T]:
    """The rows summed over the keys that a version of the figures names as it does."""
    folded: dict[Key, T] = {}
    for (table, start, keys), row in rows.items():
        names = _NAMES[table]
        kept = tuple(NO_VALUE if n in names else key for n, key in enumerate(keys))
        place = (table, start, kept)
        folded[place] = add(table, folded[place], row) if place in folded else row
    return folded


def _add_recounted(table: str, one: Recounted, other: Recounted) -> Recounted:
    sides = [side for side in (one.on_time, other.on_time) if side]
    on_time = sides[0] if sides else None
    if len(sides) > 1:
        on_time = _added(table, *sides)
    return Recounted(on_time, _added(table, one.all, other.all))


def by_window(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[datetime, dict[Key, Recounted]]]:
    """Rows of a recount, in the order of their windows, as the figures of each window.

    They are columns of ``windows.figures`` with late lines apart.
    """
    for start, own in groupby(rows, lambda row: row["window_start"]):
        by_key: dict[Key, Recounted] = {}
        for row in own:
            _add(by_key, start, row)
        yield start, by_key


def _add(by_key: dict[Key, Recounted], start: datetime, row: dict[str, Any]) -> None:
    table = next(table for table in TABLES if table.name == row["figure"])
    keys = tuple(row[f"k{n}"] for n in range(1, len(table.keys) + 1))
    key = (table.name, start, keys)
    measures = {name: row[measure] for name, measure in table.figures.items()}
    other = by_key.get(key)
    if other is None:
        by_key[key] = Recounted(None if row["is_late"] else measures, measures)
    else:
        on_time = other.on_time if row["is_late"] else measures
        by_key[key] = Recounted(on_time, _added(table.name, other.all, measures))


def _added(table: str, one: Measures, other: Measures) -> Measures:
    return {
        name: _joined(measure, one[name], other[name]) for name, measure in _MEASURES[table].items()
    }


def _joined(measure: str, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return one if other is None else other
    if measure == _LEAST:
        return min(one, other)
    return max(one, other) if measure == _GREATEST else one + other


def _is_explained(table: str, stored: Measures | None, expected: Recounted) -> bool:
    """Whether some of the late lines, and nothing else, are what the stored row lacks."""
    if _lines(table, stored) >= _lines(table, expected.all):
        return False  # It lacks no line.
    return all(
        _is_between(
            measure,
            (expected.on_time or {}).get(name),
            (stored or {}).get(name),
            expected.all[name],
        )
        for name, measure in _MEASURES[table].items()
    )


def _is_between(measure: str, on_time: Any, stored: Any, all: Any) -> bool:
    """Whether a measure lies between those without and with the late lines."""
    if measure in (_LEAST, _GREATEST):
        if stored is None or all is None:
            return stored is None and on_time is None
        known = on_time is not None
        if measure == _LEAST:
            return bool(all <= stored and not (known and stored > on_time))
        return bool(stored <= all and not (known and stored < on_time))
    low, high = sorted((on_time or 0, all or 0))
    return bool(low <= (stored or 0) <= high)
