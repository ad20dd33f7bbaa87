"""A topic's records from given offsets on, as they come: without a group, nothing committed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from millrace.config import Kafka
from millrace.io.kafka.client import TIMEOUT_S, Properties, Silent, Topic, client_properties
from millrace.io.kafka.follow import Record, record

_PROPERTIES: Properties = {
    "group.id": "millrace-tail",
    "enable.auto.commit": "false",
    "isolation.level": "read_uncommitted",
    "auto.offset.reset": "earliest",
    # Where a partition ends says more than its records: offsets may have none.
    "enable.partition.eof": "true",
    "fetch.message.max.bytes": 2**20,
    "queued.max.messages.kbytes": 4096,
}
_AT_ONCE = 50
_WAIT_S = 0.1
_MOST_BYTES = 8 * 2**20


@dataclass
class Taken:
    """Some records, what comes next in each partition that they are of, and what went wrong."""

    records: list[Record] = field(default_factory=list)
    following: dict[int, int] = field(default_factory=dict)
    is_full: bool = False
    trouble: str | None = None


class Tail:
    """A reader of one topic, in one thread at a time; methods may raise KafkaException."""

    def __init__(self, kafka: Kafka, topic: Topic) -> None:
        self._topic = topic
        self._consumer = Consumer(client_properties(kafka) | _PROPERTIES, logger=Silent())

    def spans(self) -> dict[int, tuple[int, int]]:
        """The first offset of each partition, and the one after its last."""
        return {
            number: self._consumer.get_watermark_offsets(
                TopicPartition(self._topic.name, number), timeout=TIMEOUT_S
            )
            for number in range(self._topic.partitions)
        }

    def go_to(self, offsets: Mapping[int, int]) -> None:
        """Has what comes next begin at these offsets."""
        self._consumer.assign(
            [TopicPartition(self._topic.name, number, one) for number, one in offsets.items()]
        )

    def take(self, most: int) -> Taken:
        """The next records that are there, until there are so many or so large ones."""
        taken, size = Taken(), 0
        while not taken.is_full:
            messages = self._consumer.consume(min(_AT_ONCE, most - len(taken.records)), _WAIT_S)
            if not messages:
                break
            size += sum(len(message.value() or b"") for message in messages)
            for message in messages:
                _add(taken, message)
            taken.is_full = len(taken.records) >= most or size >= _MOST_BYTES
        return taken

    def ends(self) -> dict[int, int]:
        """The offset after the last of each partition, as far as the client was told."""
        ends = {
            number: self._consumer.get_watermark_offsets(
                TopicPartition(self._topic.name, number), cached=True
            )[1]
            for number in range(self._topic.partitions)
        }
        return {number: end for number, end in ends.items() if end >= 0}

    def close(self) -> None:
        """Ends the connection."""
        self._consumer.close()


def _add(taken: Taken, message: Message) -> None:
    error, number, offset = message.error(), message.partition() or 0, message.offset() or 0
    if error is None:
        taken.records.append(record(message))
        taken.following[number] = offset + 1
    elif error.code() == KafkaError._PARTITION_EOF:
        taken.following[number] = offset
    else:
        taken.trouble = error.str()
