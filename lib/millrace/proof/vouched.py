"""What a recount finds of each window, written to MySQL as it goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pyspark.sql import SparkSession

from millrace.config import Config, Feed, Mysql
from millrace.io import kafka
from millrace.io.mysql import reconciled
from millrace.io.mysql.reconciled import Found, Moment
from millrace.io.mysql.snapshot import Snapshot
from millrace.proof.figures import Unequal
from millrace.proof.unread import passed_over
from millrace.records.ledger import OffsetRange
from millrace.records.reconciled import WindowState
from millrace.records.tables import WINDOW_S, fed_by

_WINDOW = timedelta(seconds=WINDOW_S)
_ROWS_AT_ONCE = 5_000
MOST_EMPTY = timedelta(days=400)
"""How far before the newest window minutes are vouched for in which nothing happened."""


def moment_of(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    topic: kafka.Topic,
    stored: Snapshot,
    in_kafka: Sequence[OffsetRange],
    *,
    is_gapless: bool,
) -> Moment:
    """The moment of a snapshot.

    Where `aggregate` has left lines out, any window may lack one of them. Then nothing can be found
    equal, and what was found before is deleted.
    """
    moment = stored.moment(feed)
    if is_gapless and not passed_over(spark, conf, feed, topic, in_kafka):
        return moment
    reconciled.forget_all(conf.mysql, feed.name)
    return replace(moment, is_gapless=False)


@dataclass
class Vouched:
    """Writes what is found of windows that end by ``closed_until``; memory holds a portion.

    From ``empty_from`` on, a minute that is not told of has no row on either side: it is equal.
    ``version_of`` tells the earliest version of the figures that may have counted a window. Times
    are in UTC, without a zone, and windows come in their order.
    """

    mysql: Mysql
    feed: Feed
    moment: Moment
    empty_from: datetime
    closed_until: datetime
    version_of: Callable[[datetime], int]
    _found: list[Found] = field(default_factory=list)

    def add(self, start: datetime, unequal: Unequal) -> None:
        """Takes what was found of a window."""
        self._fill(start)
        self._take(start, unequal)
        self.empty_from = max(self.empty_from, start + _WINDOW)

    def end(self) -> None:
        """Writes what is left, once all windows are told."""
        self._fill(self.closed_until)
        self._write()

    def _fill(self, until: datetime) -> None:
        until = min(until, self.closed_until)
        while self.empty_from < until:
            self._take(self.empty_from, {})
            self.empty_from += _WINDOW

    def _take(self, start: datetime, unequal: Unequal) -> None:
        if start + _WINDOW > self.closed_until:
            return
        version = self.version_of(start)
        for table in fed_by(self.feed.layout):
            state = _state(unequal.get(table.name, 0), self.moment.at, version)
            self._found.append((table.name, start, state))
        if len(self._found) >= _ROWS_AT_ONCE:
            self._write()

    def _write(self) -> None:
        reconciled.write(self.mysql, self._found, self.moment)
        self._found.clear()


def _state(late: int | None, at: datetime, version: int) -> WindowState:
    if late is None:
        return WindowState("differs", 0, at, version)
    return WindowState("late" if late else "equal", late, at, version)
