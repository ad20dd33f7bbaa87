"""The views in MySQL over the tables of figures."""

from dataclasses import dataclass

_PERCENTILES = ", ".join(
    f"MIN(CASE WHEN below >= {share} * total THEN le_ms END) AS p{round(share * 100)}"
    for share in (0.50, 0.95, 0.99)
)
VIEWS = (
    f"""CREATE OR REPLACE VIEW latency_percentiles_by_minute AS
SELECT window_start, feed, service_name, method, http_route, MAX(total) AS requests, {_PERCENTILES}
FROM (
  SELECT window_start, feed, service_name, method, http_route, le_ms,
    SUM(requests) OVER (PARTITION BY window_start, feed, service_name, method, http_route
      ORDER BY le_ms) AS below,
    SUM(requests) OVER (PARTITION BY window_start, feed, service_name, method, http_route) AS total
  FROM latency_by_minute
) AS cumulated
GROUP BY window_start, feed, service_name, method, http_route""",
    """CREATE OR REPLACE VIEW api_latency AS
SELECT feed, http_route, SUM(timed_requests) AS timed_requests,
  MIN(min_response_us) / 1000 AS min_ms, MAX(max_response_us) / 1000 AS max_ms,
  SUM(sum_response_us) / SUM(timed_requests) / 1000 AS avg_ms
FROM traffic_by_minute WHERE timed_requests > 0 GROUP BY feed, http_route""",
    """CREATE OR REPLACE VIEW country_share AS
SELECT feed, country, SUM(requests) AS requests,
  100 * SUM(requests) / SUM(SUM(requests)) OVER (PARTITION BY feed) AS percent
FROM countries_by_minute GROUP BY feed, country""",
    """CREATE OR REPLACE VIEW error_rate_by_minute AS
SELECT window_start, feed, service_name, SUM(requests) AS requests,
  SUM(CASE WHEN status_class = '5xx' THEN requests ELSE 0 END) AS errors,
  SUM(CASE WHEN status_class = '5xx' THEN requests ELSE 0 END) / SUM(requests) AS error_rate
FROM traffic_by_minute GROUP BY window_start, feed, service_name""",
    """CREATE OR REPLACE VIEW templates_by_hour AS
SELECT hour_start AS window_start, feed, service_name, template_id, SUM(events) AS events
FROM (
  SELECT window_start - INTERVAL MINUTE(window_start) MINUTE AS hour_start,
    feed, service_name, template_id, events
  FROM templates_by_minute
) AS minutes
GROUP BY hour_start, feed, service_name, template_id""",
    # New in the hour of its first message; vanished in an hour of the feed's without one, where
    # the feed's hour before had some. Of the feed's latest hour there may be more to come: nothing
    # has vanished in it yet.
    """CREATE OR REPLACE VIEW template_changes_by_hour AS
SELECT MIN(window_start) AS window_start, feed, template_id, 'new' AS `change`
FROM templates_by_hour WHERE template_id <> '-' GROUP BY feed, template_id
UNION ALL
SELECT busy.following, seen.feed, seen.template_id, 'vanished'
FROM (
  SELECT feed, template_id, window_start,
    LEAD(window_start) OVER (PARTITION BY feed, template_id ORDER BY window_start) AS again
  FROM templates_by_hour WHERE template_id <> '-' GROUP BY feed, template_id, window_start
) AS seen
JOIN (
  SELECT feed, window_start,
    LEAD(window_start) OVER (PARTITION BY feed ORDER BY window_start) AS following,
    MAX(window_start) OVER (PARTITION BY feed) AS latest
  FROM templates_by_hour GROUP BY feed, window_start
) AS busy ON busy.feed = seen.feed AND busy.window_start = seen.window_start
WHERE busy.following < busy.latest AND (seen.again IS NULL OR seen.again > busy.following)""",
)


@dataclass(frozen=True)
class View:
    """The columns of a view: those that name a row, and what it says; and the table it is over."""

    name: str
    table: str
    keys: tuple[str, ...]
    figures: tuple[str, ...]


_ROUTE = ("service_name", "method", "http_route")
DESCRIBED = (
    View(
        "latency_percentiles_by_minute",
        "latency_by_minute",
        ("window_start", "feed", *_ROUTE),
        ("requests", "p50", "p95", "p99"),
    ),
    View(
        "api_latency",
        "traffic_by_minute",
        ("feed", "http_route"),
        ("timed_requests", "min_ms", "max_ms", "avg_ms"),
    ),
    View("country_share", "countries_by_minute", ("feed", "country"), ("requests", "percent")),
    View(
        "error_rate_by_minute",
        "traffic_by_minute",
        ("window_start", "feed", "service_name"),
        ("requests", "errors", "error_rate"),
    ),
    View(
        "templates_by_hour",
        "templates_by_minute",
        ("window_start", "feed", "service_name", "template_id"),
        ("events",),
    ),
    View(
        "template_changes_by_hour",
        "templates_by_minute",
        ("window_start", "feed", "template_id"),
        ("change",),
    ),
)
