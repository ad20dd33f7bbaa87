"""For each step of time: whether its figures are closed, and whether they are proven."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymysql.cursors import DictCursor

from millrace.api.documents import time_text
from millrace.api.figure_models import Bucket, Proven, State
from millrace.api.service import Service
from millrace.config import Feed
from millrace.io.mongo import standing as documents
from millrace.io.mysql import standing
from millrace.io.mysql.figures import stored
from millrace.io.mysql.standing import Vouched
from millrace.records.tables import WINDOW_S, Table

_MINUTE = timedelta(seconds=WINDOW_S)
_NEVER = datetime.min


@dataclass(frozen=True)
class Steps:
    """Steps of time that follow on one another: whole ones, from ``since`` to ``until``."""

    since: datetime
    until: datetime
    length: timedelta

    def __len__(self) -> int:
        return (self.until - self.since) // self.length

    def start(self, number: int) -> datetime:
        """When a step begins."""
        return self.since + number * self.length


@dataclass(frozen=True)
class Counting:
    """How far the figures of some feeds have come: by feed, its newest window (UTC, no zone).

    ``silent`` are those of which nothing waits to be counted, while others have newer windows.
    """

    newest: Mapping[str, datetime]
    silent: Collection[str]


def counting(own: Service, cursor: DictCursor, feeds: Sequence[Feed]) -> Counting:
    """How far the figures of these feeds have come; raises OutOfTimeError of either server."""
    newest = standing.newest(cursor, [feed.name for feed in feeds])
    last = max(newest.values(), default=None)
    silent = {
        feed.name
        for feed in feeds
        if newest.get(feed.name) != last
        and _is_silent(own, cursor, feed, is_counted=feed.name in newest)
    }
    return Counting(newest, silent)


def buckets(
    own: Service,
    cursor: DictCursor,
    table: Table,
    feeds: Sequence[Feed],
    steps: Steps,
    revised: Collection[int],
    known: Counting | None = None,
) -> list[Bucket]:
    """How far each step's figures can be trusted; ``revised`` are those with rows that were.

    A feed that is silent since its newest window takes no part in later steps. ``known`` is what
    ``counting`` says of these feeds, where it was asked already. Raises OutOfTimeError of either
    server.
    """
    names, max_s = [feed.name for feed in feeds], own.conf.api.max_query_s
    known = known or counting(own, cursor, feeds)
    newest, silent = known.newest, known.silent
    found = standing.vouched(cursor, table, names, steps.since, steps.until, steps.length, max_s)
    made = []
    for number in range(len(steps)):
        start = steps.start(number)
        taking = [
            feed
            for feed in feeds
            if feed.name not in silent or newest.get(feed.name, _NEVER) >= stored(start)
        ]
        is_closed = bool(taking) and all(
            standing.is_closed(newest.get(feed.name), feed, start + steps.length) for feed in taking
        )
        vouched = [found.get((feed.name, number), Vouched()) for feed in taking]
        made.append(
            Bucket(
                window_start=time_text(start),
                state=_state(is_closed=is_closed, is_revised=number in revised),
                proof=_proven(vouched, steps.length // _MINUTE),
                late_lines=sum(one.late_lines for one in vouched),
            )
        )
    return made


def _is_silent(own: Service, cursor: DictCursor, feed: Feed, *, is_counted: bool) -> bool:
    """Whether `aggregate` has counted all that `ingest` has stored, as far as that is known."""
    taken = documents.taken(own.db, feed.name, own.conf.api.max_query_s)
    if taken is None:
        return not is_counted
    counted = standing.counted_ends(cursor, feed.name, taken.topic_id)
    return all(counted.get(partition, 0) >= end for partition, end in taken.ends.items())


def _state(*, is_closed: bool, is_revised: bool) -> State:
    if not is_closed:
        return "open"
    return "revised" if is_revised else "closed"


def _proven(vouched: Sequence[Vouched], minutes: int) -> Proven:
    if any(one.differing for one in vouched):
        return "differs"
    if any(one.late for one in vouched):
        return "late"
    is_equal = vouched and all(one.equal == minutes for one in vouched)
    return "equal" if is_equal else "unknown"
