"""A span of time, searched slice by slice, so that each question to a server stays short."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from millrace.io.mongo.search import OutOfTimeError

Place = tuple[datetime, str, str]
"""Where a document stands among those of several feeds: its time, its id, its feed."""

Span = tuple[datetime, datetime]

_FIRST_SLICE = timedelta(minutes=1)
_GROWTH = 4
_SHORTEST_SLICE = timedelta(milliseconds=1)


class Slices:
    """The spans of time that are searched one after the other, from ``after`` on."""

    def __init__(
        self, since: datetime, until: datetime, newest_first: bool, after: Place | None
    ) -> None:
        self._since, self._until, self._newest_first = since, until, newest_first
        if after and newest_first:
            self._until = min(until, after[0] + _SHORTEST_SLICE)
        elif after:
            self._since = max(since, after[0])
        self._length = _FIRST_SLICE

    @property
    def is_done(self) -> bool:
        """Whether all was searched."""
        return self._since >= self._until

    @property
    def reached(self) -> datetime:
        """How far all was searched: down to it, or up to it."""
        return self._until if self._newest_first else self._since

    @property
    def next(self) -> Span:
        """The next one."""
        length = min(self._length, self._until - self._since)
        if self._newest_first:
            return self._until - length, self._until
        return self._since, self._since + length

    def walk(
        self,
        max_s: float,
        look: Callable[[Span, float], bool],
        is_free: Callable[[Span], bool] = lambda span: False,
    ) -> bool:
        """Looks at one after the other within ``max_s`` seconds; whether all was searched.

        ``look`` is given a slice and how many seconds it may take, says whether to go on, and may
        raise OutOfTimeError: then it is given less. One that ``is_free`` is looked at also where
        there is no time left.
        """
        ends_at = time.monotonic() + max_s
        while not self.is_done:
            left_s = ends_at - time.monotonic()
            if left_s <= 0 and not is_free(self.next):
                return False
            try:
                # Half of what is left, so that there is time for less where this is too much.
                goes_on = look(self.next, left_s / 2)
            except OutOfTimeError:
                if not self.halve():
                    return False
                continue
            self.advance()
            if not goes_on:
                return False
        return True

    def advance(self, *, grow: bool = True) -> None:
        """Goes on with the next one, of a longer time unless told otherwise."""
        since, until = self.next
        if self._newest_first:
            self._until = since
        else:
            self._since = until
        if grow:
            self._length *= _GROWTH

    def halve(self) -> bool:
        """Takes less at once; False where there is no less."""
        since, until = self.next
        self._length = (until - since) // (2 * _SHORTEST_SLICE) * _SHORTEST_SLICE
        return bool(self._length)
