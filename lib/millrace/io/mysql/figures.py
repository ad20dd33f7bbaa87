"""Figures by minute, read for whoever shows them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pymysql
from pymysql.cursors import DictCursor

from millrace.records.tables import LATENCY, LE_MS, Table

PERCENTILES = (50, 95, 99)
_FUNCTIONS = {"value_min": "MIN", "value_max": "MAX"}  # of measures that are not summed
_OUT_OF_TIME = {1969, 3024}  # as MariaDB says it, and as MySQL does
_MINUTE = timedelta(minutes=1)
_BUCKET = "TIMESTAMPDIFF(MINUTE, %s, window_start) DIV %s AS bucket"
_REVISED = "MAX(revised_at IS NOT NULL) AS revised"


class OutOfTimeError(Exception):
    """The server did not answer within the time that the question was given."""


@dataclass(frozen=True)
class Chosen:
    """Rows of a table: of these feeds, in windows between two times, with these keys' values."""

    table: Table
    feeds: Sequence[str]
    since: datetime
    until: datetime
    keys: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def where(self) -> tuple[str, list[Any]]:
        """The condition in SQL, and its values: names of columns are the table's own."""
        known = {key.name for key in self.table.keys}
        parts = ["feed IN %s", "window_start >= %s", "window_start < %s"]
        values: list[Any] = [list(self.feeds), stored(self.since), stored(self.until)]
        for name, wanted in self.keys.items():
            if name not in known:
                raise KeyError(name)
            parts.append(f"{name} IN %s")
            values.append(sorted(wanted))
        return " AND ".join(parts), values


def total(cursor: DictCursor, chosen: Chosen, figure: str) -> int:
    """The sum of a figure over the rows."""
    where, values = chosen.where
    if figure not in chosen.table.figures:
        raise KeyError(figure)
    cursor.execute(
        f"SELECT COALESCE(SUM({figure}), 0) AS total FROM {chosen.table.name} WHERE {where}",
        values,
    )
    row = cursor.fetchone()
    return int(row["total"]) if row else 0


def sums(
    cursor: DictCursor,
    chosen: Chosen,
    by: Sequence[str],
    figures: Sequence[str],
    limit: int,
    max_s: float,
) -> list[dict[str, Any]]:
    """The figures over the rows, put together for each value of the columns ``by``.

    Counts and totals are summed; a least is the least, a greatest the greatest. The rows with the
    largest first figure come first, ``limit`` of them at most. Raises OutOfTimeError where the
    server needs longer than ``max_s``.
    """
    require(chosen.table, by)
    where, values = chosen.where
    columns = [f"{_summed(chosen.table, figure)} AS {figure}" for figure in figures]
    statement = (
        f"SELECT {', '.join([*by, *columns])} FROM {chosen.table.name} WHERE {where}"
        + (f" GROUP BY {', '.join(by)}" if by else "")
        + f" ORDER BY {', '.join([f'{figures[0]} DESC', *by])} LIMIT %s"
    )
    ask(cursor, statement, [*values, limit], max_s)
    return list(cursor.fetchall())


def rows(
    cursor: DictCursor,
    chosen: Chosen,
    by: Sequence[str],
    step: timedelta,
    limit: int,
    max_s: float,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """The figures in steps, put together for each value of the columns ``by``; in order.

    Steps are of whole minutes, and ``bucket`` counts them from ``chosen.since``. ``revised`` says
    whether a minute of it was computed again. Of latencies that are not ``by`` bucket, there are
    percentiles as well: the least bound that so many in a hundred requests do not exceed. At most
    ``limit`` rows, after ``offset`` of them; raises OutOfTimeError where the server needs longer
    than ``max_s``.
    """
    require(chosen.table, by)
    groups = ", ".join(["bucket", *by])
    where, values = chosen.where
    has_percentiles = chosen.table is LATENCY and LE_MS.name not in by
    selected = _percentiles(by, where) if has_percentiles else _sums(chosen.table, by, where)
    statement = f"{selected} GROUP BY {groups} ORDER BY {groups} LIMIT %s OFFSET %s"
    counted = [stored(chosen.since), step // _MINUTE]
    ask(cursor, statement, [*counted, *values, limit, offset], max_s)
    return list(cursor.fetchall())


def revised(cursor: DictCursor, chosen: Chosen, step: timedelta, max_s: float) -> set[int]:
    """The steps, counted from ``chosen.since``, of which a minute was computed again."""
    where, values = chosen.where
    statement = (
        f"SELECT DISTINCT {_BUCKET} FROM {chosen.table.name}"
        f" WHERE {where} AND revised_at IS NOT NULL"
    )
    ask(cursor, statement, [stored(chosen.since), step // _MINUTE, *values], max_s)
    return {int(row["bucket"]) for row in cursor.fetchall()}


def _sums(table: Table, by: Sequence[str], where: str) -> str:
    columns = [f"{_summed(table, figure)} AS {figure}" for figure in table.figures]
    selected = ", ".join([_BUCKET, *by, *columns, _REVISED])
    return f"SELECT {selected} FROM {table.name} WHERE {where}"


def _percentiles(by: Sequence[str], where: str) -> str:
    groups, each = ", ".join(["bucket", *by]), ", ".join(["bucket", *by, LE_MS.name])
    shares = [
        f"MIN(CASE WHEN 100 * below >= {percent} * total THEN {LE_MS.name} END) AS p{percent}_ms"
        for percent in PERCENTILES
    ]
    summed = (
        f"SELECT {', '.join([_BUCKET, *by, LE_MS.name, _REVISED])}, SUM({LATENCY.lines}) AS counted"
        f" FROM {LATENCY.name} WHERE {where} GROUP BY {each}"
    )
    cumulated = (
        f"SELECT {each}, revised, SUM(counted) OVER (PARTITION BY {groups}) AS total,"
        f" SUM(counted) OVER (PARTITION BY {groups} ORDER BY {LE_MS.name}) AS below"
        f" FROM ({summed}) AS summed"
    )
    selected = ", ".join([groups, f"MAX(total) AS {LATENCY.lines}", *shares])
    return f"SELECT {selected}, MAX(revised) AS revised FROM ({cumulated}) AS cumulated"


def ask(cursor: DictCursor, statement: str, values: Sequence[Any], max_s: float) -> None:
    """Has the server answer a SELECT; raises OutOfTimeError where it needs longer."""
    server: str = cursor.connection.get_server_info()  # type: ignore[no-untyped-call]
    if "MariaDB" in server:
        bounded = f"SET STATEMENT max_statement_time = {max(0.001, max_s):.3f} FOR {statement}"
    else:
        hint = f"/*+ MAX_EXECUTION_TIME({max(1, round(1000 * max_s))}) */"
        bounded = statement.replace("SELECT", f"SELECT {hint}", 1)
    try:
        cursor.execute(bounded, values)
    except pymysql.MySQLError as error:
        if error.args[0] in _OUT_OF_TIME:
            raise OutOfTimeError from None
        raise


def stored(time: datetime) -> datetime:
    """A time as the tables have it: UTC, without a zone."""
    return time.astimezone(UTC).replace(tzinfo=None)


def require(table: Table, columns: Iterable[str]) -> None:
    """Raises KeyError where one is none of the table's: names are part of the statement."""
    unknown = set(columns) - {"feed", *(key.name for key in table.keys)}
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))


def _summed(table: Table, figure: str) -> str:
    return f"{_FUNCTIONS.get(table.figures[figure], 'SUM')}({figure})"
