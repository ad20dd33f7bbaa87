"""A receiver of OpenTelemetry's protocol over gRPC, as a collector has one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Received:
    """Where the receiver is found, and the spans it was sent, each with its service's name."""

    endpoint: str
    spans: list[tuple[str, Span]] = field(default_factory=list)


class _Receiver(TraceServiceServicer):
    def __init__(self, received: Received) -> None:
        self._received = received

    def Export(  # noqa: N802
        self, request: ExportTraceServiceRequest, context: Any
    ) -> ExportTraceServiceResponse:
        """Keeps the spans."""
        for resource in request.resource_spans:
            named = {item.key: item.value.string_value for item in resource.resource.attributes}
            for scope in resource.scope_spans:
                self._received.spans += [(named["service.name"], span) for span in scope.spans]
        return ExportTraceServiceResponse()


@contextmanager
def receiver() -> Iterator[Received]:
    """A receiver on a free port of this machine."""
    server = grpc.server(ThreadPoolExecutor(2))
    port = server.add_insecure_port("127.0.0.1:0")
    received = Received(f"http://127.0.0.1:{port}")
    add_TraceServiceServicer_to_server(_Receiver(received), server)
    server.start()
    try:
        yield received
    finally:
        server.stop(grace=None)
