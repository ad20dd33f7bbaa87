"""Change data capture: from a commit in a database to the operational store."""

from dashboards.grafana.source.panel import GREEN, ORANGE, RED, Dashboard, Panel, Row, above, promql
from dashboards.grafana.source.variables import SILENT_CONNECTOR_S, SLOW_CHANGES_S

_STATE = ((None, RED), (1, GREEN))
_OF_CHANGES = '{query=~"changes-.+"}'
_BUCKETS = "millrace_change_commit_to_store_seconds_bucket"
_BY = "by (feed, le)"


def _quantile(share: float) -> str:
    return f"histogram_quantile({share}, sum {_BY} (rate({_BUCKETS}[$__rate_interval])))"


def _state(title: str, description: str, metric: str, words: dict[float, str], alert: str) -> Panel:
    """Whether something holds of each source, over time."""
    return Panel(
        title,
        description,
        "state-timeline",
        "none",
        (promql(f"min by (source) ({metric})", "{{source}}"),),
        width=6,
        steps=_STATE,
        words=words,
        alerts=(alert,),
    )


_TO_STORE = Row(
    "From commit to store",
    (
        Panel(
            "Time from commit to store, 95 % of batches",
            "Of the oldest change of each batch; where it grows, look whether the connector is"
            " late (heartbeats) or the job (lag).",
            "timeseries",
            "s",
            (promql(_quantile(0.95), "{{feed}}"),),
            width=8,
            steps=above(SLOW_CHANGES_S),
            alerts=("MillraceChangesSlow",),
        ),
        Panel(
            "Time from commit to store, half of batches",
            "Of the oldest change of each batch, snapshots aside; the rest of a batch is faster.",
            "timeseries",
            "s",
            (promql(_quantile(0.5), "{{feed}}"),),
            width=8,
        ),
        Panel(
            "Changes stored",
            "Records of Kafka a second by entity, tombstones among them.",
            "timeseries",
            "cps",
            (
                promql(
                    "sum by (feed) (rate(millrace_input_lines_total"
                    f"{_OF_CHANGES}[$__rate_interval]))",
                    "{{feed}}",
                ),
            ),
            width=8,
        ),
        Panel(
            "Behind Kafka",
            "How long ago the first change was received that the job has yet to store.",
            "timeseries",
            "s",
            (promql(f"max by (feed) (millrace_lag_seconds{_OF_CHANGES})", "{{feed}}"),),
            width=8,
        ),
        Panel(
            "Bytes that PostgreSQL keeps",
            "Of its log, for the replication slot, and how many it can write until the slot may be"
            " lost; with much kept, look why the connector does not read.",
            "timeseries",
            "bytes",
            (
                promql("max by (source) (millrace_slot_retained_bytes)", "kept"),
                promql("min by (source) (millrace_slot_free_bytes)", "left"),
            ),
            width=8,
            alerts=("MillraceSlotFilling",),
        ),
        Panel(
            "Time since a connector's heartbeat",
            "Kafka Connect says that a task runs whatever becomes of it; one that hangs gives no"
            " heartbeat.",
            "timeseries",
            "s",
            (
                promql(
                    "time() - max by (source) (millrace_connector_heartbeat_timestamp_seconds > 0)",
                    "{{source}}",
                ),
            ),
            width=8,
            steps=above(SILENT_CONNECTOR_S),
            alerts=("MillraceConnectorSilent",),
        ),
    ),
)

_STATES = Row(
    "Kafka Connect and the databases",
    (
        Panel(
            "Kafka Connect",
            "Red where it does not answer the job; databases keep what is not read meanwhile.",
            "state-timeline",
            "none",
            (promql("min(millrace_connect_up)", "Kafka Connect"),),
            width=6,
            steps=_STATE,
            words={0: "away", 1: "answers"},
            alerts=("MillraceConnectDown",),
        ),
        _state(
            "Connectors that run",
            "Red where a connector or its task has failed or is paused; `millrace connectors"
            " status` says why.",
            "millrace_connector_running",
            {0: "does not run", 1: "runs"},
            "MillraceConnectorDown",
        ),
        _state(
            "Databases that are captured",
            "Red where the database says that nobody reads its log, or that images are missing.",
            "millrace_source_captured",
            {0: "not captured", 1: "captured"},
            "MillraceSourceNotCaptured",
        ),
        Panel(
            "Databases that answer",
            "Red where a database did not answer the job; its connector waits for it, and Kafka"
            " Connect goes on saying that it runs.",
            "state-timeline",
            "none",
            (promql("min by (source) (millrace_source_up)", "{{source}}"),),
            width=6,
            steps=_STATE,
            words={0: "away", 1: "answers"},
            alerts=("MillraceConnectorSilent",),
        ),
        Panel(
            "Changes lost",
            "Red where a database dropped what was not read: `millrace connectors resnapshot --all`"
            " and `millrace reconcile --changes --mend` put it right.",
            "state-timeline",
            "none",
            (promql("max by (source) (millrace_source_lost)", "{{source}}"),),
            width=6,
            steps=((None, GREEN), (1, RED)),
            words={0: "none", 1: "lost"},
            alerts=("MillraceChangesLost",),
        ),
        Panel(
            "Dead letters",
            "Changes a second that could not be read, by entity; `millrace dead-letters list` shows"
            " them.",
            "timeseries",
            "cps",
            (
                promql(
                    'sum by (feed) (rate(millrace_lines_total{query=~"changes-.+",'
                    ' outcome="dead_letter"}[$__rate_interval]))',
                    "{{feed}}",
                ),
            ),
            width=6,
            steps=above(0.01, ORANGE),
        ),
    ),
)

DASHBOARD = Dashboard(
    "changes",
    "millrace: change data capture",
    "How long changes of databases take to the store, and whether all of them come.",
    (),
    (_TO_STORE, _STATES),
    hours=1,
)
