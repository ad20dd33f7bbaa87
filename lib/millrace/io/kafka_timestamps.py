"""A record whose timestamp Spark cannot read: told where it is, as Spark does not say it."""

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from millrace.config import Kafka
from millrace.io.kafka import TIMEOUT_S, Silent, Topic, client_properties


def unreadable(kafka: Kafka, topic: Topic) -> str:
    """What a person can do about it, in one line."""
    return (
        f"topic {topic.name!r}: {_greatest(kafka, topic)} a timestamp that is too great for Spark"
        " to read (nanoseconds in place of milliseconds?). Set message.timestamp.type=LogAppendTime"
        " for the topic, delete the partition's records up to that one by kafka-delete-records.sh"
        " and start the job once with --accept-loss: see docs/operations.md"
    )


def _greatest(kafka: Kafka, topic: Topic) -> str:
    """The record with the greatest timestamp, the one of each partition that the broker names."""
    asked = {
        TopicPartition(topic.name, number): OffsetSpec.max_timestamp()  # type: ignore[no-untyped-call]
        for number in range(topic.partitions)
    }
    try:
        admin = AdminClient(client_properties(kafka), logger=Silent())
        answers = admin.list_offsets(asked, request_timeout=TIMEOUT_S)
        found = [(place.partition, answer.result()) for place, answer in answers.items()]
    except KafkaException:
        return "a record has"
    partition, greatest = max(found, key=lambda item: item[1].timestamp)
    return (
        f"the record at offset {greatest.offset} of partition {partition} has with"
        f" {greatest.timestamp} ms"
    )
