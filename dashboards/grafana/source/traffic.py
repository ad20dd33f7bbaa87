"""Requests and how long they took, from the figures in MySQL."""

from dashboards.grafana.source.panel import Dashboard, Panel, Row, rows, series
from dashboards.grafana.source.variables import (
    A_SECOND,
    OF_SERVICE,
    SERVICE,
    TIME,
    by_time,
    feed_of,
)

_MEAN_MS = "SUM(sum_response_us) / NULLIF(SUM(timed_requests), 0) / 1000"
_ERRORS = "SUM(CASE WHEN status_class = '5xx' THEN requests ELSE 0 END)"

# The first bound that so many of all requests are within, whatever their route.
_PERCENTILES = f"""SELECT time,
  MIN(CASE WHEN 100 * below >= 50 * total THEN le_ms END) AS p50,
  MIN(CASE WHEN 100 * below >= 95 * total THEN le_ms END) AS p95,
  MIN(CASE WHEN 100 * below >= 99 * total THEN le_ms END) AS p99
FROM (
  SELECT time, le_ms, SUM(requests) OVER (PARTITION BY time ORDER BY le_ms) AS below,
    SUM(requests) OVER (PARTITION BY time) AS total
  FROM (
    SELECT {TIME}, le_ms, SUM(requests) AS requests
    FROM latency_by_minute
    WHERE {OF_SERVICE}
    GROUP BY time, le_ms
  ) AS buckets
) AS cumulated
GROUP BY time
ORDER BY time"""
_WORST_MINUTES = f"""SELECT http_route AS route, SUM(requests) AS requests,
  MAX(p50) AS p50, MAX(p95) AS p95, MAX(p99) AS p99
FROM latency_percentiles_by_minute
WHERE {OF_SERVICE}
GROUP BY http_route
ORDER BY p95 DESC
LIMIT 50"""
_ROUTES = f"""SELECT service_name AS service, method, http_route AS route,
  SUM(requests) AS requests, {_ERRORS} / SUM(requests) AS errors,
  {_MEAN_MS} AS mean, MAX(max_response_us) / 1000 AS longest, SUM(bytes) AS bytes
FROM traffic_by_minute
WHERE {OF_SERVICE}
GROUP BY service_name, method, http_route
ORDER BY requests DESC
LIMIT 50"""
_OF_ALL_TIME = """SELECT feed, http_route AS route, timed_requests AS requests,
  min_ms AS shortest, avg_ms AS mean, max_ms AS longest
FROM api_latency
WHERE feed IN (${feed:sqlstring})
ORDER BY requests DESC
LIMIT 50"""
_METHODS = f"""SELECT method, SUM(requests) AS requests
FROM traffic_by_minute
WHERE {OF_SERVICE}
GROUP BY method
ORDER BY requests DESC"""
_TIMES = {"shortest": "ms", "mean": "ms", "longest": "ms"}

_REQUESTS = Row(
    "Requests",
    (
        Panel(
            "Requests by service",
            "A service that falls to nothing is down or no longer sends its log: hold it against"
            " the lag on the health dashboard before you call it silent.",
            "timeseries",
            "reqps",
            (
                series(
                    by_time(
                        f"SUM(requests) {A_SECOND} AS value", "traffic_by_minute", "service_name"
                    )
                ),
            ),
            stacked=True,
        ),
        Panel(
            "Requests by class of status",
            "5xx are the services' own errors, 4xx their callers'; where either grows, the errors"
            " dashboard says whose.",
            "timeseries",
            "reqps",
            (
                series(
                    by_time(
                        f"SUM(requests) {A_SECOND} AS value", "traffic_by_minute", "status_class"
                    )
                ),
            ),
            stacked=True,
        ),
        Panel(
            "Bytes sent",
            "What access logs say was sent; a rise without more requests is larger answers.",
            "timeseries",
            "Bps",
            (
                series(
                    by_time(f"SUM(bytes) {A_SECOND} AS value", "traffic_by_minute", "service_name")
                ),
            ),
            width=16,
        ),
        Panel(
            "Methods",
            "How requests are made; a share that changes is a new client, or a scanner.",
            "piechart",
            "short",
            (rows(_METHODS),),
            width=8,
        ),
    ),
)

_LATENCY = Row(
    "How long they took",
    (
        Panel(
            "Percentiles of response times",
            "Half, 95 and 99 of 100 requests were within these, to 20 %; where only p99 rises, look"
            " for one route below.",
            "timeseries",
            "ms",
            (series(_PERCENTILES),),
        ),
        Panel(
            "Mean response time by service",
            "Which service became slow; the table below names its routes.",
            "timeseries",
            "ms",
            (series(by_time(f"{_MEAN_MS} AS value", "traffic_by_minute", "service_name")),),
        ),
        Panel(
            "Routes, the most frequent first",
            "Requests, share of 5xx and times of each route; `{other}` is what was over the feed's"
            " `max_routes`.",
            "table",
            "short",
            (rows(_ROUTES),),
            width=24,
            height=10,
            units=_TIMES | {"errors": "percentunit", "bytes": "bytes"},
        ),
        Panel(
            "Routes by their worst minute",
            "The highest percentiles of any minute shown; start with a route that has many"
            " requests.",
            "table",
            "ms",
            (rows(_WORST_MINUTES),),
            units={"requests": "short"},
        ),
        Panel(
            "Routes over all time",
            "What is usual for a route, to hold the minutes shown against.",
            "table",
            "short",
            (rows(_OF_ALL_TIME),),
            units=_TIMES,
        ),
    ),
)

DASHBOARD = Dashboard(
    "traffic",
    "millrace: traffic and latency",
    "Requests of access logs and applications, and how long they took.",
    (feed_of("traffic_by_minute"), SERVICE),
    (_REQUESTS, _LATENCY),
)
