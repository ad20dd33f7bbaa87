"""Records that are sent to a topic, each of them once, in the order in which they are handed in."""

from collections.abc import Mapping
from types import TracebackType

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from millrace.config import ConfigurationError, Kafka, UnreachableError
from millrace.io.kafka.client import AWAY, Properties, Silent, client_properties

LARGEST_RECORD = 20 * 2**20  # in bytes: a row of the largest document, as JSON
_SERVE_EVERY = 1_000
_WAIT_S = 1.0
_PROPERTIES: Properties = {
    "enable.idempotence": True,
    "acks": "all",
    "compression.type": "lz4",
    "linger.ms": 20,
    "message.max.bytes": LARGEST_RECORD,
    "delivery.timeout.ms": 60_000,
    "allow.auto.create.topics": False,
}


class Publisher:
    """An idempotent producer for one topic of one partition.

    Left without an error, all that was put is acknowledged; else UnreachableError is raised where
    no broker answers, ConfigurationError where it refuses.
    """

    def __init__(self, kafka: Kafka, topic: str) -> None:
        self._kafka, self._topic = kafka, topic
        self._producer = Producer(client_properties(kafka) | _PROPERTIES, logger=Silent())
        self._failure: KafkaError | None = None
        self._count = 0

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._producer.purge()
            return
        while self._producer.flush(_WAIT_S) and self._failure is None:
            pass
        self._check()

    def put(self, key: bytes, value: bytes | None, headers: Mapping[str, bytes]) -> None:
        """Hands in a record; without a value it tells that there is none for the key any more."""
        while True:
            self._check()
            try:
                self._producer.produce(
                    self._topic,
                    value,
                    key,
                    headers=list(headers.items()),
                    on_delivery=self._delivered,
                )
                break
            except BufferError:
                self._producer.poll(_WAIT_S)
            except KafkaException as error:
                self._failure = error.args[0]
        self._count += 1
        if self._count % _SERVE_EVERY == 0:
            self._producer.poll(0)

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        self._failure = self._failure or error

    def _check(self) -> None:
        if self._failure is None:
            return
        self._producer.purge()
        is_away = self._failure.code() in {
            *AWAY,
            KafkaError._MSG_TIMED_OUT,
            KafkaError._PURGE_QUEUE,
        }
        kind = UnreachableError if is_away else ConfigurationError
        where = f"kafka.bootstrap_servers {self._kafka.bootstrap_servers}"
        raise kind(f"{where}: topic {self._topic!r}: {self._failure.str()}")
