"""Errors and anomalies: records that stand out, minutes that do, and messages."""

from dashboards.grafana.source.panel import Dashboard, Panel, Row, above, promql, rows, series
from dashboards.grafana.source.variables import (
    A_SECOND,
    CHOSEN_SERVICES,
    OF_SERVICE,
    SERVICE,
    by_time,
    feed_of,
)

_ERROR_RATE = by_time(
    "SUM(errors) / SUM(requests) AS value", "error_rate_by_minute", "service_name"
)
_CODES = f"""SELECT service_name AS service, error_code, level, SUM(events) AS events
FROM levels_by_minute
WHERE {OF_SERVICE} AND error_code <> '-'
GROUP BY service_name, error_code, level
ORDER BY events DESC
LIMIT 50"""
_MINUTES = f"""SELECT window_start AS minute, feed, service_name AS service, metric,
  observed, expected, `lower`, `upper`, reason
FROM rate_anomalies
WHERE {OF_SERVICE}
ORDER BY window_start DESC
LIMIT 200"""
# An hour counts where any of it is within the time shown.
_HOURS = "window_start > $__timeFrom() - INTERVAL 1 HOUR AND window_start <= $__timeTo()"
_MESSAGES = f"""SELECT service_name AS service, template_id AS template, SUM(events) AS messages
FROM templates_by_hour
WHERE {_HOURS} AND feed IN (${{feed:sqlstring}})
  AND {CHOSEN_SERVICES}
GROUP BY service_name, template_id
ORDER BY messages DESC
LIMIT 50"""
_CHANGES = f"""SELECT window_start AS hour, feed, template_id AS template, `change`
FROM template_changes_by_hour
WHERE {_HOURS} AND feed IN (${{feed:sqlstring}})
ORDER BY window_start DESC
LIMIT 200"""

_ERRORS = Row(
    "Errors",
    (
        Panel(
            "Share of requests with 5xx",
            "Which service fails its callers; the codes beside it and the documents of that minute"
            " say of what.",
            "timeseries",
            "percentunit",
            (series(_ERROR_RATE),),
            steps=above(0.05),
        ),
        Panel(
            "Lines by level",
            "ERROR and FATAL that rise together with nothing else are one fault; that rise with all"
            " levels are more traffic.",
            "timeseries",
            "cps",
            (series(by_time(f"SUM(events) {A_SECOND} AS value", "levels_by_minute", "level")),),
            stacked=True,
        ),
        Panel(
            "Error codes, the most frequent first",
            "What applications and the shop name as the cause.",
            "table",
            "short",
            (rows(_CODES),),
            width=24,
        ),
    ),
)

_ANOMALIES = Row(
    "What stands out",
    (
        Panel(
            "Anomalies by severity",
            "Records that the rules gave points, by their own time; `anomaly.reasons` of the"
            " documents says which rule.",
            "timeseries",
            "cps",
            (
                series(
                    by_time(f"SUM(events) {A_SECOND} AS value", "anomalies_by_minute", "severity")
                ),
            ),
            width=8,
            stacked=True,
        ),
        Panel(
            "Anomalies as they are stored",
            "The same by the time `ingest` stored them, which is what the alert looks at; a burst"
            " after an outage is old lines.",
            "timeseries",
            "cps",
            (
                promql(
                    'sum by (severity) (rate(millrace_anomalies_total{feed=~"$feed"}'
                    "[$__rate_interval]))",
                    "{{severity}}",
                ),
            ),
            width=8,
            stacked=True,
            alerts=("MillraceAnomalyBurst",),
        ),
        Panel(
            "Highest score",
            "The worst record of a minute, of 100; services that reach 100 have logged an error.",
            "timeseries",
            "short",
            (series(by_time("MAX(max_score) AS value", "anomalies_by_minute", "service_name")),),
            width=8,
            most=100,
        ),
        Panel(
            "Minutes that left their usual band",
            "A service's error ratio, 95th percentile or volume against its own hour before, the"
            " latest first; the reason is a sentence.",
            "table",
            "short",
            (rows(_MINUTES),),
            width=24,
            units={"minute": "dateTimeAsIso"},
        ),
    ),
)

_TEMPLATES = Row(
    "Messages",
    (
        Panel(
            "Messages by template",
            "What is logged most; `-` is what matches no template: `millrace templates mine` finds"
            " new ones.",
            "table",
            "short",
            (rows(_MESSAGES),),
            width=8,
        ),
        Panel(
            "Templates that are new or have vanished",
            "A message that was never seen before, or that stopped, is often the first sign of a"
            " release gone wrong.",
            "table",
            "none",
            (rows(_CHANGES),),
            width=8,
            units={"hour": "dateTimeAsIso"},
        ),
        Panel(
            "Share of messages without a template",
            "Of the last batch of each feed that has templates; above a tenth, mine them again.",
            "timeseries",
            "percentunit",
            (
                promql(
                    'max by (feed) (millrace_unmatched_message_ratio{feed=~"$feed"})', "{{feed}}"
                ),
            ),
            width=8,
            steps=above(0.1, "orange"),
            most=1,
        ),
    ),
)

DASHBOARD = Dashboard(
    "errors",
    "millrace: errors and anomalies",
    "Records and minutes that stand out, and what messages say.",
    (feed_of("levels_by_minute"), SERVICE),
    (_ERRORS, _ANOMALIES, _TEMPLATES),
)
