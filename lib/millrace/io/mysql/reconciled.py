"""The table ``reconciled_windows``: which figures are known to be those of their lines.

What is written there was seen at a ``Moment``, and holds until a batch has a line of the window.
Both that batch and the one that writes may be under way at once, so each looks after the other: a
batch deletes the rows of its windows, and locks the place where there are none; whoever writes rows
then reads which windows the batches had that were committed since, and deletes those again.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from pymysql.cursors import DictCursor

from millrace.config import Feed, Mysql
from millrace.io.mysql.client import connection
from millrace.io.mysql.retried import retried
from millrace.records.reconciled import ALL_WINDOWS, TABLE, Run, WindowState
from millrace.records.tables import TABLES

Found = tuple[str, datetime, WindowState]
"""A table's name, a window's start (UTC, without a zone), and what was found of it."""

_Last = dict[str, tuple[int, datetime]]

# Who looked earlier does not replace what was found later.
_NEWER = "VALUES(reconciled_at) >= reconciled_at"
_FIGURES = ("state", "late_lines", "figures_version", "reconciled_at")  # this one decides: the last
_UPSERT = (
    f"INSERT INTO {TABLE} (feed, `table`, window_start, {', '.join(_FIGURES)})"
    f" VALUES (%(feed)s, %(table)s, %(window_start)s, {', '.join(f'%({n})s' for n in _FIGURES)})"
    " ON DUPLICATE KEY UPDATE "
    + ", ".join(f"{name} = IF({_NEWER}, VALUES({name}), {name})" for name in _FIGURES)
)


@dataclass(frozen=True)
class Moment:
    """The moment at which figures and ledger were looked at, by the server's clock.

    ``last`` is the last batch of each checkpoint by then: its id, and when it was committed. Where
    ``is_gapless`` is not set, any window may lack a line that was never counted.
    """

    feed: Feed
    at: datetime
    last: _Last
    is_gapless: bool = True


def moment(cursor: DictCursor, feed: Feed, at: datetime) -> Moment:
    """The moment of the transaction of ``cursor``, which began after ``at``."""
    return Moment(feed, at, _last(cursor, feed.name))


def write(mysql: Mysql, found: Sequence[Found], moment: Moment) -> None:
    """Writes what was found at ``moment``, in one transaction."""

    def transaction() -> None:
        with connection(mysql) as opened, opened.cursor() as cursor:
            put(cursor, found, moment)

    retried(transaction, f"{TABLE} of {moment.feed.name}")


def put(cursor: DictCursor, found: Iterable[Found], moment: Moment) -> None:
    """The same, in the transaction of ``cursor``, which has read nothing before."""
    if not moment.is_gapless:
        return
    feed = moment.feed.name
    rows = [
        {"feed": feed, "table": table, "window_start": start} | asdict(state)
        for table, start, state in found
    ]
    cursor.executemany(_UPSERT, rows)
    # After the rows: a batch that had not seen them has been waited for, and its ledger's row is
    # there; one that comes later sees them.
    forget(cursor, feed, [*_touched_since(cursor, moment), *_lacking(cursor, moment.feed)])


def forget(cursor: DictCursor, feed: str, runs: Iterable[Run]) -> None:
    """Deletes what is known of the feed's windows in ``runs``, in the transaction of ``cursor``."""
    for first, until in runs:
        cursor.execute(
            f"DELETE FROM {TABLE} WHERE feed = %s AND `table` IN %s"
            " AND window_start >= %s AND window_start < %s",
            (feed, [table.name for table in TABLES], first, until),
        )


def forget_all(mysql: Mysql, feed: str) -> None:
    """Deletes what is known of all windows of the feed."""
    forget_runs(mysql, feed, [ALL_WINDOWS])


def forget_runs(mysql: Mysql, feed: str, runs: Sequence[Run]) -> None:
    """Deletes what is known of the feed's windows in ``runs``."""

    def transaction() -> None:
        with connection(mysql) as opened, opened.cursor() as cursor:
            forget(cursor, feed, runs)

    retried(transaction, f"{TABLE} of {feed}")


def encoded(runs: Sequence[Run]) -> str:
    """Runs of windows as the ledger's rows have them."""
    return json.dumps([[time.isoformat() for time in run] for run in runs])


def _lacking(cursor: DictCursor, feed: Feed) -> list[Run]:
    """The windows that may have had lines whose loss a person accepted."""
    cursor.execute(
        "SELECT MAX(accepted_at) AS accepted_at FROM lost_lines WHERE query = %s", _query(feed.name)
    )
    accepted_at: datetime | None = (cursor.fetchone() or {})["accepted_at"]
    if accepted_at is None:
        return []
    # They were received before that, and a line is dated so much after its receipt at most.
    return [(ALL_WINDOWS[0], accepted_at + timedelta(seconds=feed.max_future_skew_s))]


def _touched_since(cursor: DictCursor, moment: Moment) -> list[Run]:
    """The windows that batches had a line of, or wrote, which were committed after the moment."""
    runs: list[Run] = []
    for checkpoint_id, last in _last(cursor, moment.feed.name).items():
        known = moment.last.get(checkpoint_id)
        if last == known:
            continue
        # The last may have run again; no earlier one can.
        cursor.execute(
            "SELECT batch_id, committed_at, touched FROM batches"
            " WHERE query = %s AND checkpoint_id = %s AND batch_id >= %s",
            (_query(moment.feed.name), checkpoint_id, known[0] if known else 0),
        )
        for row in cursor.fetchall():
            if (row["batch_id"], row["committed_at"]) != known:
                runs += _decoded(row["touched"])
    return runs


def _last(cursor: DictCursor, feed: str) -> _Last:
    cursor.execute(
        "SELECT b.checkpoint_id, b.batch_id, b.committed_at FROM batches b JOIN ("
        " SELECT checkpoint_id, MAX(batch_id) AS last_id FROM batches"
        " WHERE query = %(query)s GROUP BY checkpoint_id) ends"
        " ON b.checkpoint_id = ends.checkpoint_id AND b.batch_id = ends.last_id"
        " WHERE b.query = %(query)s",
        {"query": _query(feed)},
    )
    return {row["checkpoint_id"]: (row["batch_id"], row["committed_at"]) for row in cursor}


def _query(feed: str) -> str:
    return f"aggregate-{feed}"


def _decoded(runs: str | None) -> list[Run]:
    """Runs as the ledger has them; of a row of an earlier version, which has none, all windows."""
    if runs is None:
        return [ALL_WINDOWS]
    return [
        (datetime.fromisoformat(first), datetime.fromisoformat(until))
        for first, until in json.loads(runs)
    ]
