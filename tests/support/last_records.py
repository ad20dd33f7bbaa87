"""What a compacted topic comes to: of each key the last record."""

from confluent_kafka import TopicPartition

from millrace.config import Kafka
from millrace.io.kafka.client import TIMEOUT_S, consumer


def last_records(kafka: Kafka, topic: str) -> dict[bytes, bytes]:
    """The value of each key's last record, read from the topic's beginning, without tombstones."""
    found: dict[bytes, bytes] = {}
    with consumer(kafka, "test") as opened:
        place = TopicPartition(topic, 0)
        first, end = opened.get_watermark_offsets(place, timeout=TIMEOUT_S)
        opened.assign([TopicPartition(topic, 0, first)])
        reached = first
        while reached < end:
            message = opened.poll(TIMEOUT_S)
            assert message is not None
            assert message.error() is None
            key, value = message.key(), message.value()
            assert key is not None
            found.pop(key, None)
            if value is not None:
                found[key] = value
            reached = (message.offset() or 0) + 1
    return found
