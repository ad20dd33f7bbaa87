"""What the notebooks read, as pandas has it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pymysql
from pymysql.constants import FIELD_TYPE

from millrace.config import Mysql
from millrace.io import mysql

# Of a table or view by minute; takes ``feeds``, ``since`` and ``until``.
WITHIN = "feed IN %(feeds)s AND window_start >= %(since)s AND window_start < %(until)s"

_NUMBERS = {*pymysql.NUMBER, FIELD_TYPE.NEWDECIMAL}
_TIMES = ("window_start", "committed_at")


def select(server: Mysql, statement: str, **parameters: object) -> pd.DataFrame:
    """The rows of a query, with its columns also where there are none."""
    with mysql.connection(server) as opened, opened.cursor() as cursor:
        cursor.execute(statement, parameters)
        columns = [column[0] for column in cursor.description]
        rows = [{name: _plain(value) for name, value in row.items()} for row in cursor.fetchall()]
        numbers = [column[0] for column in cursor.description if column[1] in _NUMBERS]
    frame = pd.DataFrame(rows, columns=columns)
    if not rows:
        # Else pandas takes them for columns of text.
        frame = frame.astype(dict.fromkeys(numbers, float))
    for name in {*_TIMES} & {*columns}:
        frame[name] = pd.to_datetime(frame[name])
    return frame


def percentiles(buckets: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """The times that 50, 95 and 99 % of each group's requests are within.

    ``buckets`` has rows of ``latency_by_minute``: ``requests`` of each upper bound ``le_ms``.
    """
    keys = list(by)
    ordered = buckets.groupby([*keys, "le_ms"], as_index=False)["requests"].sum()
    groups = ordered.groupby(keys)["requests"]
    percent = 100 * groups.cumsum() / groups.transform("sum")
    found = {
        f"p{share}": ordered[percent >= share].groupby(keys)["le_ms"].min()
        for share in (50, 95, 99)
    }
    return pd.DataFrame(found)


def every_minute(figures: pd.Series, absent: float = float("nan")) -> pd.Series:
    """The same with a value for each minute from the first to the last, so that gaps are seen."""
    return figures.asfreq("min", fill_value=absent) if len(figures) else figures


def readable(frame: pd.DataFrame, digits: int = 1) -> pd.DataFrame:
    """The same as text, for a table to look at: thousands apart, times to the second."""
    return frame.map(lambda value: _text(value, digits))


def _plain(value: Any) -> Any:
    """MySQL's sums are decimals: whole ones become int, the others float."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value.as_tuple().exponent == 0 else float(value)


def _text(value: Any, digits: int) -> str:
    if pd.isna(value):
        return "-"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.{digits}f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
