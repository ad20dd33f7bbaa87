"""The greatest timestamps of a topic: what a producer's clock or unit made of them."""

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from millrace.config import Kafka
from millrace.io.kafka.client import TIMEOUT_S, Silent, Topic, client_properties


def greatest(kafka: Kafka, topic: Topic) -> dict[int, tuple[int, int]]:
    """The greatest timestamp (ms) of each partition and the offset that has it, -1 of an empty one.

    Raises KafkaException where the broker does not tell.
    """
    asked = {
        TopicPartition(topic.name, number): OffsetSpec.max_timestamp()  # type: ignore[no-untyped-call]
        for number in range(topic.partitions)
    }
    admin = AdminClient(client_properties(kafka), logger=Silent())
    answers = admin.list_offsets(asked, request_timeout=TIMEOUT_S)
    results = {partition.partition: answer.result() for partition, answer in answers.items()}
    return {number: (newest.timestamp, newest.offset) for number, newest in results.items()}


def unreadable(kafka: Kafka, topic: Topic) -> str:
    """What to do about a record whose timestamp Spark cannot read, in one line.

    Spark does not say which one it is: it is the one with the greatest timestamp.
    """
    try:
        (milliseconds, offset), partition = max(
            (newest, number) for number, newest in greatest(kafka, topic).items()
        )
        which = f"the record at offset {offset} of partition {partition} has {milliseconds} ms,"
    except KafkaException:
        which = "a record has"
    return (
        f"topic {topic.name!r}: {which} a timestamp that is too large for Spark to read"
        " (nanoseconds instead of milliseconds?). Set message.timestamp.type=LogAppendTime for the"
        " topic, delete the partition's records up to and including that one with"
        " kafka-delete-records.sh, and start the job once with --accept-loss: see"
        " docs/operations.md"
    )
