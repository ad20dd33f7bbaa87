"""Sends lines to a Kafka topic, each as one message without a key, and counts what arrived."""

import random
from collections.abc import Callable, Iterable
from time import monotonic

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from millrace.config import Kafka
from millrace.io.kafka import client_properties

_SERVE_EVERY_LINES = 1000
_CATCH_UP_S = 1.0
_METADATA_TIMEOUT_S = 15.0
_WAIT_S = 0.5
_PROPERTIES: dict[str, str | int | bool] = {
    "acks": "all",
    "enable.idempotence": True,
    "compression.type": "lz4",
    "linger.ms": 20,
    "batch.num.messages": 50_000,
    "batch.size": 1_000_000,
    "delivery.timeout.ms": 120_000,
    # Without this a broker may create a misspelt topic, with the wrong settings.
    "allow.auto.create.topics": False,
    # What goes wrong is told by SendError, once.
    "log_level": 0,
}


def _traceparent() -> bytes:
    """A new trace's, sampled."""
    return b"00-%032x-%016x-01" % (random.getrandbits(128) or 1, random.getrandbits(64) or 1)


class SendError(Exception):
    """Lines could not be sent; the message is one line. ``acknowledged`` says how many were."""

    def __init__(self, message: str, acknowledged: int = 0) -> None:
        super().__init__(message)
        self.acknowledged = acknowledged


def send(
    kafka: Kafka,
    topic: str,
    lines: Iterable[bytes],
    *,
    rate: float | None = None,
    traced: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Sends the lines, at most ``rate`` a second, and returns how many were acknowledged.

    With ``traced`` each has the header ``traceparent`` (W3C Trace Context) of a trace of its own.
    ``on_progress`` is called now and then with the number acknowledged so far. Raises SendError
    where the broker cannot be reached, the topic does not exist, or lines were not acknowledged,
    and ValueError where the rate is not above 0.
    """
    if rate is not None and rate <= 0:
        raise ValueError(f"the rate must be above 0 lines a second, not {rate}")
    sender = _Sender(kafka, topic, traced, on_progress)
    sender.check_topic()
    serve_every = _SERVE_EVERY_LINES
    if rate is not None:
        # A hundred pauses a second are smooth enough, and cost little.
        serve_every = min(serve_every, max(1, int(rate / 100)))
    due = monotonic()
    for count, line in enumerate(lines, 1):
        sender.put(line)
        if count % serve_every == 0:
            if rate is not None:
                # What a stall held back is caught up with, but not more than a second of it.
                due = max(due, monotonic() - _CATCH_UP_S) + serve_every / rate
            sender.serve(due)
    return sender.finish()


class _Sender:
    def __init__(
        self,
        kafka: Kafka,
        topic: str,
        traced: bool,
        on_progress: Callable[[int], None] | None,
    ) -> None:
        self._topic = topic
        self._traced = traced
        self._servers = kafka.bootstrap_servers
        self._on_progress = on_progress
        self._acknowledged = 0
        self._failed = 0
        self._first_failure: KafkaError | None = None
        self._trouble: KafkaError | None = None
        self._producer = Producer(
            {**client_properties(kafka), **_PROPERTIES, "error_cb": self._note_trouble}
        )

    def check_topic(self) -> None:
        """Raises SendError at once where messages would wait for a topic that is not there."""
        try:
            metadata = self._producer.list_topics(self._topic, timeout=_METADATA_TIMEOUT_S)
        except KafkaException as exception:
            self._producer.poll(0)  # hands over the cause, which the exception does not name
            error = self._trouble or exception.args[0]
            raise self._error(f"cannot reach Kafka at {self._servers}: {error.str()}") from None
        error = metadata.topics[self._topic].error
        if error is None:
            return
        if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise self._error(f"there is no topic {self._topic!r} at {self._servers}")
        raise self._error(f"topic {self._topic!r} at {self._servers}: {error.str()}")

    def put(self, line: bytes) -> None:
        """Queues a line, waiting where the queue is full."""
        headers: list[tuple[str, str | bytes | None]] = []
        if self._traced:
            headers.append(("traceparent", _traceparent()))
        while True:
            try:
                self._producer.produce(self._topic, line, headers=headers, on_delivery=self._count)
                return
            except BufferError:
                self._producer.poll(_WAIT_S)  # returns as soon as there is room
                self._report()
            except KafkaException as exception:
                self._note_failure(exception.args[0])
                if exception.args[0].code() != KafkaError.MSG_SIZE_TOO_LARGE:
                    self.finish()  # the producer takes no more; raises once all are counted
                return

    def serve(self, until: float) -> None:
        """Takes in acknowledgements, and waits for more until the monotonic time ``until``."""
        while True:
            self._producer.poll(max(0.0, until - monotonic()))
            self._report()
            if monotonic() >= until:
                return

    def finish(self) -> int:
        """Waits for every line; the number acknowledged, or SendError where any was not."""
        # In short turns, so that an interrupt is seen between them.
        while self._producer.flush(_WAIT_S) > 0:
            self._report()
        self._report()
        if self._failed:
            raise self._undelivered()
        return self._acknowledged

    def _count(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self._acknowledged += 1
        else:
            self._note_failure(error)

    def _note_failure(self, error: KafkaError) -> None:
        self._failed += 1
        self._first_failure = self._first_failure or error

    def _note_trouble(self, error: KafkaError) -> None:
        # "All brokers are down" follows the error that says why.
        if error.code() != KafkaError._ALL_BROKERS_DOWN:
            self._trouble = error

    def _report(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._acknowledged)

    def _undelivered(self) -> SendError:
        causes = [error.str() for error in (self._first_failure, self._trouble) if error]
        return self._error(
            f"topic {self._topic!r} at {self._servers}: {self._failed} lines were not acknowledged,"
            f" {self._acknowledged} were: {'; '.join(dict.fromkeys(causes))}"
        )

    def _error(self, message: str) -> SendError:
        return SendError(" ".join(message.split()), self._acknowledged)
