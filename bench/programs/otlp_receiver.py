"""Takes traces by OTLP over gRPC on a port, and throws them away: otlp_receiver.py PORT."""

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)


class _Receiver(TraceServiceServicer):
    def Export(self, request: Any, context: Any) -> ExportTraceServiceResponse:  # noqa: N802
        return ExportTraceServiceResponse()


server = grpc.server(ThreadPoolExecutor(1))
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
add_TraceServiceServicer_to_server(_Receiver(), server)
server.start()
server.wait_for_termination()
