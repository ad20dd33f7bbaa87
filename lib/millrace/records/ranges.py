"""Sets of offsets as ranges: millions of offsets take as much room as there are gaps among them.

A server counts which offsets of a partition it holds by stripes of 62. For each stripe it returns
``count``, the number of rows, and ``bits``, the sum of 2^(offset - start), which fits a signed
64-bit integer. If popcount(bits) == count, no offset occurs twice, and ``bits`` lists them exactly.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from millrace.records.ledger import OffsetRange, Taken, merged

STRIPE = 62
_FULL = (1 << STRIPE) - 1


@dataclass(frozen=True, slots=True)
class Stripe:
    """What a server holds of the offsets from ``start`` to ``start`` + 61 of a partition.

    ``parted`` are rows that are one line of a Kafka record that holds several.
    """

    partition: int
    start: int
    count: int
    bits: int
    parted: int = 0

    @property
    def is_single(self) -> bool:
        """Whether each offset stands there once, so that ``bits`` names them."""
        is_bits = not self.parted and 0 <= self.bits <= _FULL
        return is_bits and self.count == self.bits.bit_count()


def held(stripes: Iterable[Stripe], topic: str, topic_id: str) -> list[OffsetRange]:
    """The offsets that stripes name, as ranges in order; stripes come by partition and start."""
    runs: list[OffsetRange] = []
    for stripe in stripes:
        for first, until in _runs(stripe.bits):
            start, end = stripe.start + first, stripe.start + until
            last = runs[-1] if runs else None
            if last and (last.partition, last.until_offset) == (stripe.partition, start):
                runs[-1] = replace(last, until_offset=end)
            else:
                runs.append(OffsetRange(topic, topic_id, stripe.partition, start, end))
    return runs


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
    for offsets in merged(list(ranges)):
        key = (offsets.topic_id, offsets.partition)
        listed, index = taken.get(key, []), places.get(key, 0)
        start = offsets.from_offset
        while index < len(listed) and listed[index].until_offset <= start:
            index += 1
        while index < len(listed) and listed[index].from_offset < offsets.until_offset:
            if start < listed[index].from_offset:
                rest.append(
                    replace(offsets, from_offset=start, until_offset=listed[index].from_offset)
                )
            start = max(start, listed[index].until_offset)
            if listed[index].until_offset > offsets.until_offset:
                break
            index += 1
        places[key] = index
        if start < offsets.until_offset:
            rest.append(replace(offsets, from_offset=start))
    return rest


def within(ranges: Sequence[OffsetRange], others: Sequence[OffsetRange]) -> list[OffsetRange]:
    """The offsets of ``ranges`` that are among ``others``."""
    return without(ranges, without(ranges, others))


def after(ranges: Sequence[OffsetRange], others: Iterable[OffsetRange]) -> list[OffsetRange]:
    """What there is of each partition in ``ranges`` after the last offset of ``others``."""
    last: dict[tuple[str, int], int] = {}
    for offsets in others:
        key = (offsets.topic_id, offsets.partition)
        last[key] = max(last.get(key, 0), offsets.until_offset)
    later = []
    for offsets in ranges:
        start = max(offsets.from_offset, last.get((offsets.topic_id, offsets.partition), 0))
        if start < offsets.until_offset:
            later.append(replace(offsets, from_offset=start))
    return later


def unread(taken: Taken, in_kafka: Sequence[OffsetRange]) -> list[OffsetRange]:
    """The offsets that batches skipped, or are about to: neither taken nor in Kafka any more.

    They lie between two batches, or between the last batch and the first record that Kafka has.
    """
    beginnings = [
        replace(offsets, from_offset=0, until_offset=offsets.from_offset) for offsets in in_kafka
    ]
    ends = [offsets for offsets in beginnings if taken.begins_at(offsets) is not None]
    spans = [
        replace(offsets, from_offset=begin)
        for offsets in spanned([*taken.ranges, *ends])
        if (begin := taken.begins_at(offsets)) is not None and begin < offsets.until_offset
    ]
    return without(without(spans, taken.ranges), in_kafka)


def spanned(ranges: Iterable[OffsetRange]) -> list[OffsetRange]:
    """One range for each partition, from its first offset to its last, gaps included."""
    spans: dict[tuple[str, int], OffsetRange] = {}
    for offsets in ranges:
        known = spans.setdefault((offsets.topic_id, offsets.partition), offsets)
        spans[offsets.topic_id, offsets.partition] = replace(
            known,
            from_offset=min(known.from_offset, offsets.from_offset),
            until_offset=max(known.until_offset, offsets.until_offset),
        )
    return list(spans.values())


def pieces(ranges: Sequence[OffsetRange], most: int) -> list[list[OffsetRange]]:
    """The offsets in parts of at most about ``most``, each with its share of every range.

    So what was received at the same time comes in the same part.
    """
    count = -(-size(ranges) // most)
    parts = []
    for number in range(count):
        part = []
        for offsets in ranges:
            length = offsets.until_offset - offsets.from_offset
            start = offsets.from_offset + length * number // count
            until = offsets.from_offset + length * (number + 1) // count
            if start < until:
                part.append(replace(offsets, from_offset=start, until_offset=until))
        parts.append(part)
    return parts


def size(ranges: Iterable[OffsetRange]) -> int:
    """How many offsets the ranges hold."""
    return sum(offsets.until_offset - offsets.from_offset for offsets in ranges)
