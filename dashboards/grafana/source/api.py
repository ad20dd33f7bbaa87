"""The parts of the health dashboard that tell of the query API, and of users' alert rules."""

from dashboards.grafana.source.panel import GREEN, RED, Panel, Row, above, promql
from dashboards.grafana.source.variables import SLOW_S, grown

# Probes ask every few seconds, and what is sent as long as its reader likes is not slow.
_ASKED = '{route!="/health"}'
_AT_ONCE = '{route!~"/health|/v1/logs/(tail|export)"}'


def _rate(metric: str, selector: str, by: str = "") -> str:
    grouped = f"sum by ({by})" if by else "sum"
    return f"{grouped} (rate({metric}{selector}[$__rate_interval]))"


_FAILED = '{route!="/health", status=~"5.."}'
_FAILURES = _rate("millrace_api_requests_total", _FAILED)
_REQUESTS = _rate("millrace_api_requests_total", _ASKED)
_BUCKETS = _rate("millrace_api_request_duration_seconds_bucket", _AT_ONCE, "route, le")
_PARTIAL = _rate("millrace_api_partial_answers_total", "", "route")
_OF_API = '{job="millrace-api"}'  # jobs have the same metrics, and no rules
_BEHIND = f"max by (instance) (millrace_alert_lag_seconds{_OF_API})"
_MINUTES = _rate("millrace_alert_evaluations_total", _OF_API, "instance")
_UNDELIVERED = grown("millrace_alert_delivery_failures_total", _OF_API, "15m")

ANSWERS = Row(
    "The query API",
    (
        Panel(
            "API that answers",
            "Red where an API's metrics could not be read: it does not run, or does not answer.",
            "state-timeline",
            "none",
            (promql('up{job="millrace-api"}', "{{instance}}"),),
            width=6,
            steps=((None, RED), (1, GREEN)),
            words={0: "down", 1: "up"},
            alerts=("MillraceApiDown",),
        ),
        Panel(
            "Requests",
            "Answers a second by route; `-` are those that were refused before they had one, for"
            " want of a token for the most part.",
            "timeseries",
            "reqps",
            (promql(_rate("millrace_api_requests_total", _ASKED, "route"), "{{route}}"),),
            width=9,
        ),
        Panel(
            "Share of errors",
            "Answers of status 5xx: MongoDB or MySQL is away, or the API has a defect, which its"
            " log tells by the request's id.",
            "timeseries",
            "percentunit",
            (promql(f"({_FAILURES} or vector(0)) / {_REQUESTS}", "errors"),),
            width=9,
            steps=above(0.05),
            most=1,
            alerts=("MillraceApiErrors",),
        ),
        Panel(
            "Time of 95 % of answers",
            "By route, without downloads and live tails; where it grows, look at MongoDB first, and"
            " for queries of free text over long times.",
            "timeseries",
            "s",
            (promql(f"histogram_quantile(0.95, {_BUCKETS})", "{{route}}"),),
            steps=above(SLOW_S),
            alerts=("MillraceApiSlow",),
        ),
        Panel(
            "Partial answers",
            "Pages that reach less far than was asked, for `api.max_query_s` was over; the reader"
            " is told how far, and can go on.",
            "timeseries",
            "reqps",
            (promql(f"{_PARTIAL} or on () vector(0)", "{{route}}"),),
        ),
    ),
)

ALERT_RULES = Row(
    "Alert rules of users",
    (
        Panel(
            "Behind with the rules",
            "How long ago the last minute ended up to which each rule is evaluated; a minute or two"
            " is usual, and where it grows, look whether `aggregate` is behind.",
            "timeseries",
            "s",
            (promql(_BEHIND, "{{instance}}"),),
            width=8,
            steps=above(600),
            alerts=("MillraceAlertRulesNotEvaluated",),
        ),
        Panel(
            "Evaluations",
            "Minutes of all rules a second, by the API that evaluates them; one at a time does, and"
            " another takes over where it ends.",
            "timeseries",
            "short",
            (promql(_MINUTES, "{{instance}}"),),
            width=8,
        ),
        Panel(
            "Not taken by the Alertmanager",
            "Tries within 15 minutes that failed; alerts are kept and sent again until it takes"
            " them.",
            "timeseries",
            "short",
            (promql(f"{_UNDELIVERED} or on () vector(0)", "{{instance}}"),),
            width=8,
            steps=above(5),
            alerts=("MillraceAlertsNotDelivered",),
        ),
    ),
)
