"""Which of some offsets a topic has records at: others are gaps that no record ever filled."""

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
    found: list[OffsetRange] = []
    times: list[datetime] = []
    with consumer(kafka, "reconcile", _PROPERTIES) as opened:
        for item in ranges:
            _read(opened, item, found, times)
    return Existing(found, min(times, default=None), max(times, default=None))


def _read(
    consumer: Consumer, item: OffsetRange, found: list[OffsetRange], times: list[datetime]
) -> None:
    """Adds the offsets of ``item`` that have a record, and the bounds of their times."""
    consumer.assign([TopicPartition(item.topic, item.partition, item.from_offset)])
    following = item.from_offset
    while following < item.until_offset:
        # It waits until it has as many as it is asked for.
        wanted = min(_AT_ONCE, item.until_offset - following)
        messages = consumer.consume(wanted, timeout=TIMEOUT_S)
        if not messages:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        for message in messages:
            error, offset = message.error(), message.offset() or 0
            if error and error.code() == KafkaError._PARTITION_EOF:
                return
            if error:
                raise KafkaException(error)
            if offset >= item.until_offset:
                return
            _add(found, item, offset)
            time = received_at(message.timestamp()[1])
            times[:] = [min(times[0], time), max(times[1], time)] if times else [time, time]
            following = offset + 1


def _add(found: list[OffsetRange], item: OffsetRange, offset: int) -> None:
    last = found[-1] if found else None
    if last and (last.partition, last.until_offset) == (item.partition, offset):
        found[-1] = replace(last, until_offset=offset + 1)
    else:
        found.append(replace(item, from_offset=offset, until_offset=offset + 1))
