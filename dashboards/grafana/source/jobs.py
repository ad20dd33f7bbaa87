"""The part of the health dashboard that tells of jobs, queries and the place they have."""

from dashboards.grafana.source.panel import (
    GREEN,
    ORANGE,
    RED,
    Panel,
    Row,
    above,
    instant,
    promql,
)
from dashboards.grafana.source.variables import OWN, SILENT_S

RUNS = Row(
    "Jobs and queries",
    (
        Panel(
            "Jobs that answer",
            "Red where a job's metrics could not be read: it does not run, or does not answer.",
            "state-timeline",
            "none",
            (promql('up{job="millrace"}', "{{instance}}"),),
            width=8,
            steps=((None, RED), (1, GREEN)),
            words={0: "down", 1: "up"},
            alerts=("MillraceJobDown",),
        ),
        Panel(
            "Queries that run",
            "Red where a query has ended while its job lives; the job's last lines of log say why.",
            "state-timeline",
            "none",
            (promql(f"min by (query) (millrace_query_active{OWN})", "{{query}}"),),
            width=8,
            steps=((None, RED), (1, GREEN)),
            words={0: "ended", 1: "runs"},
            alerts=("MillraceQueryDown",),
        ),
        Panel(
            "Broker that answers",
            "Red where a job could not reach Kafka; it waits, and reads on when the broker is back."
            "",
            "state-timeline",
            "none",
            (promql('min by (instance) (millrace_kafka_up{job="millrace"})', "{{instance}}"),),
            width=8,
            steps=((None, RED), (1, GREEN)),
            words={0: "away", 1: "answers"},
            alerts=("MillraceKafkaUnreachable",),
        ),
        Panel(
            "Time since the last progress",
            "A query that is well ends a batch, or finds nothing to do, every few seconds; one that"
            " is silent is stuck in a batch or waits for a server.",
            "timeseries",
            "s",
            (
                promql(
                    "time() - (max by (query)"
                    f" (millrace_last_progress_timestamp_seconds{OWN}) > 0)",
                    "{{query}}",
                ),
            ),
            steps=above(SILENT_S),
            alerts=("MillraceNoProgress",),
        ),
        Panel(
            "Time since the last commit",
            "It grows where no lines come, which is no fault; with lag beside it, batches fail or"
            " take too long.",
            "timeseries",
            "s",
            (
                promql(
                    f"time() - (max by (query) (millrace_last_commit_timestamp_seconds{OWN}) > 0)",
                    "{{query}}",
                ),
            ),
            alerts=("MillraceCheckpointAge",),
        ),
    ),
)

PLACES = Row(
    "Versions and storage",
    (
        Panel(
            "What runs",
            "Versions of each job and of the API, which needs no Spark; they should be the same.",
            "table",
            "none",
            (
                instant(
                    "min by (instance, version, spark_version, python_version)"
                    " (millrace_build_info)"
                ),
            ),
            width=12,
        ),
        Panel(
            "Free share of storage",
            "Where checkpoints and archive lie on a disk; in the red, make room before batches"
            " fail.",
            "timeseries",
            "percentunit",
            (
                promql(
                    "min by (storage) (millrace_storage_free_bytes / millrace_storage_size_bytes)",
                    "{{storage}}",
                ),
            ),
            width=12,
            steps=((None, RED), (0.05, ORANGE), (0.2, GREEN)),
            most=1,
            alerts=("MillraceDiskFilling",),
        ),
    ),
)
