"""The last heartbeat of a connector, as the broker's clock has it."""

from datetime import UTC, datetime

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from millrace.config import ConfigurationError, Kafka
from millrace.io.kafka.client import TIMEOUT_S, Properties, consumer, topic
from millrace.records.received import received_at

_READ_BACK = 8  # offsets: the markers of each heartbeat's transaction have some
_PROPERTIES: Properties = {"enable.partition.eof": "true", "isolation.level": "read_committed"}


def heartbeat_age_s(kafka: Kafka, name: str) -> float | None:
    """Seconds since the newest heartbeat in the topic; None where there is none yet.

    Raises UnreachableError where the broker does not answer.
    """
    try:
        partitions = range(topic(kafka, name).partitions)
    except ConfigurationError as error:
        if "nknown topic" in str(error):
            return None
        raise
    newest: datetime | None = None
    with consumer(kafka, "heartbeat", _PROPERTIES) as opened:
        for number in partitions:
            place = TopicPartition(name, number)
            low, high = opened.get_watermark_offsets(place, timeout=TIMEOUT_S)
            opened.assign([TopicPartition(name, number, max(low, high - _READ_BACK))])
            while message := opened.poll(TIMEOUT_S):
                if trouble := message.error():
                    if trouble.code() == KafkaError._PARTITION_EOF:
                        break
                    raise KafkaException(trouble)
                time = received_at(message.timestamp()[1])
                newest = max(newest, time) if newest else time
    return None if newest is None else (datetime.now(UTC) - newest).total_seconds()
