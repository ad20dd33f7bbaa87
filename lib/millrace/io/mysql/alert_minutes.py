"""The minutes of figures that an alert rule is evaluated over."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pymysql.cursors import DictCursor

from millrace.alerts.evaluation import Minute
from millrace.alerts.measures import Number, Part
from millrace.alerts.rules import Watched
from millrace.io.mysql.figures import Chosen, ask, require, stored
from millrace.records.tables import SERVICE, Table

_LONGEST_JSON = 16 * 2**20  # of a minute's parts: there are at most as many as buckets
_SUMMED = {"events", "errors"}  # what service_minutes has the sums of


def minutes(
    cursor: DictCursor, watched: Watched, since: datetime, until: datetime, max_s: float
) -> dict[datetime, Minute]:
    """Those between two times that have a line, by when they begin.

    Raises OutOfTimeError where the server needs longer than ``max_s`` for one of two questions.
    """
    source = watched.source
    own, lines = _of_services(cursor, watched, since, until, max_s)
    if source.summed:
        return {start: Minute(count, own[start]) for start, count in lines.items()}
    chosen = Chosen(source.table, watched.feeds, since, until, watched.keys)
    if source.spread is not None:
        (part,) = source.parts.values()
        sums = _spread(cursor, chosen, part.figure, source.spread.name, max_s)
    else:
        sums = _sums(cursor, chosen, source.parts, max_s)
    return {
        start: Minute(lines.get(start, 0), sums.get(start, {})) for start in lines.keys() | sums
    }


def _of_services(
    cursor: DictCursor, watched: Watched, since: datetime, until: datetime, max_s: float
) -> tuple[dict[datetime, dict[str, Number]], dict[datetime, int]]:
    """By minute the parts that are kept summed to services, and how many lines those had."""
    summed = watched.source.summed
    if not set(summed.values()) <= _SUMMED:
        raise KeyError(str(summed))
    columns = "".join(f", SUM({column}) AS {part}" for part, column in summed.items())
    statement = (
        f"SELECT window_start, SUM(events) AS line_count{columns} FROM service_minutes"
        " WHERE feed IN %s AND window_start >= %s AND window_start < %s"
    )
    values: list[Any] = [list(watched.feeds), stored(since), stored(until)]
    if watched.services:
        statement += f" AND {SERVICE.name} IN %s"
        values.append(sorted(watched.services))
    ask(cursor, f"{statement} GROUP BY window_start", values, max_s)
    parts: dict[datetime, dict[str, Number]] = {}
    lines: dict[datetime, int] = {}
    for row in cursor.fetchall():
        start = _aware(row["window_start"])
        lines[start] = int(row["line_count"])
        parts[start] = {part: int(row[part]) for part in summed if row[part]}
    return parts, lines


def _sums(
    cursor: DictCursor, chosen: Chosen, parts: Mapping[str, Part], max_s: float
) -> dict[datetime, dict[str, Number]]:
    columns: list[str] = []
    values: list[Any] = []
    for name, part in parts.items():
        condition, wanted = _only(chosen.table, part)
        columns.append(f"SUM(IF({condition}, {part.figure}, 0)) AS {name}")
        values += wanted
    where, others = chosen.where
    statement = (
        f"SELECT window_start, {', '.join(columns)} FROM {chosen.table.name} WHERE {where}"
        " GROUP BY window_start"
    )
    ask(cursor, statement, [*values, *others], max_s)
    return {
        _aware(row["window_start"]): {
            name: _number(row[name], chosen.table.figures[part.figure])
            for name, part in parts.items()
            if row[name]
        }
        for row in cursor.fetchall()
    }


def _spread(
    cursor: DictCursor, chosen: Chosen, figure: str, key: str, max_s: float
) -> dict[datetime, dict[str, Number]]:
    """A part for each value of a key. A row a minute: a thousand times fewer than its values."""
    require(chosen.table, [key])
    if figure not in chosen.table.figures:
        raise KeyError(figure)
    where, values = chosen.where
    statement = (
        f"SELECT window_start, JSON_OBJECTAGG({key}, n) AS parts FROM ("
        f"SELECT window_start, {key}, SUM({figure}) AS n FROM {chosen.table.name} WHERE {where}"
        f" GROUP BY window_start, {key}) AS summed GROUP BY window_start"
    )
    # MariaDB bounds what is put together of rows, and MySQL's own bound of it is a kilobyte.
    cursor.execute("SET SESSION group_concat_max_len = %s", (_LONGEST_JSON,))
    ask(cursor, statement, values, max_s)
    return {
        _aware(row["window_start"]): {
            value: int(number) for value, number in json.loads(row["parts"]).items()
        }
        for row in cursor.fetchall()
    }


def _only(table: Table, part: Part) -> tuple[str, Sequence[Any]]:
    """The condition of a part's rows; names of columns are the table's own."""
    require(table, part.only)
    if part.figure not in table.figures:
        raise KeyError(part.figure)
    condition = " AND ".join(f"{name} IN %s" for name in part.only) or "TRUE"
    return condition, [sorted(values) for values in part.only.values()]


def _number(value: Any, measure: str) -> Number:
    return Decimal(value) if measure in ("revenue", "failed_amount") else int(value)


def _aware(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC)
