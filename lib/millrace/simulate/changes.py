"""What applications do to the tables of the demo's entities: seeded, as values alone."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from millrace.records.entities import Source

Verb = Literal["insert", "update", "delete", "rekey", "truncate"]

_VERBS: tuple[tuple[Verb, float], ...] = (
    ("insert", 40),
    ("update", 40),
    ("delete", 14),
    ("rekey", 5.8),
    ("truncate", 0.2),
)
_LONG = 200  # operations of a long transaction
_SHARE_LONG, _SHARE_SEVERAL, _SHARE_ROLLED_BACK = 0.002, 0.2, 0.05
_WORDS = ("Night", "River", "Star", "Café", "Winter", "東京", "Garden", "\U0001f3ac", "Road")
_FEWEST_ROWS = 20  # a table with fewer is not emptied


@dataclass(frozen=True)
class Operation:
    """One operation on the row ``key``: its new fields, or for ``rekey`` the new key."""

    verb: Verb
    key: int
    title: str = ""
    popularity: float = 0.0
    is_adult: bool = False
    new_key: int = 0


@dataclass(frozen=True)
class Transaction:
    """Operations on one database, committed together or rolled back."""

    source: Source
    operations: tuple[Operation, ...]
    is_rolled_back: bool = False


class Workload:
    """Transactions on tables whose keys it knows; the same seed gives the same ones."""

    def __init__(self, seed: int, keys: dict[Source, set[int]]) -> None:
        """``keys`` are the rows that the tables of each source have at first."""
        self._random = random.Random(seed)
        self._keys = {source: sorted(own) for source, own in keys.items()}
        self._next = {source: max(own, default=0) + 1 for source, own in keys.items()}
        self._sources = tuple(keys)

    def know(self, source: Source, keys: set[int]) -> None:
        """Takes the rows that a table has, whatever was thought of it: it may have been away."""
        self._keys[source] = sorted(keys)
        self._next[source] = max(self._next[source], max(keys, default=0) + 1)

    def transactions(self, count: int) -> Iterator[Transaction]:
        """Transactions with at least ``count`` operations in all, those rolled back included."""
        left = count
        while left > 0:
            made = self._transaction()
            left -= len(made.operations)
            yield made

    def _transaction(self) -> Transaction:
        rolled, source = self._random.random(), self._random.choice(self._sources)
        is_rolled_back = self._random.random() < _SHARE_ROLLED_BACK
        size = 1
        if rolled < _SHARE_LONG:
            size = _LONG
        elif rolled < _SHARE_SEVERAL:
            size = self._random.randint(2, 8)
        before = (list(self._keys[source]), self._next[source])
        operations = tuple(self._operation(source) for _ in range(size))
        # A truncate commits by itself in MariaDB, and MongoDB has none.
        alone = [one for one in operations if one.verb == "truncate"]
        if alone and size > 1:
            self._keys[source], self._next[source] = before
            return self._transaction()
        is_rolled_back = is_rolled_back and not alone
        if is_rolled_back:
            self._keys[source], self._next[source] = before
        return Transaction(source, operations, is_rolled_back)

    def _operation(self, source: Source) -> Operation:
        keys = self._keys[source]
        verb = self._random.choices([verb for verb, _ in _VERBS], [weight for _, weight in _VERBS])[
            0
        ]
        if not keys or (verb == "truncate" and len(keys) < _FEWEST_ROWS):
            verb = "insert"
        if verb == "insert":
            key = self._next[source]
            self._next[source] += 1
            keys.append(key)
            return self._row(verb, key)
        if verb == "truncate":
            keys.clear()
            return Operation(verb, 0)
        place = self._random.randrange(len(keys))
        key = keys[place]
        if verb == "update":
            return self._row(verb, key)
        keys[place] = keys[-1]
        keys.pop()
        if verb == "delete":
            return Operation(verb, key)
        new_key = self._next[source]
        self._next[source] += 1
        keys.append(new_key)
        return Operation("rekey", key, new_key=new_key)

    def _row(self, verb: Verb, key: int) -> Operation:
        title = " ".join(self._random.choices(_WORDS, k=2))
        popularity = round(self._random.expovariate(0.2), 3)
        return Operation(verb, key, title, popularity, self._random.random() < 0.1)
