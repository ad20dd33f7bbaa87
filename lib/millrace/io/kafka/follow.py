"""A topic's newest records, and those that come."""

from collections.abc import Iterator
from dataclasses import dataclass

from confluent_kafka import Consumer, Message, TopicPartition

from millrace.config import Kafka
from millrace.io.kafka.client import TIMEOUT_S, Topic, consumer

_FOLLOWED_AT_ONCE = 500
_FOLLOW_WAIT_S = 0.5
_FIRST_WAIT_S = 5.0


@dataclass(frozen=True)
class Record:
    """One record of a topic, as a consumer gets it."""

    value: bytes | None
    topic: str
    partition: int
    offset: int
    timestamp_ms: int


def follow(kafka: Kafka, topic: Topic, *, last: int) -> Iterator[list[Record]]:
    """The topic's newest ``last`` records, and then those that come, as they come."""
    with consumer(kafka, "tap") as opened:
        stored = _newest(opened, topic, last)
        if stored:
            yield stored
        while True:
            messages = opened.consume(_FOLLOWED_AT_ONCE, timeout=_FOLLOW_WAIT_S)
            records = [record(message) for message in messages if not message.error()]
            if records:
                yield sorted(records, key=lambda one: one.timestamp_ms)


def newest(kafka: Kafka, topic: Topic, count: int) -> list[Record]:
    """The topic's newest ``count`` records, or all that it has, by their time."""
    with consumer(kafka, "detect") as opened:
        return _newest(opened, topic, count)


def _newest(opened: Consumer, topic: Topic, count: int) -> list[Record]:
    """The newest records; the consumer then stands after them."""
    starts, before = [], 0
    for number in range(topic.partitions):
        partition = TopicPartition(topic.name, number)
        low, high = opened.get_watermark_offsets(partition, timeout=TIMEOUT_S)
        starts.append(TopicPartition(topic.name, number, max(low, high - count)))
        before += min(high - low, count)
    opened.assign(starts)
    # Any partition may have the newest ones.
    stored = [record(message) for message in _exactly(opened, before)]
    return sorted(stored, key=lambda one: one.timestamp_ms)[-count:] if count else []


def _exactly(consumer: Consumer, count: int) -> Iterator[Message]:
    """So many messages, or those that came before none did for a while."""
    while count > 0:
        messages = consumer.consume(count, timeout=_FIRST_WAIT_S)
        yield from (message for message in messages if not message.error())
        count = count - len(messages) if messages else 0


def record(message: Message) -> Record:
    """A message that is no error."""
    return Record(
        message.value(),
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        message.timestamp()[1],
    )
