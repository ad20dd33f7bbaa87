"""Captured rows for Python: as they are now, as they were, and the versions of each."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from millrace.api.connection import Connection
from millrace.api.entity_paths import path

_PATH = "/v1/entities"


class Captured:
    """Asks the API for rows of captured tables; every method raises ApiError.

    A key is given by the values of its fields, in their order. ``as_of`` is a time as the API takes
    it: ISO 8601, or ``now-1h``.
    """

    def __init__(self, api: Connection) -> None:
        self._api = api

    def entities(self) -> list[dict[str, Any]]:
        """What is captured, and where each entity stands."""
        return self._api.items(_PATH)

    def connectors(self) -> list[dict[str, Any]]:
        """What captures changes, as Kafka Connect and heartbeats tell it."""
        return self._api.items("/v1/connectors")

    def rows(
        self, entity: str, where: Sequence[str] = (), as_of: str | None = None, size: int = 1_000
    ) -> Iterator[dict[str, Any]]:
        """The rows that match, asked for as they are read, ``size`` at once.

        Each has ``key``, ``fields``, ``change`` and ``unknown``.
        """
        for page in self.pages(entity, where, as_of, size):
            yield from page["items"]

    def pages(
        self, entity: str, where: Sequence[str] = (), as_of: str | None = None, size: int = 1_000
    ) -> Iterator[dict[str, Any]]:
        """Each answer of /v1/entities/{entity}: ``items``, ``total``, ``proof`` and more."""
        return self._api.pages(_of(entity), _asked(where, as_of, size))

    def row(self, entity: str, *key: object, as_of: str | None = None) -> dict[str, Any]:
        """The answer on one row: ``item``, ``as_of`` and more."""
        asked = {} if as_of is None else {"as_of": as_of}
        return self._api.json("GET", f"{_of(entity)}/{_key(key)}", params=asked)

    def versions(self, entity: str, *key: object) -> Iterator[dict[str, Any]]:
        """The versions of a row, the last first."""
        for page in self._api.pages(f"{_of(entity)}/{_key(key)}/history", {"size": 1_000}):
            yield from page["items"]

    def catalog(
        self, where: Sequence[str] = (), as_of: str | None = None, size: int = 1_000
    ) -> Iterator[dict[str, Any]]:
        """The rows of all entities, by the fields of the view ``catalog``."""
        for page in self._api.pages("/v1/catalog", _asked(where, as_of, size)):
            yield from page["items"]


def _asked(where: Sequence[str], as_of: str | None, size: int) -> dict[str, Any]:
    asked: dict[str, Any] = {"where": list(where), "size": size}
    return asked if as_of is None else asked | {"as_of": as_of}


def _of(entity: str) -> str:
    return f"{_PATH}/{quote(entity, safe='')}"


def _key(values: Sequence[object]) -> str:
    return quote(path(values), safe=",~")
