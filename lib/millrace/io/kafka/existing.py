"""Which offsets of a range hold a record; the others are markers, compacted or expired."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from millrace.config import Kafka
from millrace.io.kafka.client import TIMEOUT_S, Properties, consumer
from millrace.records.ledger import OffsetRange
from millrace.records.received import received_at

_AT_ONCE = 5_000
_PROPERTIES: Properties = {
    "enable.partition.eof": "true",
    "isolation.level": "read_uncommitted",
    "auto.offset.reset": "earliest",
}


@dataclass(frozen=True)
class Existing:
    """Offsets that have a record, and the times at which the first and the last were received."""

    ranges: list[OffsetRange]
    earliest: datetime | None = None
    latest: datetime | None = None


def existing(kafka: Kafka, ranges: Sequence[OffsetRange]) -> Existing:
    """Those of ``ranges`` that the topic still has a record at; aborted ones count, as in a stream.

    What was compacted away, expired, or is a transaction's marker has none.
    Raises UnreachableError where the broker does not answer.
    """
    held: list[OffsetRange] = []
    times: list[datetime] = []
    with consumer(kafka, "reconcile", _PROPERTIES) as opened:
        for asked in ranges:
            _read(opened, asked, held, times)
    return Existing(held, min(times, default=None), max(times, default=None))


def _read(
    consumer: Consumer, asked: OffsetRange, held: list[OffsetRange], times: list[datetime]
) -> None:
    """Adds the offsets of ``asked`` that have a record, and the bounds of their times."""
    consumer.assign([TopicPartition(asked.topic, asked.partition, asked.from_offset)])
    following = asked.from_offset
    while following < asked.until_offset:
        # It waits until it has as many as it is asked for.
        count = min(_AT_ONCE, asked.until_offset - following)
        messages = consumer.consume(count, timeout=TIMEOUT_S)
        if not messages:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        for message in messages:
            error, offset = message.error(), message.offset() or 0
            if error and error.code() == KafkaError._PARTITION_EOF:
                return
            if error:
                raise KafkaException(error)
            if offset >= asked.until_offset:
                return
            _add(held, asked, offset)
            time = received_at(message.timestamp()[1])
            times[:] = [min(times[0], time), max(times[1], time)] if times else [time, time]
            following = offset + 1


def _add(held: list[OffsetRange], asked: OffsetRange, offset: int) -> None:
    last = held[-1] if held else None
    if last and (last.partition, last.until_offset) == (asked.partition, offset):
        held[-1] = replace(last, until_offset=offset + 1)
    else:
        held.append(replace(asked, from_offset=offset, until_offset=offset + 1))
