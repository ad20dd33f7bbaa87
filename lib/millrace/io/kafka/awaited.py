"""A record that is to come: waited for by its key."""

import time

from confluent_kafka import KafkaException, TopicPartition

from millrace.config import Kafka
from millrace.io.kafka.client import TIMEOUT_S, Properties, consumer

_PROPERTIES: Properties = {"isolation.level": "read_committed"}
_POLL_S = 0.5


def end_offset(kafka: Kafka, topic: str) -> int:
    """Where the topic's one partition ends now; raises UnreachableError where none answers."""
    with consumer(kafka, "changes") as opened:
        place = TopicPartition(topic, 0)
        return int(opened.get_watermark_offsets(place, timeout=TIMEOUT_S)[1])


def comes(kafka: Kafka, topic: str, start: int, text: str, patience_s: float) -> bool:
    """Whether a committed record whose key has ``text`` in it comes from ``start`` on, in time.

    Raises UnreachableError where no broker answers.
    """
    deadline, wanted = time.monotonic() + patience_s, text.encode()
    with consumer(kafka, "changes", _PROPERTIES) as opened:
        opened.assign([TopicPartition(topic, 0, start)])
        while time.monotonic() < deadline:
            message = opened.poll(_POLL_S)
            if message is None:
                continue
            if trouble := message.error():
                raise KafkaException(trouble)
            if wanted in (message.key() or b""):
                return True
    return False
