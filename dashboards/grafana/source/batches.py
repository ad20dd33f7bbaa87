"""The second half of the health dashboard: lag by partition, throughput, what batches take."""

from dashboards.grafana.source.panel import Panel, Row, above, instant, limits, promql
from dashboards.grafana.source.variables import BEHIND_S, OWN, grown

_RETRIES = grown("millrace_write_retries_total", OWN, "$__rate_interval")

_RETENTION_USED = (
    f"max by (query) (millrace_lag_seconds{OWN} / on (job, instance, query, feed, topic)"
    " group_left () millrace_topic_retention_seconds)"
)


def _quantile(share: float, metric: str, by: str) -> str:
    rate = f"rate({metric}_bucket{OWN}[$__rate_interval])"
    return f"histogram_quantile({share}, sum by (le, {by}) ({rate}))"


LAG = Row(
    "How far behind",
    (
        Panel(
            "Behind, in time, by query",
            "A line that rises at one second a second is a query that commits nothing; one that"
            " stays high is a query too slow for what comes.",
            "timeseries",
            "s",
            (promql(f"max by (query) (millrace_lag_seconds{OWN})", "{{query}}"),),
            width=8,
            steps=limits(300, BEHIND_S),
            alerts=("MillraceLagSeconds",),
        ),
        Panel(
            "Behind, in lines, by query",
            "Where it grows for long, more lines come than the query takes: give it cores, or look"
            " at the phases of its batches.",
            "timeseries",
            "short",
            (promql(f"sum by (query) (millrace_lag_lines{OWN})", "{{query}}"),),
            width=8,
            alerts=("MillraceLagGrowing",),
        ),
        Panel(
            "Partitions, the furthest behind first",
            "One partition far behind the others has a leader that is away, or a sender that picks"
            " one partition for all its lines.",
            "bargauge",
            "short",
            (
                instant(
                    f"topk(12, sum by (query, topic, partition) (millrace_lag_lines{OWN}))",
                    "{{query}} {{topic}}/{{partition}}",
                ),
            ),
            width=8,
            alerts=("MillraceLagGrowing",),
        ),
        Panel(
            "Time used before Kafka deletes the oldest unread line",
            "At 100 % lines are deleted unread: have Kafka keep the topic longer, then find out why"
            " the query is behind.",
            "timeseries",
            "percentunit",
            (promql(_RETENTION_USED, "{{query}}"),),
            steps=limits(0.25, 0.5),
            alerts=("MillraceLinesExpire",),
        ),
        Panel(
            "Lines deleted unread",
            "Anything above 0 is lost to the query, unless the archive has it: see the runbook"
            " before you start the job again.",
            "timeseries",
            "short",
            (promql(f"sum by (query) (millrace_deleted_unread_lines{OWN})", "{{query}}"),),
            steps=above(0),
            alerts=("MillraceLinesLost",),
        ),
    ),
)

THROUGHPUT = Row(
    "Throughput and batches",
    (
        Panel(
            "Lines taken",
            "Lines a second that each query took and stored; the three jobs of a feed take the same"
            " lines.",
            "timeseries",
            "cps",
            (
                promql(
                    f"sum by (query) (rate(millrace_input_lines_total{OWN}[$__rate_interval]))",
                    "{{query}}",
                ),
            ),
        ),
        Panel(
            "What a query could take",
            "Lines of the last batch by its duration; where lines taken come near it, the query is"
            " at its limit.",
            "timeseries",
            "cps",
            (
                promql(
                    f"max by (query) (millrace_processed_lines_per_second{OWN})",
                    "{{query}}",
                ),
            ),
        ),
        Panel(
            "Duration of batches, 95th percentile",
            "From trigger to commit; a duration of many times the usual is a slow sink or a batch"
            " that catches up.",
            "timeseries",
            "s",
            (promql(_quantile(0.95, "millrace_batch_duration_seconds", "query"), "{{query}}"),),
            width=8,
        ),
        Panel(
            "Where a batch's time goes",
            "Seconds a second by Spark's phase; addBatch is reading, parsing and writing, the"
            " others should be thin.",
            "timeseries",
            "percentunit",
            (
                promql(
                    "sum by (phase) (rate(millrace_batch_phase_seconds_sum"
                    f"{OWN}[$__rate_interval]))",
                    "{{phase}}",
                ),
            ),
            width=8,
            stacked=True,
        ),
        Panel(
            "Writing a batch, 95th percentile",
            "What a batch takes to be read, parsed and stored; where one sink alone is slow, look"
            " at that server's dashboard.",
            "timeseries",
            "s",
            (
                promql(
                    _quantile(0.95, "millrace_sink_write_seconds", "sink, query"),
                    "{{sink}} {{query}}",
                ),
            ),
            width=8,
        ),
        Panel(
            "Batches tried again",
            "Tries since a server was away; nothing is lost, and the job's log names the server.",
            "timeseries",
            "short",
            (promql(f"sum by (query) {_RETRIES} or on () vector(0)", "{{query}}"),),
            width=8,
            alerts=("MillraceSinkRetries",),
        ),
        Panel(
            "State, in rows",
            "Rows of open minutes in the state store; without end it grows only where the watermark"
            " stands still.",
            "timeseries",
            "short",
            (promql(f"sum by (query) (millrace_state_rows{OWN})", "{{query}}"),),
            width=8,
        ),
        Panel(
            "State, in memory",
            "Memory of the state stores; near the driver's memory, raise `spark.driver_memory`.",
            "timeseries",
            "bytes",
            (promql(f"sum by (query) (millrace_state_memory_bytes{OWN})", "{{query}}"),),
            width=8,
        ),
    ),
)
