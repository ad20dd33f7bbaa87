"""The servers, by their usual exporters, which docker-compose.yml starts."""

from dashboards.grafana.source.databases import ANSWERS, MONGO, MYSQL, answers, rate
from dashboards.grafana.source.panel import Dashboard, Panel, Row, above, instant, promql

_KAFKA = Row(
    "Kafka",
    (
        answers(
            "Broker",
            "Away where the exporter finds no broker; the jobs wait, and lines pile up at the"
            " senders.",
            "clamp_max(max(kafka_brokers), 1)",
            "MillraceKafkaUnreachable",
        ),
        Panel(
            "Lines received",
            "What senders write, by topic; one that stops is a sender that is down.",
            "timeseries",
            "cps",
            (
                promql(
                    f"sum by (topic) ({rate('kafka_topic_partition_current_offset')})",
                    "{{topic}}",
                ),
            ),
            width=8,
        ),
        Panel(
            "Lines kept",
            "Between the earliest and the latest offset; a lag near it means that lines expire"
            " before they are read.",
            "timeseries",
            "short",
            (
                promql(
                    "sum by (topic) (kafka_topic_partition_current_offset"
                    " - kafka_topic_partition_oldest_offset)",
                    "{{topic}}",
                ),
            ),
            width=8,
        ),
        Panel(
            "Under-replicated partitions",
            "Partitions with a replica behind or away; with any, a second fault may lose lines.",
            "stat",
            "none",
            (instant("sum(kafka_topic_partition_under_replicated_partition)", "partitions"),),
            width=4,
            steps=above(1),
        ),
    ),
)

_CONNECT = Row(
    "Kafka Connect",
    (
        Panel(
            "Worker",
            "Away where Prometheus could not read the worker's JMX exporter; databases keep what is"
            " not read.",
            "stat",
            "none",
            (instant('up{job="connect"}', "{{instance}}"),),
            width=4,
            steps=ANSWERS,
            words={0: "Away", 1: "Answers"},
            alerts=("MillraceConnectDown",),
        ),
        Panel(
            "Changes written to Kafka",
            "By connector; one that stops has nothing to read, or cannot.",
            "timeseries",
            "cps",
            (
                promql(
                    "sum by (connector)"
                    " (kafka_connect_source_task_metrics_source_record_write_rate)",
                    "{{connector}}",
                ),
            ),
            width=10,
        ),
        Panel(
            "Changes read and not yet written",
            "By connector; many that stay are a broker that is slow or away.",
            "timeseries",
            "short",
            (
                promql(
                    "sum by (connector)"
                    " (kafka_connect_source_task_metrics_source_record_active_count)",
                    "{{connector}}",
                ),
            ),
            width=10,
        ),
    ),
)

_EXPORTERS = Row(
    "Exporters",
    (
        Panel(
            "Exporters that answer",
            "Red where an exporter itself is away: what is above is not known then.",
            "state-timeline",
            "none",
            (promql('up{job=~"kafka|mongo|mysql|connect"}', "{{job}}"),),
            width=24,
            height=5,
            steps=ANSWERS,
            words={0: "away", 1: "answers"},
        ),
    ),
)

DASHBOARD = Dashboard(
    "servers",
    "millrace: servers",
    "Kafka, MongoDB, MySQL and Kafka Connect as their exporters see them.",
    (),
    (_KAFKA, MONGO, MYSQL, _CONNECT, _EXPORTERS),
    hours=1,
)
