"""Kafka's clients, and the facts about topics that jobs check."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, OffsetSpec, ResourceType

from millrace.config import ConfigurationError, Kafka, UnreachableError

TIMEOUT_S = 15.0
Properties = dict[str, str | int | float | bool]
NO_PROPERTIES: Properties = {}
NO_SETTINGS: Mapping[str, str] = {}
_POLL_S = 0.1
AWAY = {
    KafkaError._TIMED_OUT,
    KafkaError._TRANSPORT,
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError.REQUEST_TIMED_OUT,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.LEADER_NOT_AVAILABLE,
}


@dataclass(frozen=True)
class Topic:
    """A topic as the broker describes it: its id changes when it is deleted and made again."""

    name: str
    id: str
    partitions: int


def client_properties(kafka: Kafka) -> Properties:
    """The properties of librdkafka's clients that let them in."""
    properties: Properties = {
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
    # Keep a reference: the request is cancelled when the client is collected.
    admin = _admin(kafka, {"error_cb": troubles.append})
    try:
        described = admin.describe_topics(TopicCollection([name]), request_timeout=TIMEOUT_S)[
            name
        ].result()
    except KafkaException as error:
        admin.poll(0)  # Tells what connections failed of: requests say no more than "timed out".
        is_away = error.args[0].code() in AWAY
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


def create_topics(
    kafka: Kafka,
    names: list[str],
    partitions: int | None = None,
    settings: Mapping[str, str] = NO_SETTINGS,
) -> list[str]:
    """Creates the topics that do not exist, with the broker's clock as timestamps; returns them.

    They have ``kafka.partitions`` partitions where ``partitions`` tells no other number, and
    further ``settings`` by Kafka's names.
    """
    count = partitions or kafka.partitions
    admin = _admin(kafka)
    try:
        existing = admin.list_topics(timeout=TIMEOUT_S).topics
        missing = [name for name in names if name not in existing]
        made = (
            admin.create_topics(
                [
                    NewTopic(
                        name,
                        num_partitions=count,
                        config={"message.timestamp.type": "LogAppendTime", **settings},
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
        _wait_until_led(admin, missing, count)
    except KafkaException as error:
        raise ConfigurationError(_broker(kafka, error.args[0].str())) from None
    return missing


def _wait_until_led(admin: AdminClient, names: list[str], partitions: int) -> None:
    """Waits for the topics' offsets: a new topic has no leader for a moment."""
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


@contextmanager
def consumer(
    kafka: Kafka, group: str, properties: Properties = NO_PROPERTIES
) -> Iterator[Consumer]:
    """A consumer that commits no offsets, closed at the end; ``group`` is what an ACL names it by.

    A KafkaException raised within becomes UnreachableError where no broker answers, else
    ConfigurationError.
    """
    group_properties = {"group.id": f"millrace-{group}", "enable.auto.commit": "false"}
    opened = Consumer(client_properties(kafka) | group_properties | properties, logger=Silent())
    try:
        yield opened
    except KafkaException as error:
        cause: KafkaError = error.args[0]
        kind = UnreachableError if cause.code() in AWAY else ConfigurationError
        raise kind(_broker(kafka, cause.str())) from None
    finally:
        opened.close()


def _broker(kafka: Kafka, trouble: str) -> str:
    return f"kafka.bootstrap_servers {kafka.bootstrap_servers}: {trouble}"


def timestamp_type(kafka: Kafka, name: str) -> str:
    """``LogAppendTime`` (the broker's clock) or ``CreateTime`` (the producer's)."""
    return topic_settings(kafka, name)["message.timestamp.type"]


def topic_settings(kafka: Kafka, name: str) -> dict[str, str]:
    """The settings of the topic, by Kafka's names; raises KafkaException where it cannot tell."""
    resource = ConfigResource(ResourceType.TOPIC, name)
    admin = _admin(kafka)
    settings = admin.describe_configs([resource], request_timeout=TIMEOUT_S)[resource].result()
    return {key: str(entry.value) for key, entry in settings.items()}


def _admin(kafka: Kafka, more: dict[str, Any] | None = None) -> AdminClient:
    return AdminClient(client_properties(kafka) | (more or {}), logger=Silent())


class Silent:
    """librdkafka's own log lines repeat what the exception says."""

    def log(self, *_: object) -> None:
        return None
