"""MongoDB and MySQL, by their usual exporters."""

from dashboards.grafana.source.panel import GREEN, RED, Panel, Row, instant, limits, promql

ANSWERS = ((None, RED), (1, GREEN))
_WORDS: dict[float, str] = {0: "Away", 1: "Answers"}


def answers(title: str, description: str, expression: str, alert: str) -> Panel:
    """Whether a server lets its exporter in."""
    return Panel(
        title,
        description,
        "stat",
        "none",
        (instant(expression, title),),
        width=4,
        steps=ANSWERS,
        words=_WORDS,
        alerts=(alert,),
    )


def rate(metric: str) -> str:
    """How much a counter grows a second."""
    return f"rate({metric}[$__rate_interval])"


MONGO = Row(
    "MongoDB",
    (
        answers(
            "mongod",
            "Away where the exporter cannot log in; `ingest` waits and tries its batch again.",
            "min(mongodb_up)",
            "MillraceSinkRetries",
        ),
        Panel(
            "Documents written and read",
            "Inserts follow the lines; many updates are batches that run again.",
            "timeseries",
            "ops",
            (
                promql(
                    f"sum by (doc_op_type) ({rate('mongodb_ss_metrics_document')})",
                    "{{doc_op_type}}",
                ),
            ),
            width=10,
        ),
        Panel(
            "Mean time of an operation",
            "Writes of more than some ms are a disk that is busy or a cache that is full.",
            "timeseries",
            "µs",
            (
                promql(
                    f"sum by (op_type) ({rate('mongodb_ss_opLatencies_latency')})"
                    f" / sum by (op_type) ({rate('mongodb_ss_opLatencies_ops')})",
                    "{{op_type}}",
                ),
            ),
            width=10,
        ),
        Panel(
            "Connections",
            "Those that are in use; many more than jobs and people are clients that never close"
            " them.",
            "timeseries",
            "short",
            (
                promql(
                    'sum by (conn_type) (mongodb_ss_connections{conn_type=~"current|active"})',
                    "{{conn_type}}",
                ),
            ),
            width=8,
        ),
        Panel(
            "Cache in use",
            "Above 95 % mongod evicts in the middle of writes: give it memory, or drop an index.",
            "timeseries",
            "percentunit",
            (
                promql(
                    "max(mongodb_ss_wt_cache_bytes_currently_in_the_cache"
                    " / mongodb_ss_wt_cache_maximum_bytes_configured)",
                    "cache",
                ),
            ),
            width=8,
            steps=limits(0.8, 0.95),
            most=1,
        ),
        Panel(
            "Space of the documents",
            "On disk, compressed; where it grows without end, set `retention_days` of the feeds.",
            "timeseries",
            "bytes",
            (
                promql(
                    'sum by (database) (mongodb_dbstats_totalSize{database="millrace"})',
                    "{{database}}",
                ),
            ),
            width=8,
        ),
    ),
)

MYSQL = Row(
    "MySQL",
    (
        answers(
            "MySQL",
            "Away where the exporter cannot log in; `aggregate` waits and tries its batch again.",
            "min(mysql_up)",
            "MillraceSinkRetries",
        ),
        Panel(
            "Statements",
            "What is asked of it; the jobs' own are few and large.",
            "timeseries",
            "ops",
            (
                promql(
                    "sum by (command) (rate(mysql_global_status_commands_total"
                    '{command=~"select|insert|insert_select|delete|update"}[$__rate_interval]))',
                    "{{command}}",
                ),
            ),
            width=10,
        ),
        Panel(
            "Connections, of those allowed",
            "At 100 % jobs are turned away, and wait.",
            "timeseries",
            "percentunit",
            (
                promql(
                    "max(mysql_global_status_threads_connected"
                    " / mysql_global_variables_max_connections)",
                    "connections",
                ),
            ),
            width=10,
            steps=limits(0.8, 0.95),
            most=1,
        ),
        Panel(
            "Reads that went to the disk",
            "Share of page reads that the buffer pool did not have; a rise with slow dashboards"
            " asks for more `innodb_buffer_pool_size`.",
            "timeseries",
            "percentunit",
            (
                promql(
                    f"{rate('mysql_global_status_innodb_buffer_pool_reads')}"
                    f" / {rate('mysql_global_status_innodb_buffer_pool_read_requests')}",
                    "{{instance}}",
                ),
            ),
            width=8,
        ),
        Panel(
            "Waits for a row's lock",
            "Several that go on are two writers of one feed: look whether a second `aggregate`"
            " runs.",
            "timeseries",
            "ops",
            (promql(rate("mysql_global_status_innodb_row_lock_waits"), "{{instance}}"),),
            width=8,
        ),
        Panel(
            "Slow statements",
            "Longer than `long_query_time`; the slow log names them.",
            "timeseries",
            "ops",
            (promql(rate("mysql_global_status_slow_queries"), "{{instance}}"),),
            width=8,
        ),
    ),
)
