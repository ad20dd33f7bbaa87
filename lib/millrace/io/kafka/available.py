"""What a topic still has: its offsets, and since when they were received."""

from collections.abc import Mapping
from datetime import UTC, datetime

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from millrace.config import Kafka
from millrace.io.kafka.client import TIMEOUT_S, Properties, Topic, consumer
from millrace.records import received
from millrace.records.ledger import Available, OffsetRange

_PROPERTIES: Properties = {"enable.partition.eof": "true"}


def available(
    kafka: Kafka, topic: Topic, starts: Mapping[str, int] | None = None
) -> list[Available]:
    """What the topic still has of each partition; an empty one begins to have records now.

    So does one that has no record with a plausible timestamp. With ``starts``, of those partitions
    what it has from these offsets on.
    """
    with consumer(kafka, "check", _PROPERTIES) as opened:
        return [
            _available(opened, topic, number, (starts or {}).get(str(number), 0))
            for number in range(topic.partitions)
        ]


def offsets(kafka: Kafka, topic: Topic) -> list[OffsetRange]:
    """The offsets that the topic still has, of each partition."""
    with consumer(kafka, "check", _PROPERTIES) as opened:
        return [
            OffsetRange(
                topic.name,
                topic.id,
                number,
                *opened.get_watermark_offsets(
                    TopicPartition(topic.name, number), timeout=TIMEOUT_S
                ),
            )
            for number in range(topic.partitions)
        ]


def _available(consumer: Consumer, topic: Topic, number: int, start: int) -> Available:
    partition = TopicPartition(topic.name, number)
    low, high = consumer.get_watermark_offsets(partition, timeout=TIMEOUT_S)
    low = min(max(low, start), high)
    earliest = None
    if low < high:
        consumer.assign([TopicPartition(topic.name, number, low)])
        earliest = _first_received(consumer)
    return Available(
        OffsetRange(topic.name, topic.id, number, low, high), earliest or datetime.now(UTC)
    )


def _first_received(consumer: Consumer) -> datetime | None:
    """When the first record was received that says so plausibly; None where none does."""
    while True:
        message = consumer.poll(TIMEOUT_S)
        if message is None:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        error = message.error()
        if error is not None and error.code() == KafkaError._PARTITION_EOF:
            return None
        if error is not None:
            raise KafkaException(error)
        milliseconds = message.timestamp()[1]
        if received.is_plausible(milliseconds):
            return received.received_at(milliseconds)
