"""The keys that loggers have for the same thing; whatever is not here keeps its own name.

Of each field or attribute the best key comes first. Dots stand for objects within each other, too.
"""

from millrace.records.formats import Unit

Table = dict[str, tuple[str, int]]
"""A key -> the name of what it says, and its rank among the keys that say the same."""


def table(alternatives: dict[str, str]) -> Table:
    """The table of names, each with its keys, the best first."""
    return {
        key: (name, rank)
        for name, keys in alternatives.items()
        for rank, key in enumerate(keys.split())
    }


_BARE = ("response_time", "duration", "latency", "elapsed", "took")
_SUFFIXES: dict[str, Unit] = {
    "_ms": "ms",
    "_millis": "ms",
    "_s": "s",
    "_seconds": "s",
    "_us": "us",
    "_ns": "ns",
}

UNITS: dict[str, Unit | None] = {
    **{f"{bare}{suffix}": unit for bare in _BARE for suffix, unit in _SUFFIXES.items()},
    **{f"{bare}Ms": "ms" for bare in ("responseTime", "duration", "latency", "elapsed", "took")},
    "responseTime": "ms",
    "ElapsedMilliseconds": "ms",
    "request_time": "s",
    "event.duration": "ns",
    **dict.fromkeys(_BARE),
}
"""The keys of response times and their units; None where the key tells none."""

# What an event says of itself.
_EVENT = {
    "timestamp": "timestamp @timestamp time ts t datetime date asctime @t Timestamp timeMillis",
    "level": "level severity lvl levelname log.level LogLevel Level @l loglevel level_name logLevel"
    " severityText severity_text SeverityText error_severity",
    "level_number": "levelno level_value levelValue intLevel severityNumber severity_number"
    " SeverityNumber",
    "message": "message msg event @m Message short_message text log",
}
# What it says of anything else: the members of objects that hold the producer's own pairs may say
# the same.
_REST = {
    "service_name": "service.name service_name service serviceName app application Application"
    " otelServiceName dd.service",
    "request_id": "request_id requestId req_id reqId x_request_id AWSRequestId function_request_id"
    " http.request.id requestID RequestId req.id request.id",
    "status_code": "status_code statusCode http_status http.status_code http.response.status_code"
    " StatusCode httpStatus http.statusCode res.statusCode res.status response.statusCode"
    " response.status_code response.status status",
    "method": "method http_method request_method verb httpMethod http.request.method http.method"
    " RequestMethod req.method request.method",
    "path": "path uri url request_uri http.url url.original url.path url.full http.target http.path"
    " RequestPath req.url request.url request.uri request.path req.path",
    "client_ip": "client_ip remote_addr remote_ip ip clientIp client.address client.ip clientIP"
    " ClientIp remoteIp remoteIP source.ip source.address http.client_ip req.remoteAddress req.ip"
    " request.client_ip request.remote_ip request.remote_addr request.remoteAddress request.ip",
    "response_time_ms": " ".join(UNITS),
    "bytes": "bytes http.response.body.bytes http.response.body.size body_bytes_sent",
    "user_agent": "user_agent user_agent.original userAgent http.user_agent http_user_agent",
    "referrer": "referrer referer http.request.referrer http.referer http_referer http_referrer",
    "forwarded_for": "forwarded_for x_forwarded_for http_x_forwarded_for",
    "virtual_host": "virtual_host url.domain http.host request.host req.host",
    "protocol": "protocol http.version http.flavor http_version request.proto req.protocol",
    "request": "request",
    "ident": "ident",
    "user": "user user.name",
    "user_id": "user_id user.id userId UserId",
    "error_code": "error_code error.code errorCode",
    "tags": "tags",
    "app_name": "app_name",
    "proc_id": "proc_id",
    "msg_id": "msg_id",
    "trace_id": "trace_id traceId TraceId trace.id traceID traceparent otelTraceID xray_trace_id"
    " logging.googleapis.com/trace dd.trace_id trace",
    "span_id": "span_id spanId SpanId span.id spanID otelSpanID logging.googleapis.com/spanId"
    " dd.span_id",
    "trace_flags": "trace_flags traceFlags otelTraceFlags",
    "error": "err error",
    "exception": "exception Exception exc thrown throwable",
    "exception.type": "exception.type error.type errorType exception_name error.name",
    "exception.message": "exception.message error.message errorMessage",
    "exception.stacktrace": "exception.stacktrace error.stack_trace error.stack stack_trace"
    " stackTrace stacktrace stack exc_info errorVerbose",
    "caller": "caller file",
    "code.file.path": "code.file.path code.filepath log.origin.file.name source.file src.file"
    " caller_file_name pathname",
    "code.line.number": "code.line.number code.lineno log.origin.file.line source.line src.line"
    " caller_line_number lineno",
    "code.function.name": "code.function.name code.function log.origin.function source.function"
    " src.func funcName func",
    "source_location": "sourceLocation logging.googleapis.com/sourceLocation",
    "otel.scope.name": "otel.scope.name log.logger logger logger_name loggerName SourceContext",
    "thread": "thread.name process.thread.name thread_name threadName thread",
    "thread.id": "thread.id process.thread.id thread_id threadId",
    "process.pid": "process.pid pid",
    "process.executable.name": "process.executable.name process.name",
    "host.name": "host.name hostname host HOSTNAME source_host host.hostname hostName",
    "service.version": "service.version dd.version",
    "service.namespace": "service.namespace",
    "service.instance.id": "service.instance.id service.node.name",
    "deployment.environment.name": "deployment.environment.name deployment.environment"
    " service.environment dd.env",
    "log.iostream": "log.iostream stream",
    "container.id": "container.id container_id kubernetes.container_id kubernetes.docker_id",
    "container.name": "container.name container_name",
    "container.image.name": "container.image.name kubernetes.container.image"
    " kubernetes.container_image",
    "k8s.namespace.name": "k8s.namespace.name kubernetes.namespace kubernetes.namespace_name"
    " kubernetes.pod_namespace",
    "k8s.pod.name": "k8s.pod.name kubernetes.pod.name kubernetes.pod_name",
    "k8s.pod.uid": "k8s.pod.uid kubernetes.pod.uid kubernetes.pod_id kubernetes.pod_uid",
    "k8s.pod.ip": "k8s.pod.ip kubernetes.pod.ip kubernetes.pod_ip",
    "k8s.node.name": "k8s.node.name kubernetes.node.name kubernetes.host kubernetes.pod_node_name",
    "k8s.container.name": "k8s.container.name kubernetes.container.name kubernetes.container_name",
    "k8s.pod.label": "kubernetes.labels kubernetes.pod_labels",
    "k8s.pod.annotation": "kubernetes.annotations kubernetes.pod_annotations",
    "k8s.namespace.label": "kubernetes.namespace_labels",
    "client.port": "client.port source.port req.remotePort request.remote_port",
    "http.request.size": "http.request.size http.request.bytes",
    "http.response.size": "http.response.size http.response.bytes",
    "http.request.body.size": "http.request.body.size http.request.body.bytes",
    "http.request.header": "req.headers request.headers http.request.headers",
    "http.response.header": "res.headers response.headers http.response.headers",
    "url.scheme": "url.scheme http.scheme",
    "url.query": "url.query",
    "cloud.account.id": "cloud.account.id",
    "cloud.region": "cloud.region",
    "faas.name": "faas.name",
    "faas.coldstart": "faas.coldstart",
    "db.query.text": "db.query.text db.statement",
    "db.namespace": "db.namespace db.name",
}
_OBJECTS = {
    "http_request": "httpRequest",
    "pairs": "mdc contextMap labels logging.googleapis.com/labels",
}

GENERIC = table({**_EVENT, **_REST, **_OBJECTS})
"""For events of any logger."""

PAIRS = table(_REST)
"""For an event's own pairs, which say nothing of its time, level or message."""

# Objects under these names are paths, whatever is in them: those of ECS, of OpenTelemetry and of
# middleware for HTTP. All other objects are values.
PATHS = frozenset(
    [
        "agent",
        "client",
        "cloud",
        "container",
        "data_stream",
        "dd",
        "ecs",
        "event",
        "fileset",
        "group",
        "host",
        "http",
        "input",
        "k8s",
        "kubernetes",
        "log",
        "network",
        "process",
        "req",
        "request",
        "res",
        "response",
        "server",
        "service",
        "source",
        "span",
        "src",
        "telemetry",
        "trace",
        "transaction",
        "url",
        "user",
        "user_agent",
    ]
)


def with_own(own: dict[str, str], of: Table = GENERIC) -> Table:
    """The table for a family with keys of its own, which come before all others."""
    mine = {key: (name, rank - 100) for key, (name, rank) in table(own).items()}
    return {**of, **mine}
