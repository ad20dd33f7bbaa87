"""The trace of each batch, linked to the traces that its lines' senders began."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Lock

from confluent_kafka import KafkaException, TopicPartition
from pyspark.sql.streaming.listener import StreamingQueryProgress

from millrace.config import Kafka
from millrace.io.kafka.offset_probe import OffsetProbe
from millrace.observe.progress import offsets
from millrace.observe.traces import Traces
from millrace.records.ledger import Batch
from millrace.telemetry.spans import Span

_log = logging.getLogger(__name__)
_LINKS_A_PARTITION = 4
_MOST_WAITING = 20
_HEADER = "traceparent"


class BatchTraces:
    """Makes the traces in a thread of its own, so that no batch waits for them."""

    def __init__(self, kafka: Kafka, service_name: str) -> None:
        self._probe = OffsetProbe(kafka)
        self._traces = Traces(service_name)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="traces")
        self._room = BoundedSemaphore(_MOST_WAITING)
        self._spans: dict[tuple[str, int], list[Span]] = {}
        self._lock = Lock()

    def written(self, batch: Batch, spans: list[Span]) -> None:
        """Keeps the spans of a batch until it is committed, and no longer those of older ones."""
        with self._lock:
            older = [key for key in self._spans if key[0] == batch.query and key[1] < batch.id]
            for key in older:
                del self._spans[key]
            self._spans[batch.query, batch.id] = spans

    def committed(self, progress: StreamingQueryProgress) -> None:
        """Makes the trace of a batch that was committed; of none while too many wait."""
        if self._room.acquire(blocking=False):
            waiting = self._thread.submit(self._send, progress)
            waiting.add_done_callback(lambda _: self._room.release())

    def end(self) -> None:
        """Sends what is left; to be called once, at the job's end."""
        self._thread.shutdown()
        self._traces.end()

    def _send(self, progress: StreamingQueryProgress) -> None:
        with self._lock:
            spans = self._spans.pop((progress.name or "", progress.batchId), [])
        try:
            (topic,) = json.loads(progress.sources[0].endOffset)
            self._traces.send(progress, topic, spans, list(self._traceparents(progress, topic)))
        except Exception as error:  # A batch is not to be ended by its trace.
            _log.warning("no trace for batch %d of %s: %s", progress.batchId, progress.name, error)

    def _traceparents(self, progress: StreamingQueryProgress, topic: str) -> Iterator[str]:
        """Those of the first lines of each partition: a trace with a link a line is of no use."""
        source = progress.sources[0]
        starts, ends = offsets(source.startOffset), offsets(source.endOffset)
        wanted = Counter(
            {n: min(_LINKS_A_PARTITION, end - starts.get(n, 0)) for n, end in ends.items()}
        )
        asked = [TopicPartition(topic, n, starts.get(n, 0)) for n in wanted if wanted[n] > 0]
        try:
            for message in self._probe.read(asked):
                number = message.partition() or 0
                if wanted[number] > 0:
                    wanted[number] -= 1
                    yield from _own(dict(message.headers() or ()).get(_HEADER))
                if not any(count > 0 for count in wanted.values()):
                    return
        except KafkaException:
            return  # A trace without links is better than none.


def _own(value: bytes | str | None) -> Iterator[str]:
    if value:
        yield value.decode(errors="replace") if isinstance(value, bytes) else value
