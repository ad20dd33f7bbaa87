"""Sets of offsets as ranges: millions of offsets take as much room as there are gaps among them.

A server counts which offsets of a partition it holds by stripes of 62: how many there are, and the
sum of two to the power of each one's place. Only where each stands there once are there as many as
the sum has bits, so the two tell the offsets exactly; and the sum fits a signed 64-bit integer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from millrace.records.ledger import OffsetRange, Taken, merged

STRIPE = 62
_FULL = (1 << STRIPE) - 1


@dataclass(frozen=True, slots=True)
class Stripe:
    """What a server holds of the offsets from ``start`` to ``start`` + 61 of a partition."""

    partition: int
    start: int
    count: int
    bits: int

    @property
    def is_single(self) -> bool:
        """Whether each offset stands there once, so that ``bits`` names them."""
        return 0 <= self.bits <= _FULL and self.count == self.bits.bit_count()


def held(stripes: Iterable[Stripe], topic: str, topic_id: str) -> list[OffsetRange]:
    """The offsets that stripes name, as ranges in order; stripes come by partition and start."""
    found: list[OffsetRange] = []
    for stripe in stripes:
        for first, until in _runs(stripe.bits):
            start, end = stripe.start + first, stripe.start + until
            last = found[-1] if found else None
            if last and (last.partition, last.until_offset) == (stripe.partition, start):
                found[-1] = replace(last, until_offset=end)
            else:
                found.append(OffsetRange(topic, topic_id, stripe.partition, start, end))
    return found


def _runs(bits: int) -> Iterator[tuple[int, int]]:
    """The places of bits that are set, as first and until."""
    if bits == _FULL:
        yield 0, STRIPE
        return
    place = 0
    while bits >> place:
        rest = bits >> place
        first = place + ((rest & -rest).bit_length() - 1)
        ones = bits >> first
        until = first + ((~ones & (ones + 1)).bit_length() - 1)
        yield first, until
        place = until


def without(ranges: Sequence[OffsetRange], others: Sequence[OffsetRange]) -> list[OffsetRange]:
    """The offsets of ``ranges`` that are not among ``others``; merged and in order."""
    taken: dict[tuple[str, int], list[OffsetRange]] = {}
    for other in merged(list(others)):
        taken.setdefault((other.topic_id, other.partition), []).append(other)
    rest: list[OffsetRange] = []
    places: dict[tuple[str, int], int] = {}
    for item in merged(list(ranges)):
        key = (item.topic_id, item.partition)
        listed, place = taken.get(key, []), places.get(key, 0)
        start = item.from_offset
        while place < len(listed) and listed[place].until_offset <= start:
            place += 1
        while place < len(listed) and listed[place].from_offset < item.until_offset:
            if start < listed[place].from_offset:
                rest.append(
                    replace(item, from_offset=start, until_offset=listed[place].from_offset)
                )
            start = max(start, listed[place].until_offset)
            if listed[place].until_offset > item.until_offset:
                break
            place += 1
        places[key] = place
        if start < item.until_offset:
            rest.append(replace(item, from_offset=start))
    return rest


def within(ranges: Sequence[OffsetRange], others: Sequence[OffsetRange]) -> list[OffsetRange]:
    """The offsets of ``ranges`` that are among ``others``."""
    return without(ranges, without(ranges, others))


def after(ranges: Sequence[OffsetRange], others: Iterable[OffsetRange]) -> list[OffsetRange]:
    """What there is of each partition in ``ranges`` after the last offset of ``others``."""
    last: dict[tuple[str, int], int] = {}
    for item in others:
        key = (item.topic_id, item.partition)
        last[key] = max(last.get(key, 0), item.until_offset)
    found = []
    for item in ranges:
        start = max(item.from_offset, last.get((item.topic_id, item.partition), 0))
        if start < item.until_offset:
            found.append(replace(item, from_offset=start))
    return found


def unread(taken: Taken, in_kafka: Sequence[OffsetRange]) -> list[OffsetRange]:
    """The offsets that batches skipped, or are about to: neither taken nor in Kafka any more.

    They lie between two batches, or between the last batch and the first record that Kafka has.
    """
    beginnings = [replace(item, from_offset=0, until_offset=item.from_offset) for item in in_kafka]
    ends = [item for item in beginnings if taken.begins_at(item) is not None]
    spans = [
        replace(item, from_offset=begin)
        for item in spanned([*taken.ranges, *ends])
        if (begin := taken.begins_at(item)) is not None and begin < item.until_offset
    ]
    return without(without(spans, taken.ranges), in_kafka)


def spanned(ranges: Iterable[OffsetRange]) -> list[OffsetRange]:
    """One range for each partition, from its first offset to its last, gaps included."""
    spans: dict[tuple[str, int], OffsetRange] = {}
    for item in ranges:
        known = spans.setdefault((item.topic_id, item.partition), item)
        spans[item.topic_id, item.partition] = replace(
            known,
            from_offset=min(known.from_offset, item.from_offset),
            until_offset=max(known.until_offset, item.until_offset),
        )
    return list(spans.values())


def size(ranges: Iterable[OffsetRange]) -> int:
    """How many offsets the ranges hold."""
    return sum(item.until_offset - item.from_offset for item in ranges)
