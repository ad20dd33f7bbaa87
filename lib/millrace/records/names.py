"""Names whose number is bounded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Named = Callable[[Iterable[str]], set[str]]
"""Tells those of some values that have a name: what is registered stays so."""

OTHER = "{other}"
"""In place of the values that have none."""

Place = tuple[str, int, int]
"""The topic's id, partition and offset of a Kafka record."""


@dataclass(frozen=True)
class Forgotten:
    """A name that a person took away: lines before ``until_offset`` of the partition keep it."""

    name: str
    topic_id: str
    partition: int
    until_offset: int


def kept(forgotten: Iterable[Forgotten]) -> Callable[[str, Place], bool]:
    """What tells whether a forgotten name is still that of a line, by the line's place."""
    until: dict[tuple[str, str, int], int] = {}
    for one in forgotten:
        key = (one.name, one.topic_id, one.partition)
        until[key] = max(until.get(key, 0), one.until_offset)
    return lambda name, place: place[2] < until.get((name, *place[:2]), 0)
