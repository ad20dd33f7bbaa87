"""Access log lines made without the product's generators, no two of them alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle

from confluent_kafka import KafkaError, Message, Producer

from millrace.config import Kafka

NO_LOG_LINE_EVERY = 50  # one line in so many is none
STEP = timedelta(milliseconds=250)
DELIVERY_TIMEOUT_S = 60
_LARGE = 500_000  # bytes


@dataclass(frozen=True)
class Line:
    """A line, the minute it is dated, and whether it is a log line at all.

    Of a line that is too long a dead letter keeps the first ``kept_bytes``.
    """

    raw: bytes
    minute: datetime
    is_record: bool
    kept_bytes: int | None = None


@dataclass(frozen=True)
class Sent:
    """A line, and where the broker says that it stands."""

    line: Line
    partition: int
    offset: int


@dataclass
class MarkedLines:
    """The lines of one topic: numbered, and dated in order from ``start`` on."""

    servers: str
    topic: str
    start: datetime
    sent: list[Sent] = field(default_factory=list)

    def send_own(self, *lines: Line, timestamp_ms: int | None = None) -> None:
        """Sends these lines, received at that time where the topic takes a producer's word."""
        self.sent += _send(self.servers, self.topic, lines, (0, 1), timestamp_ms)

    def send(self, count: int, partitions: Sequence[int] = (0, 1)) -> None:
        """Sends so many more, in turn to these partitions."""
        first = len(self.sent)
        lines = [_line(n, self.start + n * STEP) for n in range(first, first + count)]
        self.sent += _send(self.servers, self.topic, lines, partitions)


def marked_lines(kafka: Kafka, topic: str, *, hours_ago: int) -> MarkedLines:
    """The lines of a topic that has none yet; the first is dated so many hours ago."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return MarkedLines(kafka.bootstrap_servers, topic, now - timedelta(hours=hours_ago))


def forwarded(addresses: int, time: datetime) -> Line:
    """A log line whose request came through that many proxies, as its sender says."""
    through = ", ".join(["10.0.0.1"] * addresses)
    request = f'[{time:%d/%b/%Y:%H:%M:%S} +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"'
    text = f'203.0.113.9 - - {request} "{through}"'
    return Line(text.encode(), time.replace(second=0, microsecond=0), is_record=True)


def _line(number: int, time: datetime) -> Line:
    is_record = number % NO_LOG_LINE_EVERY != NO_LOG_LINE_EVERY - 1
    text = (
        f"203.0.113.{number % 250} - - [{time:%d/%b/%Y:%H:%M:%S} +0000]"
        f' "GET /item/{number}?id={number} HTTP/1.1" {_status(number)} {100 + number % 900}'
        f' "-" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0" {number % 400}.5'
        if is_record
        else f"line {number} is no log line"
    )
    return Line(text.encode(), time.replace(second=0, microsecond=0), is_record)


def _status(number: int) -> int:
    return 500 if number % 40 == 0 else 200


def _is_large(lines: Sequence[Line]) -> bool:
    return any(len(line.raw) > _LARGE for line in lines)


def _send(
    servers: str,
    topic: str,
    lines: Sequence[Line],
    partitions: Sequence[int],
    timestamp_ms: int | None = None,
) -> list[Sent]:
    """Sends the lines to these partitions in turn, so that all of them go on in time together."""
    received = {} if timestamp_ms is None else {"timestamp": timestamp_ms}
    producer = Producer(
        {
            "bootstrap.servers": servers,
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": 20,
            # A broker bounds what it is sent, compressed. Other lines are sent as they are: a job
            # fetches a megabyte ahead, and what it has fetched nobody can delete.
            "compression.type": "zstd" if _is_large(lines) else "none",
            "message.max.bytes": 100_000_000,
            "queue.buffering.max.messages": 1_000_000,
            "log_level": 0,  # a broker that has just started is no news
        }
    )
    sent: list[Sent] = []

    def note(line: Line, error: KafkaError | None, message: Message) -> None:
        assert error is None, error
        sent.append(Sent(line, message.partition() or 0, message.offset() or 0))

    for line, partition in zip(lines, cycle(partitions), strict=False):
        told = partial(note, line)
        producer.produce(topic, line.raw, partition=partition, on_delivery=told, **received)
        producer.poll(0)
    producer.flush(DELIVERY_TIMEOUT_S)
    assert len(sent) == len(lines), f"{len(sent)} of {len(lines)} lines were acknowledged"
    return sent
