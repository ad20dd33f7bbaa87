"""Changes as versions of their rows: what each row had then, and when another took its place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from millrace.parse.changes.latest import Placed, identity
from millrace.records.changes import Change, Position


@dataclass(frozen=True)
class Version:
    """A change with every value that its row had then, as far as it is known.

    ``superseded_ms`` is when the broker received the change that took its place; None while none
    has. One that is behind takes nothing's place.
    """

    placed: Placed
    superseded_ms: int | None


@dataclass(frozen=True)
class Before:
    """What a row had before a change, and the position since when; None where there was no row."""

    position: Position
    values: Mapping[str, Any] | None


Stored = Callable[[Placed], Before | None]
"""What is stored of the key of a change, of those that came before it and are not ahead of it."""


def versions(changes: Iterable[Placed], stored: Stored) -> list[Version]:
    """Each change of one partition, in the order in which they came.

    Values that a change does not carry (``Change.unchanged``) are those of the version before it,
    of these changes or of what is ``stored``.
    """
    told = _Told()
    for placed in changes:
        change = placed.change
        if change.unchanged:
            placed = replace(placed, change=_whole(change, told.before(change), stored(placed)))
        told.add(placed)
    return [Version(one, told.superseded.get(n)) for n, one in enumerate(told.all)]


@dataclass
class _Told:
    """The changes so far, by their places: of each key all, and those that stand; truncates."""

    all: list[Placed] = field(default_factory=list)
    of_key: dict[bytes, list[int]] = field(default_factory=dict)
    standing: dict[bytes, list[int]] = field(default_factory=dict)
    truncates: list[int] = field(default_factory=list)
    superseded: dict[int, int] = field(default_factory=dict)

    def add(self, placed: Placed) -> None:
        """Takes in the next one, which may take the place of others."""
        if placed.change.op == "t":
            for places in self.standing.values():
                self._end(places, placed)
            self.truncates.append(len(self.all))
        else:
            key = identity(placed.change.key)
            places = self.standing.setdefault(key, [])
            self._end(places, placed)
            places.append(len(self.all))
            self.of_key.setdefault(key, []).append(len(self.all))
        self.all.append(placed)

    def before(self, change: Change) -> Before | None:
        """The last one of the key of ``change`` that is not ahead of it; a truncate is of all."""
        places: Sequence[int] = [*self.of_key.get(identity(change.key), ()), *self.truncates]
        known = [n for n in places if self.all[n].change.position <= change.position]
        if not known:
            return None
        last = self.all[max(known, key=lambda n: (self.all[n].change.position, n))].change
        return Before(last.position, None if last.is_deleted else last.values)

    def _end(self, places: list[int], by: Placed) -> None:
        for place in [*places]:
            if self.all[place].change.position <= by.change.position:
                self.superseded[place] = by.received_ms
                places.remove(place)


def _whole(change: Change, told: Before | None, stored: Before | None) -> Change:
    """The change with the values that it does not carry, where they are known."""
    is_stored = stored and (told is None or stored.position > told.position)
    last = stored if is_stored else told
    values = (last.values if last else None) or {}
    filled = {name: values[name] for name in change.unchanged if name in values}
    known = {**change.values, **filled}
    return replace(change, values=known, unchanged=change.unchanged - filled.keys())
