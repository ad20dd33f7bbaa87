"""Names whose number is bounded."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from millrace.records.ledger import OffsetRange

Named = Callable[[Iterable[str]], set[str]]
"""Tells those of some values that have a name: what is registered stays so."""

OTHER = "{other}"
"""In place of the values that have none."""

Place = tuple[str, int, int]
"""The topic's id, partition and offset of a Kafka record."""


@dataclass(frozen=True)
class Epoch:
    """The names that lines have which were committed before a person took some away.

    ``ends`` has the offset from which on the register counts, of each topic and partition.
    """

    ends: frozenset[Place]
    names: frozenset[str]


def epoch(taken: Iterable[OffsetRange], names: Iterable[str]) -> Epoch:
    """That of the lines that were ``taken`` while these ``names`` were registered."""
    ends: dict[tuple[str, int], int] = {}
    for offsets in taken:
        key = (offsets.topic_id, offsets.partition)
        ends[key] = max(ends.get(key, 0), offsets.until_offset)
    return Epoch(frozenset((*key, end) for key, end in ends.items()), frozenset(names))


def names_at(epochs: Sequence[Epoch]) -> Callable[[Place], frozenset[str] | None]:
    """What gives the names that a line has by its place; None where it is the register's to say.

    The epochs are in order, the earliest first.
    """
    known = [({(topic, n): end for topic, n, end in one.ends}, one.names) for one in epochs]

    def find(place: Place) -> frozenset[str] | None:
        for ends, names in known:
            if place[2] < ends.get(place[:2], 0):
                return names
        return None

    return find
