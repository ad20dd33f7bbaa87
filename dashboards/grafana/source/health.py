"""Healthy or not, how far behind, what was dropped and why, for who has never read the code."""

from dashboards.grafana.source import api, batches, jobs
from dashboards.grafana.source.panel import (
    GREEN,
    GREY,
    ORANGE,
    RED,
    Dashboard,
    Panel,
    Row,
    above,
    instant,
    limits,
)
from dashboards.grafana.source.variables import BEHIND_S, OWN, QUERY, QUERY_FEED, SILENT_S, grown

_JOBS = 3

_WRONG = " + ".join(
    f"(count({condition}) or vector(0))"
    for condition in (
        'up{job=~"millrace|millrace-api"} == 0',
        "millrace_query_active == 0",
        f"time() - (millrace_last_progress_timestamp_seconds > 0) > {SILENT_S}",
        f"max by (query) (millrace_lag_seconds) > {BEHIND_S}",
        "millrace_kafka_up == 0",
        "millrace_reconcile_holds == 0",
        "millrace_connect_up == 0",
        "millrace_connector_running == 0",
        "millrace_source_lost == 1",
    )
)
_ABSENT = f'clamp_min({_JOBS} - (count(up{{job="millrace"}}) or vector(0)), 0)'
_OF_FEED = '{feed=~"$feed"}'
_DEAD = grown("millrace_dead_letters_total", _OF_FEED, "$__range")
_DROPPED = grown("millrace_watermark_dropped_rows_total", _OF_FEED, "$__range")
_ALERTS = (
    'ALERTS{alertname=~"Millrace.+"} or on () label_replace(vector(0), "alertname", "none", "", "")'
)

_AT_A_GLANCE = Row(
    "Is it healthy, how far behind is it, what did it drop?",
    (
        Panel(
            "Healthy?",
            "How many things are wrong: jobs or an API that do not answer, queries that do not"
            " run, are silent or far behind, a broker or Kafka Connect away, connectors that do not"
            " run, a proof that does not hold; the table of alerts says which.",
            "stat",
            "suffix: wrong",
            (instant(f"{_ABSENT} + {_WRONG}", "wrong"),),
            width=4,
            height=5,
            steps=above(1),
            words={0: "Healthy"},
            alerts=("MillraceJobDown", "MillraceQueryDown"),
        ),
        Panel(
            "Behind, in time",
            "How long the oldest line that a query has yet to commit has waited; where it grows,"
            " look at which query it is below.",
            "stat",
            "s",
            (instant(f"max(millrace_lag_seconds{OWN})", "behind"),),
            width=4,
            height=5,
            steps=limits(300, BEHIND_S),
            alerts=("MillraceLagSeconds",),
        ),
        Panel(
            "Behind, in lines",
            "Lines that the query that is furthest behind has yet to commit; many are no harm while"
            " their number falls.",
            "stat",
            "short",
            (instant(f"max(sum by (query) (millrace_lag_lines{OWN}))", "behind"),),
            width=4,
            height=5,
            alerts=("MillraceLagGrowing",),
        ),
        Panel(
            "Dead letters",
            "Lines of the time shown that are no records; they are kept, and `millrace dead-letters"
            " list` shows them with their reasons.",
            "stat",
            "short",
            (instant(f"sum{_DEAD} or vector(0)", "dead letters"),),
            width=4,
            height=5,
            steps=above(1, ORANGE),
            alerts=("MillraceDeadLetterRatio",),
        ),
        Panel(
            "Not in the figures",
            "Partial rows that came after their minute was closed in the time shown; the lines are"
            " stored, and `millrace revise` counts them in.",
            "stat",
            "short",
            (instant(f"sum{_DROPPED} or vector(0)", "partial rows"),),
            width=4,
            height=5,
            steps=above(1, ORANGE),
            alerts=("MillraceWatermarkDrops",),
        ),
        Panel(
            "Each line there, once?",
            "What the last `millrace reconcile` of the feeds found; where it does not hold, run it"
            " again: it names the lines and what mends them.",
            "stat",
            "none",
            (instant('min(millrace_reconcile_holds{feed=~"$feed"}) or on () vector(-1)', "proof"),),
            width=4,
            height=5,
            steps=((None, GREY), (0, RED), (1, GREEN)),
            words={-1: "Not looked at", 0: "No", 1: "Yes"},
            alerts=("MillraceReconcileFailed", "MillraceReconcileMissing"),
        ),
    ),
)

_WHY = Row(
    "Why?",
    (
        Panel(
            "Alerts",
            "Each alert that is pending or firing, with the query and feed it is of; its name is"
            " the heading in the runbooks that says what to do.",
            "table",
            "none",
            (instant(_ALERTS),),
            width=14,
        ),
        Panel(
            "Dead letters by reason",
            "Why lines of the time shown are no records; one reason that stands out is mostly one"
            " sender that changed its format.",
            "bargauge",
            "short",
            (instant(f"sum by (reason) {_DEAD} or on () vector(0)", "{{reason}}"),),
            width=10,
            alerts=("MillraceDeadLetterRatio",),
        ),
    ),
)

DASHBOARD = Dashboard(
    "health",
    "millrace: pipeline health",
    "Whether the suite is healthy, how far behind it is, what it dropped, and why.",
    (QUERY_FEED, QUERY),
    (
        _AT_A_GLANCE,
        _WHY,
        jobs.RUNS,
        batches.LAG,
        batches.THROUGHPUT,
        api.ANSWERS,
        api.ALERT_RULES,
        jobs.PLACES,
    ),
    hours=1,
)
