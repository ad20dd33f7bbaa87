"""The batches of ``ingest`` as they are committed, one after the other.

A batch is known by its checkpoint and its number, and is committed after the one before: so the
next one is asked for by its key. No clock has a say, and neither has the order of keys, in which 10
comes before 9. A query that begins anew has another checkpoint; each is followed by its numbers.
What of a batch is new to a reader is told by the offsets that the reader has seen.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.records import ledger
from millrace.records.ledger import OffsetRange, Received
from millrace.records.positions import Positions, gap, is_beyond, passed

_KEPT = 512  # of the last rows
_LEFT_OUT = 3  # numbers in a row that may have no row: a batch without lines has none
_FIELDS = ("checkpoint_id", "batch_id", "committed_at", "ranges", "rows_written")
_SHOWN = dict.fromkeys(_FIELDS, 1)


@dataclass(frozen=True)
class Row:
    """A batch that is committed: what it took, and when the lines of each range were received."""

    checkpoint_id: str
    number: int
    ranges: tuple[OffsetRange, ...]
    received: tuple[Received, ...]
    committed_at: datetime
    rows_written: int


@dataclass(frozen=True)
class Ahead:
    """The next batches for a reader, in order, and how many there are after these."""

    rows: list[Row]
    more: int = 0


class Batches:
    """The batches of one query. Threads may ask for them while one looks for new ones."""

    def __init__(self, db: Database[Document], query: str) -> None:
        """Finds the last batch of each checkpoint; raises pymongo's errors, as do all methods."""
        self._rows, self._query = db[ledger.COLLECTION], query
        self._last: dict[str, Row] = {}
        self._kept: dict[tuple[str, int], Row] = {}
        self._running = ""
        self.look_around()
        if self._last:
            newest = max(self._last.values(), key=lambda row: row.committed_at)
            self._running = newest.checkpoint_id

    @property
    def end(self) -> Positions:
        """What comes after all that is committed."""
        end: Positions = {}
        for row in self._last.values():
            end = passed(row.ranges, end)
        return end

    @property
    def newest(self) -> Row | None:
        """The last batch of the checkpoint that the last batch was of."""
        return self._last.get(self._running)

    def has_unseen(self, seen: Positions) -> bool:
        """Whether any batch that is known has lines not seen; asks no server."""
        return any(is_beyond(row.ranges, seen) for row in self._last.values())

    def look(self) -> bool:
        """Looks for what follows the newest batch; whether there is anything."""
        newest = self.newest
        return newest is not None and self._follow(newest)

    def look_around(self) -> bool:
        """Looks for batches of other checkpoints as well."""
        found = False
        for row in [*self._one_of_each(), *self._newest()]:
            last = self._last.get(row.checkpoint_id)
            if last is None or last.number < row.number:
                self._note(self._last_from(row))
                found = True
        for row in list(self._last.values()):
            found |= self._follow(row)
        return found

    def ahead(self, seen: Positions, most: int) -> Ahead:
        """The next batches that have lines not seen yet, at most so many of them.

        Where several checkpoints have some, those come first that go on where ``seen`` ends.
        """
        ends = [row for row in self._last.values() if is_beyond(row.ranges, seen)]
        firsts = [(self._first_unseen(row, seen), row) for row in ends]
        if not firsts:
            return Ahead([])
        first, end = min(firsts, key=lambda one: (gap(one[0].ranges, seen), one[0].committed_at))
        rows = [first]
        for number in range(first.number + 1, min(first.number + most, end.number + 1)):
            seen = passed(rows[-1].ranges, seen)
            row = self._kept.get((first.checkpoint_id, number)) or self._row(first, number)
            if row and gap(row.ranges, seen):
                break  # Those before it were written anew since they were kept.
            rows += [row] if row else []
        return Ahead(rows, end.number - rows[-1].number)

    def _follow(self, row: Row) -> bool:
        """Notes the batches that follow ``row``; whether there are any.

        Which checkpoint goes on is not known for sure, as clocks of drivers differ: so each is
        followed beyond numbers that have no row.
        """
        found = False
        while following := self._after(row, 1):
            self._note(following)
            row, found = following, True
        return found

    def _note(self, row: Row) -> None:
        # A dictionary anew: other threads may be going over the one that was there.
        self._last = self._last | {row.checkpoint_id: row}
        self._kept[row.checkpoint_id, row.number] = row
        self._running = row.checkpoint_id
        if len(self._kept) > _KEPT:
            self._kept.pop(next(iter(self._kept)))

    def _first_unseen(self, last: Row, seen: Positions) -> Row:
        """The first batch that has lines not seen, of the checkpoint of ``last``, which has."""
        row = last
        while before := self._kept.get((row.checkpoint_id, row.number - 1)):
            if not is_beyond(before.ranges, seen):
                if gap(row.ranges, seen):
                    break  # Those before it were written anew since they were kept.
                return row
            row = before
        # No batch ends before the one that it follows: so they can be halved.
        first = bisect_left(
            range(last.number), True, key=lambda number: self._ends_beyond(last, number, seen)
        )
        return (self._row(last, first) if first < last.number else None) or last

    def _ends_beyond(self, last: Row, number: int, seen: Positions) -> bool:
        """Whether a batch, or where it has no row one of those before it, ends after ``seen``."""
        for one in range(number, max(-1, number - _LEFT_OUT - 1), -1):
            if row := self._row(last, one):
                return is_beyond(row.ranges, seen)
        return False

    def _last_from(self, row: Row) -> Row:
        """The last batch of a checkpoint, by steps from ``row`` that double, and then halve."""
        step = 1
        while found := self._after(row, step):
            row, step = found, 2 * step
        while step > 1:
            step //= 2
            row = self._after(row, step) or row
        return row

    def _after(self, row: Row, step: int) -> Row | None:
        """The batch that many after ``row``, or where it has no row one of the next."""
        numbers = range(row.number + step, row.number + step + _LEFT_OUT + 1)
        keys = [self._key(row, number) for number in numbers]
        found = map(_read, self._rows.find({"_id": {"$in": keys}}, _SHOWN))
        return min(found, key=lambda row: row.number, default=None)

    def _one_of_each(self) -> Iterator[Row]:
        """A batch of each checkpoint, whose rows lie together: so the next one is asked for."""
        after = f"{self._query}/"
        while True:
            found = self._rows.find({"_id": {"$gte": after, "$lt": f"{self._query}0"}}, _SHOWN)
            row = next(iter(found.sort("_id", 1).limit(1)), None)
            if row is None:
                return
            after = f"{row['_id'].rpartition('/')[0]}0"
            if _is_live(row):
                yield _read(row)

    def _newest(self) -> Iterator[Row]:
        """The batch that was committed last, as the clocks of drivers have it."""
        found = self._rows.find({"query": self._query}, _SHOWN, hint=ledger.NEWEST_INDEX)
        yield from map(_read, filter(_is_live, found.sort("committed_at", -1).limit(1)))

    def _row(self, row: Row, number: int) -> Row | None:
        """The batch of that number, of the same checkpoint as ``row``."""
        found = self._rows.find_one({"_id": self._key(row, number)}, _SHOWN)
        return _read(found) if found else None

    def _key(self, row: Row, number: int) -> str:
        return ledger.Batch(self._query, row.checkpoint_id, number, ()).key


def _is_live(row: Document) -> bool:
    """Whether it is of a stream: neither of lines that were given up, nor of those archived."""
    return "batch_id" in row and not row["checkpoint_id"].startswith(ledger.FROM_ARCHIVE)


def _read(row: Document) -> Row:
    ranges = row["ranges"]
    names = ("topic", "topic_id", "partition", "from_offset", "until_offset")
    return Row(
        row["checkpoint_id"],
        int(row["batch_id"]),
        tuple(OffsetRange(**{name: one[name] for name in names}) for one in ranges),
        tuple(Received(one.get("min_received_at"), one.get("max_received_at")) for one in ranges),
        row["committed_at"],
        int(row["rows_written"]),
    )
