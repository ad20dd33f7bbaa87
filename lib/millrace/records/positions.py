"""What of a feed was seen: of each partition, the line that comes next.

So that a reader can be cut off anywhere and go on, whichever batches and checkpoints the lines come
by, and whatever clocks say.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from millrace.records.ledger import OffsetRange

Partition = tuple[str, int]
"""The id of a topic, and one of its partitions."""

Next = tuple[int, int]
"""An offset, and which of its record's lines: nearly always the first, 0."""

Positions = dict[Partition, Next]
"""The line that comes next, by partition; of one that is not named, its first."""

_START: Next = (0, 0)
_PLACE = r"\d{1,6}=\d{1,18}(?:\.\d{1,5})?"
_FEED = re.compile(
    r"(?P<feed>[a-z0-9_]{1,32}):"
    rf"(?:(?P<topic>[A-Za-z0-9+/._-]{{1,64}}):(?P<places>{_PLACE}(?:,{_PLACE})*))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Unseen:
    """Offsets of a partition that were not seen, but for the first ``part`` lines of the first."""

    offsets: OffsetRange
    part: int = 0


def unseen(ranges: Iterable[OffsetRange], seen: Positions) -> tuple[Unseen, ...]:
    """What of the ranges was not seen."""
    found = []
    for offsets in ranges:
        offset, part = seen.get((offsets.topic_id, offsets.partition), _START)
        first = max(offset, offsets.from_offset)
        if first < offsets.until_offset:
            rest = replace(offsets, from_offset=first)
            found.append(Unseen(rest, part if first == offset else 0))
    return tuple(found)


def is_beyond(ranges: Iterable[OffsetRange], seen: Positions) -> bool:
    """Whether any range ends after what was seen: then it, or one before it, has unseen offsets."""
    return any(
        own.until_offset > seen.get((own.topic_id, own.partition), _START)[0] for own in ranges
    )


def gap(ranges: Iterable[OffsetRange], seen: Positions) -> int:
    """How many offsets lie between what was seen and the ranges."""
    return sum(
        max(0, offsets.from_offset - seen[offsets.topic_id, offsets.partition][0])
        for offsets in ranges
        if (offsets.topic_id, offsets.partition) in seen
    )


def passed(ranges: Iterable[OffsetRange], seen: Positions) -> Positions:
    """The positions once the ranges were seen as well."""
    ends = {(own.topic_id, own.partition): (own.until_offset, 0) for own in ranges}
    return seen | {key: max(end, seen.get(key, _START)) for key, end in ends.items()}


def text(seen: Mapping[str, Positions]) -> str:
    """The positions of feeds, by their names, as text: ``feed:topic:partition=offset,...;...``."""
    parts = []
    for feed, positions in seen.items():
        topics: dict[str, list[str]] = {}
        for (topic_id, partition), (offset, part) in positions.items():
            place = f"{partition}={offset}.{part}" if part else f"{partition}={offset}"
            topics.setdefault(topic_id, []).append(place)
        parts += [f"{feed}:{topic_id}:{','.join(own)}" for topic_id, own in topics.items()]
        parts += [] if topics else [f"{feed}:"]
    return ";".join(parts)


def parsed(told: str, feeds: Sequence[str]) -> dict[str, Positions]:
    """Those of ``feeds`` that ``text`` wrote; raises ValueError where it wrote no such text."""
    found: dict[str, Positions] = {}
    for one in told.split(";"):
        match = _FEED.fullmatch(one)
        if not match:
            raise ValueError("expected what a tail told as the id of a line")
        positions = found.setdefault(match["feed"], {})
        for place in (match["places"] or "").split(","):
            if place:
                partition, _, next_line = place.partition("=")
                offset, _, part = next_line.partition(".")
                positions[match["topic"], int(partition)] = int(offset), int(part or 0)
    return {feed: positions for feed, positions in found.items() if feed in feeds}
