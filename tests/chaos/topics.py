"""What an administrator does to a topic while jobs read it."""

import time

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

_TIMEOUT_S = 30
_LATEST = "message.timestamp.after.max.ms"
_PAUSE_S = 0.2


def make_again(servers: str, topic: str, partitions: int) -> None:
    """Deletes the topic and makes one of the same name."""
    admin = AdminClient({"bootstrap.servers": servers})
    admin.delete_topics([topic])[topic].result(_TIMEOUT_S)
    new = NewTopic(topic, partitions, config={"message.timestamp.type": "LogAppendTime"})
    deadline = time.monotonic() + _TIMEOUT_S
    while not _is_made(admin, new):
        assert time.monotonic() < deadline, f"topic {topic} is still there"
        time.sleep(_PAUSE_S)


def _is_made(admin: AdminClient, topic: NewTopic) -> bool:
    """Whether it was made; not while the old one of its name is still being deleted."""
    try:
        admin.create_topics([topic])[topic.topic].result(_TIMEOUT_S)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
        return False
    return True


def believe_producers(servers: str, topic: str) -> None:
    """Has the topic take the times that producers say, whatever they are."""
    _set(servers, topic, {"message.timestamp.type": "CreateTime", _LATEST: str(2**63 - 1)})


def take_large_records(servers: str, topic: str, bytes_: int) -> None:
    """Has the topic take records of that many bytes, compressed."""
    _set(servers, topic, {"max.message.bytes": str(bytes_)})


def _set(servers: str, topic: str, settings: dict[str, str]) -> None:
    admin = AdminClient({"bootstrap.servers": servers})  # kept until it has answered
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in settings.items()
    ]
    wanted = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
    for future in admin.incremental_alter_configs([wanted]).values():
        future.result(_TIMEOUT_S)


def delete_records(servers: str, topic: str, until: dict[int, int]) -> None:
    """Deletes the records before these offsets, as retention does."""
    admin = AdminClient({"bootstrap.servers": servers})  # kept until it has answered
    offsets = [TopicPartition(topic, number, offset) for number, offset in until.items()]
    for deleted in admin.delete_records(offsets).values():
        deleted.result(_TIMEOUT_S)


def add_partitions(servers: str, topic: str, total: int) -> None:
    """Gives the topic so many partitions in total, and waits until they take lines."""
    admin = AdminClient({"bootstrap.servers": servers})
    admin.create_partitions([NewPartitions(topic, total)])[topic].result(_TIMEOUT_S)
    deadline = time.monotonic() + _TIMEOUT_S
    while len(admin.list_topics(topic, timeout=_TIMEOUT_S).topics[topic].partitions) < total:
        assert time.monotonic() < deadline, f"topic {topic} has no {total} partitions"
        time.sleep(_PAUSE_S)
