"""Registers of the names that a feed's figures and documents have, whichever server keeps them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from millrace.records.ledger import OffsetRange
from millrace.records.names import Epoch


class Slots(Protocol):
    """Numbered slots for names, one each, kept by a server."""

    def taken(self) -> dict[str, int]:
        """The names that have a slot, with its number."""

    def take(self, slot: int, name: str) -> bool:
        """Gives the slot to the name; false where either is taken already."""


class RouteStore(Protocol):
    """The routes of a feed that have a name, and those that older lines have."""

    def taken(self) -> dict[str, int]:
        """The routes that have a slot, with its number."""

    def epochs(self) -> list[Epoch]:
        """The names that older lines have, the oldest first."""

    def forget(
        self, routes: Sequence[str], names: Iterable[str], taken: Sequence[OffsetRange]
    ) -> int:
        """Frees the routes' slots; lines that were ``taken`` keep the ``names`` of now.

        Returns how many routes had a slot.
        """


# Name -> slot, of each register, one a Python worker: what is registered stays so.
_known: dict["Register", dict[str, int]] = {}


@dataclass(frozen=True)
class Register:
    """Tells which values have a name: the first ``limit`` that are met have one.

    Slots are numbered, so that the bound holds for workers that register at the same time. Another
    number of ``epochs`` makes it another register: a worker's own list has what was forgotten.
    """

    slots: Slots
    limit: int
    epochs: int = 0

    def __call__(self, values: Iterable[str]) -> set[str]:
        """Those of ``values`` that are registered, new ones registered while there is room."""
        known = _known.setdefault(self, {})
        wanted = set(values)
        if len(known) < self.limit and not wanted <= known.keys():
            known.update(self.slots.taken())
            for name in sorted(wanted - known.keys()):
                self._register(name, known)
        return wanted & known.keys()

    def _register(self, name: str, known: dict[str, int]) -> None:
        while len(known) < self.limit and name not in known:
            slot = min(set(range(self.limit)) - set(known.values()))
            if self.slots.take(slot, name):
                known[name] = slot
            else:
                known.update(self.slots.taken())
