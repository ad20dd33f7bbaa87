"""The register of a feed's routes that have a name, whichever server keeps it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class Places(Protocol):
    """Numbered places for a feed's routes, one route each, kept by a server."""

    def taken(self) -> dict[str, int]:
        """The routes that have a place, with its number."""

    def take(self, slot: int, route: str) -> bool:
        """Gives the slot to the route; false where either is taken already."""


# Route -> place, of each register, one a Python worker: what is registered stays so.
_known: dict["RouteRegister", dict[str, int]] = {}


@dataclass(frozen=True)
class RouteRegister:
    """Tells which routes of a feed have a name: the first ``limit`` that are met have one.

    Places are numbered, so that the bound holds for workers that register at the same time.
    """

    places: Places
    limit: int

    def __call__(self, routes: Iterable[str]) -> set[str]:
        """Those of ``routes`` that are registered, new ones registered while there is room."""
        known = _known.setdefault(self, {})
        wanted = set(routes)
        if len(known) < self.limit and not wanted <= known.keys():
            known.update(self.places.taken())
            for route in sorted(wanted - known.keys()):
                self._register(route, known)
        return wanted & known.keys()

    def _register(self, route: str, known: dict[str, int]) -> None:
        while len(known) < self.limit and route not in known:
            slot = min(set(range(self.limit)) - set(known.values()))
            if self.places.take(slot, route):
                known[route] = slot
            else:
                known.update(self.places.taken())
