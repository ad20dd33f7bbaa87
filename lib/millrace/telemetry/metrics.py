"""The metrics of jobs and of the API, in Prometheus' format, each defined once.

docs/metrics.md is made from them.
Names follow Prometheus' conventions: base units, ``_total`` for what only grows. No label is made
of what a log line says: queries, feeds, topics and the rest are named in the configuration.
"""

import os
import platform
from importlib import metadata

from prometheus_client import Counter, Gauge, Histogram, Info, Summary, disable_created_metrics

from millrace import __version__
from millrace.records.ledger import feed_of

disable_created_metrics()  # type: ignore[no-untyped-call]

REVISION_VARIABLE = "MILLRACE_REVISION"  # set in the image
QUERY = ("query", "feed")
_PARTITION = (*QUERY, "topic", "partition")
_SOURCE = ("source",)  # of changes: postgres, mariadb, mongo
# From the half second in which a small batch is done to the minutes of one that catches up.
_BUCKETS_S = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300)

INPUT_LINES = Counter(
    "millrace_input_lines", "Lines that batches took from Kafka and stored.", QUERY
)
PROCESSED_RATE = Gauge(
    "millrace_processed_lines_per_second", "Lines of the last batch by its duration.", QUERY
)
LINES = Counter(
    "millrace_lines",
    "Lines that ingest stored, by outcome: record or dead_letter.",
    (*QUERY, "outcome"),
)
DEAD_LETTERS = Counter(
    "millrace_dead_letters", "Dead letters that ingest stored, by reason.", (*QUERY, "reason")
)
DEAD_RATIO = Gauge(
    "millrace_dead_letter_ratio", "Share of dead letters in the last batch, 0 to 1.", QUERY
)
DEAD_RATIO_EXCEEDED = Counter(
    "millrace_max_dead_ratio_exceeded",
    "Batches with a larger share of dead letters than the feed's max_dead_ratio.",
    QUERY,
)
UNMATCHED_RATIO = Gauge(
    "millrace_unmatched_message_ratio",
    "Share of the last batch's messages that match no template, 0 to 1.",
    QUERY,
)
ANOMALIES = Counter(
    "millrace_anomalies", "Records that ingest scored above 0, by severity.", (*QUERY, "severity")
)
LATE_LINES = Counter(
    "millrace_late_lines",
    "Lines received more than the feed's max_lateness_s after their own time.",
    QUERY,
)
BATCH_SECONDS = Histogram(
    "millrace_batch_duration_seconds",
    "Time from a batch's trigger to its commit.",
    QUERY,
    buckets=_BUCKETS_S,
)
PHASE_SECONDS = Summary(
    "millrace_batch_phase_seconds",
    "Time of a batch's phases, under Spark's names: latestOffset, walCommit, getBatch,"
    " queryPlanning, addBatch, commitOffsets and so on.",
    (*QUERY, "phase"),
)
WRITE_SECONDS = Histogram(
    "millrace_sink_write_seconds",
    "Time that a batch took to be read, parsed and stored in its sink.",
    (*QUERY, "sink"),
    buckets=_BUCKETS_S,
)
WRITE_RETRIES = Counter(
    "millrace_write_retries", "Batches tried again since a server was away.", QUERY
)
QUERY_ACTIVE = Gauge("millrace_query_active", "Whether a query runs: 1 or 0.", QUERY)
LAST_PROGRESS = Gauge(
    "millrace_last_progress_timestamp_seconds",
    "When a query last ended a batch, or found nothing to do.",
    QUERY,
)
LAST_COMMIT = Gauge(
    "millrace_last_commit_timestamp_seconds", "When a query last committed a batch.", QUERY
)
STATE_ROWS = Gauge("millrace_state_rows", "Rows in a query's state store.", QUERY)
STATE_BYTES = Gauge(
    "millrace_state_memory_bytes", "Memory that a query's state store takes.", QUERY
)
WATERMARK = Gauge(
    "millrace_watermark_timestamp_seconds",
    "The query's watermark; absent before it has one.",
    QUERY,
)
DROPPED_BY_WATERMARK = Counter(
    "millrace_watermark_dropped_rows",
    "Partial rows that Spark dropped since their window was closed (numRowsDroppedByWatermark):"
    " aggregates of a task, not lines.",
    QUERY,
)
LAG_LINES = Gauge(
    "millrace_lag_lines",
    "Lines in a partition of Kafka that a query has yet to commit.",
    _PARTITION,
)
LAG_SECONDS = Gauge(
    "millrace_lag_seconds",
    "How long ago the first line that a query has yet to commit was received, 0 of none.",
    _PARTITION,
)
UNREAD_DELETED = Gauge(
    "millrace_deleted_unread_lines",
    "Lines of a partition that Kafka deleted before the query read them.",
    _PARTITION,
)
RETENTION_SECONDS = Gauge(
    "millrace_topic_retention_seconds",
    "How long Kafka keeps a topic's lines (retention.ms); absent where it keeps them for ever.",
    (*QUERY, "topic"),
)
KAFKA_UP = Gauge("millrace_kafka_up", "Whether the broker answered the last look at it: 1 or 0.")
KAFKA_UP.set(float("nan"))  # Nobody has looked yet.
STORAGE_FREE = Gauge(
    "millrace_storage_free_bytes", "Free space where checkpoints or archive lie.", ("storage",)
)
STORAGE_SIZE = Gauge(
    "millrace_storage_size_bytes", "All space where checkpoints or archive lie.", ("storage",)
)
RECONCILE_HOLDS = Gauge(
    "millrace_reconcile_holds",
    "Whether the last reconcile of a feed held: 1 or 0. 0 stays until one that reaches as far back"
    " holds.",
    ("feed",),
)
RECONCILE_TIME = Gauge(
    "millrace_reconcile_timestamp_seconds", "When the last reconcile of a feed ended.", ("feed",)
)
RECONCILE_FAULTS = Gauge(
    "millrace_reconcile_faults",
    "What the last reconcile of a feed found wrong, by kind: lines that are missing, doubled,"
    " in_both, never_committed or forgotten, differing windows, uncompared, 1 where none could"
    " be compared, and misjoined facts of the warehouse.",
    ("feed", "fault"),
)
WAREHOUSE_TIME = Gauge(
    "millrace_warehouse_load_timestamp_seconds",
    "When the warehouse was last loaded with a feed's lines, or found to have them all.",
    ("feed",),
)
CHANGE_SECONDS = Histogram(
    "millrace_change_commit_to_store_seconds",
    "Time from the commit of a batch's oldest change, snapshots aside, at its source until the"
    " batch was stored: by the source's clock and the job's.",
    QUERY,
    buckets=_BUCKETS_S,
)
CONNECT_UP = Gauge(
    "millrace_connect_up", "Whether Kafka Connect answered the last look at it: 1 or 0."
)
CONNECT_UP.set(float("nan"))  # Nobody has looked yet.
CONNECTOR_RUNNING = Gauge(
    "millrace_connector_running",
    "Whether a source's connector and its task run, by what Kafka Connect says, which says so of"
    " one whose database is away as well: 1 or 0.",
    _SOURCE,
)
HEARTBEAT = Gauge(
    "millrace_connector_heartbeat_timestamp_seconds",
    "When a source's connector last told that it lives.",
    _SOURCE,
)
SOURCE_UP = Gauge(
    "millrace_source_up", "Whether a source answered the last look at it: 1 or 0.", _SOURCE
)
SOURCE_CAPTURED = Gauge(
    "millrace_source_captured",
    "Whether a source says that its log is read and each change is in it whole: 1 or 0.",
    _SOURCE,
)
SOURCE_LOST = Gauge(
    "millrace_source_lost",
    "Whether a source has dropped changes that its connector has not read: 1 or 0.",
    _SOURCE,
)
SLOT_RETAINED = Gauge(
    "millrace_slot_retained_bytes",
    "Bytes of its log that PostgreSQL keeps for its replication slot.",
    _SOURCE,
)
SLOT_FREE = Gauge(
    "millrace_slot_free_bytes",
    "Bytes that PostgreSQL can write until the slot may be lost; absent without a limit"
    " (max_slot_wal_keep_size).",
    _SOURCE,
)
API_REQUESTS = Counter(
    "millrace_api_requests", "Requests that the query API answered.", ("route", "status")
)
API_SECONDS = Histogram(
    "millrace_api_request_duration_seconds",
    "Time until a request's answer was sent whole.",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
API_PARTIAL = Counter(
    "millrace_api_partial_answers",
    "Answers that reach less far than was asked, for api.max_query_s was over.",
    ("route",),
)
ALERT_EVALUATIONS = Counter(
    "millrace_alert_evaluations", "Evaluations of alert rules of users: one a rule and minute."
)
ALERT_LAG = Gauge(
    "millrace_alert_lag_seconds",
    "How long ago the last minute ended up to which every alert rule of users is evaluated, by"
    " whichever API evaluates them; 0 where there is no rule.",
)
ALERT_FAILURES = Counter(
    "millrace_alert_delivery_failures",
    "Tries to tell the Alertmanager of an alert or a silence that it did not take.",
)
BUILD = Info("millrace_build", "Versions of what runs.")


def of(query: str) -> tuple[str, str]:
    """The values of the labels ``query`` and ``feed`` of that query."""
    return query, feed_of(query)


def describe_build() -> None:
    """Says in ``millrace_build_info`` what runs."""
    BUILD.info(
        {
            "version": __version__,
            "revision": os.environ.get(REVISION_VARIABLE, "unknown"),
            "spark_version": _spark_version(),
            "python_version": platform.python_version(),
        }
    )


def _spark_version() -> str:
    """That of the pyspark that is installed; the API runs without."""
    try:
        return metadata.version("pyspark")
    except metadata.PackageNotFoundError:
        return "none"
