"""Traces by OpenTelemetry: one a batch, made when Spark reports that the batch is committed.

Sent by OTLP over gRPC to where OpenTelemetry's variables say, whose others hold as well:
``OTEL_TRACES_SAMPLER``, ``OTEL_RESOURCE_ATTRIBUTES`` and so on.
"""

from collections.abc import Iterator, Mapping, Sequence

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    Link,
    SpanKind,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pyspark.sql.streaming.listener import StreamingQueryProgress

from millrace.observe.progress import epoch_s
from millrace.records.ledger import feed_of
from millrace.telemetry.spans import Span as BatchSpan

# In the order in which Spark goes through them; the spans of a sink are within addBatch.
_PHASES = {
    "latestOffset": "read",
    "walCommit": "read",
    "getBatch": "read",
    "queryPlanning": "plan",
    "addBatch": "write",
    "commitOffsets": "commit",
    "commitBatch": "commit",
}
_NS_PER_MS = 1_000_000
_PROPAGATOR = TraceContextTextMapPropagator()


class Traces:
    """Sends the trace of each batch. ``end`` sends what is still held back."""

    def __init__(self, service_name: str) -> None:
        named = Resource.create({"service.name": service_name, "service.namespace": "millrace"})
        self._provider = TracerProvider(resource=named)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer: Tracer = self._provider.get_tracer("millrace")

    def send(
        self,
        progress: StreamingQueryProgress,
        topic: str,
        spans: Sequence[BatchSpan],
        traceparents: Sequence[str],
    ) -> None:
        """One trace: the batch, its phases as Spark timed them, and the spans of its sink.

        ``traceparents`` are those of some of its lines, which the trace is linked to.
        """
        query = progress.name or ""
        began_ns = int(epoch_s(progress.timestamp) * 1000) * _NS_PER_MS
        took_ms = progress.durationMs.get("triggerExecution", 0)
        root = self._tracer.start_span(
            f"process {topic}",
            kind=SpanKind.CONSUMER,
            start_time=began_ns,
            links=list(_links(traceparents)),
            attributes=_attributes(query, topic, progress),
        )
        within = set_span_in_context(root)
        for name, start_ns, end_ns in _phases(began_ns, progress.durationMs):
            span = self._tracer.start_span(name, within, start_time=start_ns)
            if name == "write":
                self._add(spans, set_span_in_context(span))
            span.end(end_ns)
        root.end(began_ns + took_ms * _NS_PER_MS)

    def _add(self, spans: Sequence[BatchSpan], within: Context) -> None:
        for batch_span in spans:
            span = self._tracer.start_span(
                batch_span.name,
                within,
                kind=SpanKind.CLIENT if batch_span.system else SpanKind.INTERNAL,
                attributes={"db.system.name": batch_span.system} if batch_span.system else {},
                start_time=batch_span.start_ns,
            )
            if batch_span.error_type:
                span.set_attribute("error.type", batch_span.error_type)
                span.set_status(StatusCode.ERROR)
            span.end(batch_span.end_ns)

    def end(self) -> None:
        """Sends what is left, and waits for it for some seconds."""
        self._provider.shutdown()


def _attributes(query: str, topic: str, progress: StreamingQueryProgress) -> dict[str, str | int]:
    """Under the names of OpenTelemetry's conventions for messaging, and our own."""
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": topic,
        "messaging.batch.message_count": progress.numInputRows,
        "millrace.query": query,
        "millrace.feed": feed_of(query),
        "millrace.batch_id": progress.batchId,
    }


def _phases(began_ns: int, durations_ms: Mapping[str, int]) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of each span: Spark says how long its phases took, one by one."""
    start_ns = end_ns = began_ns
    before = None
    for phase, name in _PHASES.items():
        if phase not in durations_ms:
            continue
        if before not in (None, name):
            yield str(before), start_ns, end_ns
            start_ns = end_ns
        end_ns += durations_ms[phase] * _NS_PER_MS
        before = name
    if before:
        yield before, start_ns, end_ns


def _links(traceparents: Sequence[str]) -> Iterator[Link]:
    for traceparent in traceparents:
        context = _PROPAGATOR.extract({"traceparent": traceparent})
        span_context = get_current_span(context).get_span_context()
        if span_context.is_valid:
            yield Link(span_context)
