"""Kafka records that hold several lines: is each of them in one place, once?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pymongo.database import Database

from millrace.io.mongo import coverage
from millrace.io.mongo.client import Document
from millrace.io.mongo.coverage import Documents, Offset, Place

PartState = Literal["missing", "doubled", "record and letter"]


@dataclass(frozen=True)
class PartFault:
    """A line of a record that is not in one place, once; ``part`` counts from 0."""

    partition: int
    offset: int
    part: int
    parts: int
    state: PartState


@dataclass
class Parts:
    """The offsets whose lines are ``complete``, those with faults, and these one by one."""

    complete: list[Offset] = field(default_factory=list)
    in_both: list[Offset] = field(default_factory=list)
    doubled: list[Offset] = field(default_factory=list)
    faults: list[PartFault] = field(default_factory=list)


def of_parts(
    db: Database[Document], sides: Sequence[tuple[Documents, dict[Offset, Place]]]
) -> Parts:
    """What the records and the letters of such Kafka records come to, ``sides`` in this order."""
    found = Parts()
    for offset in sorted({offset for _, places in sides for offset in places}):
        there = [places[offset] for _, places in sides if offset in places]
        place = sum(there[1:], start=there[0])
        if place.is_whole:
            found.complete.append(offset)
            continue
        numbers = [Counter(coverage.part_numbers(db, documents, offset)) for documents, _ in sides]
        _judge(found, offset, place.most, numbers)
    return found


def _judge(found: Parts, offset: Offset, parts: int, numbers: Sequence[Counter[int]]) -> None:
    records, letters = numbers
    states: dict[int, PartState] = dict.fromkeys(
        set(range(parts)) - {*records, *letters}, "missing"
    )
    if not states:
        found.complete.append(offset)
    doubled = {part for side in numbers for part, count in side.items() if count > 1}
    states |= dict.fromkeys(doubled, "doubled")
    states |= dict.fromkeys(set(records) & set(letters), "record and letter")
    found.faults += [PartFault(*offset, part, parts, states[part]) for part in sorted(states)]
    if doubled:
        found.doubled.append(offset)
    if set(records) & set(letters):
        found.in_both.append(offset)
