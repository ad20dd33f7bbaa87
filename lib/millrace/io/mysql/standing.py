"""How far figures stand: what is closed, what was found equal, what was counted by name."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pymysql.cursors import DictCursor

from millrace.config import Feed
from millrace.io.mysql.figures import Chosen, ask, require, stored
from millrace.io.mysql.ledger import counted_in
from millrace.records import reconciled
from millrace.records.completeness import closed_until
from millrace.records.names import OTHER
from millrace.records.tables import (
    ERROR_CODE,
    FIGURES_VERSION,
    LATENESS,
    ROUTE,
    SERVICE,
    WINDOW_S,
    Key,
    Table,
)

_MINUTE = timedelta(seconds=WINDOW_S)


@dataclass(frozen=True)
class Vouched:
    """What `reconcile` found of some minutes of a feed's table: how many are equal, and so on.

    ``late_lines`` is how many lines the late ones lack; ``earliest`` is when the first of the equal
    ones were found so, in UTC, without a zone.
    """

    equal: int = 0
    late: int = 0
    differing: int = 0
    late_lines: int = 0
    earliest: datetime | None = None


@dataclass(frozen=True)
class Counted:
    """What the rows of a span count.

    ``lines`` have the keys that are wanted; of ``unnamed`` lines a wanted key has no name, so that
    some may be wanted ones. ``is_revised`` says whether a row of the span was computed again.
    """

    lines: int
    unnamed: int
    is_revised: bool


def vouched(
    cursor: DictCursor,
    table: Table,
    feeds: Sequence[str],
    since: datetime,
    until: datetime,
    step: timedelta,
    max_s: float,
) -> dict[tuple[str, int], Vouched]:
    """What was found of a table's minutes, by feed and by steps that are counted from ``since``.

    What an earlier version of the figures counted is not among the equal ones: that summed names.
    """
    is_equal = f"state = 'equal' AND figures_version = {FIGURES_VERSION}"
    statement = (
        "SELECT feed, TIMESTAMPDIFF(MINUTE, %s, window_start) DIV %s AS bucket,"
        f" SUM({is_equal}) AS equal, SUM(state = 'late') AS late,"
        " SUM(state = 'differs') AS differing, SUM(late_lines) AS late_lines,"
        f" MIN(CASE WHEN {is_equal} THEN reconciled_at END) AS earliest"
        f" FROM {reconciled.TABLE} WHERE feed IN %s AND `table` = %s"
        " AND window_start >= %s AND window_start < %s GROUP BY feed, bucket"
    )
    start = stored(since)
    values: list[Any] = [start, step // _MINUTE, list(feeds), table.name, start, stored(until)]
    ask(cursor, statement, values, max_s)
    return {
        (row["feed"], int(row["bucket"])): Vouched(
            int(row["equal"]),
            int(row["late"]),
            int(row["differing"]),
            int(row["late_lines"]),
            row["earliest"],
        )
        for row in cursor.fetchall()
    }


def newest(cursor: DictCursor, feeds: Sequence[str]) -> dict[str, datetime]:
    """The start of each feed's newest window with events (UTC, no zone); none where none has."""
    # The same minutes as those of levels_by_minute, whose key does not begin with the feed.
    cursor.execute(
        "SELECT feed, MAX(window_start) AS newest FROM service_minutes WHERE feed IN %s"
        " GROUP BY feed",
        (list(feeds),),
    )
    return {row["feed"]: row["newest"] for row in cursor.fetchall()}


def counted_ends(cursor: DictCursor, feed: str, topic_id: str) -> dict[int, int]:
    """By partition of a topic the offset after the last that `aggregate` has counted."""
    ends: dict[int, int] = {}
    for offsets in counted_in(cursor, f"aggregate-{feed}", excluding=None):
        if offsets.topic_id == topic_id:
            ends[offsets.partition] = max(ends.get(offsets.partition, 0), offsets.until_offset)
    return ends


def is_closed(newest: datetime | None, feed: Feed, until: datetime) -> bool:
    """Whether `aggregate` writes no window any more that ends by then, by the feed's newest."""
    return newest is not None and stored(until) <= closed_until(newest, feed.max_lateness_s)


def counted(cursor: DictCursor, chosen: Chosen, max_s: float) -> Counted:
    """The lines of a span's rows, those with the chosen keys apart; raises OutOfTimeError."""
    require(chosen.table, chosen.keys)
    where, span = replace(chosen, keys={}).where
    lines = chosen.table.lines
    wanted = " AND ".join(f"{name} IN %s" for name in chosen.keys) or "TRUE"
    unnamed = " OR ".join(f"{name} = %s" for name in chosen.keys) or "FALSE"
    statement = (
        f"SELECT SUM(IF({wanted}, {lines}, 0)) AS own, SUM(IF({unnamed}, {lines}, 0)) AS unnamed,"
        f" MAX(revised_at IS NOT NULL) AS revised FROM {chosen.table.name} WHERE {where}"
    )
    values = [sorted(wanted) for wanted in chosen.keys.values()]
    ask(cursor, statement, [*values, *(OTHER for _ in chosen.keys), *span], max_s)
    row = cursor.fetchone() or {}
    return Counted(int(row["own"] or 0), int(row["unnamed"] or 0), bool(row["revised"]))


def named(cursor: DictCursor, feed: str, key: Key, values: Collection[str]) -> set[str]:
    """Those of the values that are counted by name in a key of the feed's."""
    if not values:
        return set()
    cursor.execute(
        "SELECT name FROM key_names WHERE feed = %s AND name_of = %s AND name IN %s",
        (feed, key.name, sorted(values)),
    )
    return {row["name"] for row in cursor.fetchall()}


def names(cursor: DictCursor, feed: str, key: Key) -> set[str] | None:
    """The values of a key that are counted by name, of now or of older lines; None where all are.

    That is where their number is not bounded.
    """
    if key is ROUTE:
        cursor.execute("SELECT http_route AS name FROM http_routes WHERE feed = %s", (feed,))
        found = {row["name"] for row in cursor.fetchall()}
        cursor.execute("SELECT routes FROM forgotten_routes WHERE feed = %s", (feed,))
        return found.union(*(json.loads(row["routes"]) for row in cursor.fetchall()))
    if key not in (SERVICE, ERROR_CODE):
        return None
    cursor.execute("SELECT name FROM key_names WHERE feed = %s AND name_of = %s", (feed, key.name))
    return {row["name"] for row in cursor.fetchall()}


def late_since(cursor: DictCursor, feed: str, since: datetime) -> int:
    """How many lines were counted that came too late, of those received in the minute or after."""
    cursor.execute(
        f"SELECT COALESCE(SUM(late_lines), 0) AS n FROM {LATENESS.name}"
        " WHERE window_start >= %s AND feed = %s",
        (stored(since).replace(second=0, microsecond=0), feed),
    )
    return int((cursor.fetchone() or {})["n"])
