"""Kafka: the source that every job reads, and the facts about topics that jobs check."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    ResourceType,
)
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from millrace.config import ConfigurationError, Kafka, UnreachableError
from millrace.records import received
from millrace.records.ledger import Available, OffsetRange

TIMEOUT_S = 15.0
_EARLIEST = -2  # Spark's number for it
_REQUEST_TIMEOUT_MS = 30_000  # of one request, which Kafka's client then sends again
_POLL_S = 0.1
_AWAY = {
    KafkaError._TIMED_OUT,
    KafkaError._TRANSPORT,
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError.REQUEST_TIMED_OUT,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.LEADER_NOT_AVAILABLE,
}
_FOLLOWED_AT_ONCE = 500
_FOLLOW_WAIT_S = 0.5
_FIRST_WAIT_S = 5.0


@dataclass(frozen=True)
class Topic:
    """A topic as the broker describes it: its id changes when it is deleted and made again."""

    name: str
    id: str
    partitions: int


@dataclass(frozen=True)
class Record:
    """One record of a topic, as a consumer gets it."""

    value: bytes | None
    topic: str
    partition: int
    offset: int
    timestamp_ms: int


def lines(
    spark: SparkSession,
    kafka: Kafka,
    topic: Topic,
    max_lines_per_batch: int,
    starts: Mapping[str, int] | None = None,
) -> DataFrame:
    """The stream of a topic's records: the Kafka source's columns, ``headers``, ``topic_id``.

    A new query starts at the earliest record, or at the offsets ``starts`` of partitions.
    """
    return (
        spark.readStream.format("kafka")
        .options(**spark_options(kafka))
        .option("subscribe", topic.name)
        .option("startingOffsets", _starting_offsets(topic, starts or {}))
        .option("includeHeaders", "true")
        .option("maxOffsetsPerTrigger", max_lines_per_batch)
        .load()
        .withColumn("topic_id", F.lit(topic.id))
    )


def _starting_offsets(topic: Topic, starts: Mapping[str, int]) -> str:
    """Spark wants an offset for each partition, or for none."""
    if not starts:
        return "earliest"
    numbers = map(str, range(topic.partitions))
    return json.dumps({topic.name: {n: starts.get(n, _EARLIEST) for n in numbers}})


def spark_options(kafka: Kafka) -> dict[str, str]:
    """The options of Spark's Kafka source that are the same for all that it reads."""
    timeout_ms = 1000 * kafka.request_timeout_s
    options = {
        "kafka.bootstrap.servers": kafka.bootstrap_servers,
        "kafka.security.protocol": kafka.security_protocol,
        "kafka.max.poll.records": str(kafka.max_poll_records),
        "kafkaConsumer.pollTimeoutMs": str(timeout_ms),
        # Between batches Spark asks three times before it gives up.
        "kafka.default.api.timeout.ms": str(timeout_ms),
        "kafka.request.timeout.ms": str(min(timeout_ms, _REQUEST_TIMEOUT_MS)),
    }
    if kafka.ca_file:
        options["kafka.ssl.truststore.type"] = "PEM"
        options["kafka.ssl.truststore.location"] = str(kafka.ca_file)
    if kafka.security_protocol.startswith("SASL") and kafka.password:
        module = (
            "scram.ScramLoginModule"
            if "SCRAM" in kafka.sasl_mechanism
            else "plain.PlainLoginModule"
        )
        password = kafka.password.get_secret_value().replace("\\", "\\\\").replace('"', '\\"')
        options["kafka.sasl.mechanism"] = kafka.sasl_mechanism
        options["kafka.sasl.jaas.config"] = (
            f"org.apache.kafka.common.security.{module} required "
            f'username="{kafka.username}" password="{password}";'
        )
    return options


def client_properties(kafka: Kafka) -> dict[str, str | int | float | bool]:
    """The properties of librdkafka's clients that let them in."""
    properties: dict[str, str | int | float | bool] = {
        "bootstrap.servers": kafka.bootstrap_servers,
        "security.protocol": kafka.security_protocol,
        # It bounds a batch as it is uncompressed, to 100 MB by default; brokers do not.
        "receive.message.max.bytes": 2**31 - 1,
    }
    if kafka.ca_file:
        properties["ssl.ca.location"] = str(kafka.ca_file)
    if kafka.security_protocol.startswith("SASL") and kafka.password:
        properties["sasl.mechanism"] = kafka.sasl_mechanism
        properties["sasl.username"] = kafka.username or ""
        properties["sasl.password"] = kafka.password.get_secret_value()
    return properties


def topic(kafka: Kafka, name: str) -> Topic:
    """The topic of that name; raises ConfigurationError where there is none.

    Raises UnreachableError where no broker answers.
    """
    troubles: list[KafkaError] = []
    # Kept until the answer is there: its end ends the request.
    admin = _admin(kafka, {"error_cb": troubles.append})
    try:
        described = admin.describe_topics(TopicCollection([name]), request_timeout=TIMEOUT_S)[
            name
        ].result()
    except KafkaException as error:
        admin.poll(0)  # Tells what connections failed of: requests say no more than "timed out".
        is_away = error.args[0].code() in _AWAY
        raise _refusal(kafka, name, [error.args[0], *troubles], is_away=is_away) from None
    return Topic(name, str(described.topic_id), len(described.partitions))


def _refusal(
    kafka: Kafka, topic: str, errors: list[KafkaError], *, is_away: bool
) -> ConfigurationError:
    """UnreachableError where the broker is away, ConfigurationError where it or we refuse."""
    broker = f"kafka.bootstrap_servers {kafka.bootstrap_servers}"
    if any("certificate verify failed" in error.str() for error in errors):
        return ConfigurationError(
            f"{broker}: its TLS certificate, or its host name, is refused;"
            " kafka.ca_file names the authorities to trust"
        )
    refused = [error for error in errors if error.code() == KafkaError._AUTHENTICATION]
    if refused:
        return ConfigurationError(f"{broker}: {refused[0].str()}")
    kind = UnreachableError if is_away else ConfigurationError
    return kind(f"{broker}: topic {topic!r}: {errors[-1 if is_away else 0].str()}")


def create_topics(kafka: Kafka, names: list[str]) -> list[str]:
    """Creates the topics that do not exist, with the broker's clock as timestamps; returns them."""
    admin = _admin(kafka)
    try:
        existing = admin.list_topics(timeout=TIMEOUT_S).topics
        missing = [name for name in names if name not in existing]
        made = (
            admin.create_topics(
                [
                    NewTopic(
                        name,
                        num_partitions=kafka.partitions,
                        config={"message.timestamp.type": "LogAppendTime"},
                    )
                    for name in missing
                ],
                request_timeout=TIMEOUT_S,
            )
            if missing
            else {}
        )
        for future in made.values():
            future.result()
        _wait_until_led(admin, missing, kafka.partitions)
    except KafkaException as error:
        raise ConfigurationError(
            f"kafka.bootstrap_servers {kafka.bootstrap_servers}: {error.args[0].str()}"
        ) from None
    return missing


def _wait_until_led(admin: AdminClient, names: list[str], partitions: int) -> None:
    """A new topic is made before its broker leads it: who asks at once is told of no such thing."""
    newest = {
        TopicPartition(name, number): OffsetSpec.latest()  # type: ignore[no-untyped-call]
        for name in names
        for number in range(partitions)
    }
    deadline = time.monotonic() + TIMEOUT_S
    while newest and time.monotonic() < deadline:
        asked = admin.list_offsets(newest, request_timeout=TIMEOUT_S)
        if not any(future.exception() for future in asked.values()):
            return
        time.sleep(_POLL_S)


def available(
    kafka: Kafka, topic: Topic, starts: Mapping[str, int] | None = None
) -> list[Available]:
    """What the topic still has of each partition; an empty one begins to have records now.

    So does one that has no record with a plausible timestamp. With ``starts``, of those partitions
    what it has from these offsets on.
    """
    with _consumer(kafka) as consumer:
        return [
            _available(consumer, topic, number, (starts or {}).get(str(number), 0))
            for number in range(topic.partitions)
        ]


def offsets(kafka: Kafka, topic: Topic) -> list[OffsetRange]:
    """The offsets that the topic still has, of each partition."""
    with _consumer(kafka) as consumer:
        return [
            OffsetRange(
                topic.name,
                topic.id,
                number,
                *consumer.get_watermark_offsets(
                    TopicPartition(topic.name, number), timeout=TIMEOUT_S
                ),
            )
            for number in range(topic.partitions)
        ]


@contextmanager
def _consumer(kafka: Kafka) -> Iterator[Consumer]:
    """A consumer of no group's offsets; what Kafka refuses is raised as ConfigurationError."""
    consumer = Consumer(
        client_properties(kafka)
        | {
            "group.id": "millrace-check",
            "enable.auto.commit": "false",
            "enable.partition.eof": "true",
        },
        logger=Silent(),
    )
    try:
        yield consumer
    except KafkaException as error:
        raise ConfigurationError(
            f"kafka.bootstrap_servers {kafka.bootstrap_servers}: {error.args[0].str()}"
        ) from None
    finally:
        consumer.close()


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


def follow(kafka: Kafka, topic: Topic, *, last: int) -> Iterator[list[Record]]:
    """The topic's newest ``last`` records, and then those that come, as they come."""
    consumer = Consumer(
        client_properties(kafka) | {"group.id": "millrace-tap", "enable.auto.commit": "false"},
        logger=Silent(),
    )
    try:
        starts, before = [], 0
        for number in range(topic.partitions):
            partition = TopicPartition(topic.name, number)
            low, high = consumer.get_watermark_offsets(partition, timeout=TIMEOUT_S)
            starts.append(TopicPartition(topic.name, number, max(low, high - last)))
            before += min(high - low, last)
        consumer.assign(starts)
        # Any partition may have the newest ones.
        stored = [_record(message) for message in _exactly(consumer, before)]
        if stored and last:
            yield sorted(stored, key=lambda record: record.timestamp_ms)[-last:]
        while True:
            messages = consumer.consume(_FOLLOWED_AT_ONCE, timeout=_FOLLOW_WAIT_S)
            records = [_record(message) for message in messages if not message.error()]
            if records:
                yield sorted(records, key=lambda record: record.timestamp_ms)
    except KafkaException as error:
        raise ConfigurationError(
            f"kafka.bootstrap_servers {kafka.bootstrap_servers}: {error.args[0].str()}"
        ) from None
    finally:
        consumer.close()


def _exactly(consumer: Consumer, count: int) -> Iterator[Message]:
    """So many messages, or those that came before none did for a while."""
    while count > 0:
        messages = consumer.consume(count, timeout=_FIRST_WAIT_S)
        yield from (message for message in messages if not message.error())
        count = count - len(messages) if messages else 0


def _record(message: Message) -> Record:
    return Record(
        message.value(),
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        message.timestamp()[1],
    )


def timestamp_type(kafka: Kafka, name: str) -> str:
    """``LogAppendTime`` (the broker's clock) or ``CreateTime`` (the producer's)."""
    return topic_settings(kafka, name)["message.timestamp.type"]


def topic_settings(kafka: Kafka, name: str) -> dict[str, str]:
    """The settings of the topic, by Kafka's names; raises KafkaException where it cannot tell."""
    resource = ConfigResource(ResourceType.TOPIC, name)
    admin = _admin(kafka)
    found = admin.describe_configs([resource], request_timeout=TIMEOUT_S)[resource].result()
    return {key: str(entry.value) for key, entry in found.items()}


def _admin(kafka: Kafka, more: dict[str, Any] | None = None) -> AdminClient:
    return AdminClient(client_properties(kafka) | (more or {}), logger=Silent())


class Silent:
    """librdkafka's own log lines repeat what the exception says."""

    def log(self, *_: object) -> None:
        return None
