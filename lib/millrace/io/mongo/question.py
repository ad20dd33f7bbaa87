"""What is asked of a feed's documents, and by which index."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from millrace.io.mongo.client import Document
from millrace.io.mongo.collections import INDEXES
from millrace.records.tables import LEVEL, SERVICE
from millrace.search.conditions import Number

SERVICE_TIME, FAILED_TIME, _LEVEL_TIME, _TIME = "service_time", "failed_time", "level_time", "time"
_PARTIAL = {name: options.get("partialFilterExpression", {}) for name, _, options in INDEXES}
BY_LEVEL = frozenset(_PARTIAL[_LEVEL_TIME][LEVEL.name]["$in"])
_STATUS = "status_code"
FAILED: int = _PARTIAL[FAILED_TIME][_STATUS]["$gte"]
_KEYS = {name: {key for key, _ in keys} for name, keys, _ in INDEXES}


@dataclass(frozen=True)
class Question:
    """What is asked of one feed's documents between two times.

    ``match`` is a filter of MongoDB's, ``required`` names fields with the values one of which each
    match has, ``least`` those of numbers with what each match has at least. ``comment`` is told to
    the server's log. ``since`` is within, ``until`` is not.
    """

    feed: str
    match: Document
    since: datetime
    until: datetime
    required: Mapping[str, Collection[str]] = field(default_factory=dict)
    newest_first: bool = True
    comment: str = ""
    least: Mapping[str, Number] = field(default_factory=dict)

    @property
    def index(self) -> str:
        """The index that narrows most: by level or failure only of those few that it has."""
        levels = self.required.get(LEVEL.name)
        if levels and BY_LEVEL.issuperset(levels):
            return _LEVEL_TIME
        if self.least.get(_STATUS, 0) >= FAILED:
            return FAILED_TIME
        return SERVICE_TIME if self.required.get(SERVICE.name) else _TIME

    @property
    def is_told(self) -> bool:
        """Whether the index alone tells which documents match: none has to be read."""
        return _fields(self.match) <= _KEYS[self.index]

    def filter(self, times: Document) -> Document:
        """The whole filter, with these bounds of the time."""
        keys: Document = {
            name: {"$in": sorted(self.required[name])}
            for index, name in ((_LEVEL_TIME, LEVEL.name), (SERVICE_TIME, SERVICE.name))
            if index == self.index
        }
        # Of a partial index its own filter must be seen in what is asked.
        partial = _PARTIAL[FAILED_TIME] if self.index == FAILED_TIME else {}
        parts = [{"timestamp": times}, keys, partial, self.match]
        return {"$and": [part for part in parts if part]}

    @property
    def span(self) -> Document:
        """The bounds of its time."""
        return {"$gte": self.since, "$lt": self.until}


def _fields(match: Document) -> set[str]:
    """The fields that a filter names; of an expression that it is none."""
    found: set[str] = set()
    for name, value in match.items():
        if name in ("$and", "$or", "$nor"):
            found = found.union(*map(_fields, value))
        else:
            found.add(name)
    return found
