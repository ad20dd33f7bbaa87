"""What the shop sold, what failed, and what was looked for."""

from dashboards.grafana.source.panel import Dashboard, Panel, Row, above, rows, series
from dashboards.grafana.source.variables import A_SECOND, OF_FEED, by_time, feed_of

_FAILED = "SUM(CASE WHEN event_type = 'order_failed' THEN events ELSE 0 END)"
_ENDED = "SUM(CASE WHEN event_type IN ('order_complete', 'order_failed') THEN events ELSE 0 END)"
_SEARCHES = f"""SELECT query AS search, SUM(searches) AS searches,
  SUM(results) / SUM(searches) AS mean_results,
  SUM(empty_searches) / SUM(searches) AS without_result
FROM searches_by_minute
WHERE {OF_FEED}
GROUP BY query
ORDER BY searches DESC
LIMIT 50"""


def _lines(figure: str, metric: str = "", table: str = "shop_by_minute") -> str:
    return by_time(f"{figure} AS value", table, metric, OF_FEED)


def _sold_by(key: str) -> str:
    return (
        f"SELECT {key}, SUM(revenue) AS revenue\nFROM shop_by_minute\nWHERE {OF_FEED}\n"
        f"GROUP BY {key}\nHAVING SUM(revenue) > 0\nORDER BY revenue DESC\nLIMIT 12"
    )


_SALES = Row(
    "Sales",
    (
        Panel(
            "Events by type",
            "Purchases that stop while searches go on are a broken checkout.",
            "timeseries",
            "cps",
            (series(_lines(f"SUM(events) {A_SECOND}", "event_type")),),
            stacked=True,
        ),
        Panel(
            "Revenue, and what failed",
            "Money a minute, in the shop's own currency: of purchases and completed orders, and"
            " what failed orders would have brought.",
            "timeseries",
            "short",
            (
                series(
                    by_time(
                        f"SUM(revenue) {A_SECOND} * 60 AS revenue,\n"
                        f"  SUM(failed_amount) {A_SECOND} * 60 AS failed",
                        "shop_by_minute",
                        where=OF_FEED,
                    )
                ),
            ),
        ),
        Panel(
            "Share of orders that failed",
            "Of all orders that ended; where it rises, the error codes on the errors dashboard tell"
            " payment from stock.",
            "timeseries",
            "percentunit",
            (series(_lines(f"{_FAILED} / NULLIF({_ENDED}, 0)")),),
            width=8,
            most=1,
        ),
        Panel(
            "Share of failed orders by payment method",
            "One method that fails alone is that provider's fault.",
            "timeseries",
            "percentunit",
            (series(_lines(f"{_FAILED} / NULLIF({_ENDED}, 0)", "payment_method")),),
            width=8,
            most=1,
        ),
        Panel(
            "Mean time in a session",
            "How long a session had lasted when its events came; a fall is visitors who leave.",
            "timeseries",
            "s",
            (series(_lines("SUM(sum_session_s) / NULLIF(SUM(sessions_timed), 0)", "device_type")),),
            width=8,
        ),
        Panel(
            "Revenue by country",
            "In the shop's own names of countries.",
            "bargauge",
            "short",
            (rows(_sold_by("country")),),
            width=8,
        ),
        Panel(
            "Revenue by device",
            "A device that sells nothing has a broken page.",
            "bargauge",
            "short",
            (rows(_sold_by("device_type")),),
            width=8,
        ),
        Panel(
            "Revenue by payment method",
            "A method that sells nothing is not offered, or fails: look above.",
            "bargauge",
            "short",
            (rows(_sold_by("payment_method")),),
            width=8,
        ),
    ),
)

_LOOKED_FOR = Row(
    "Searches",
    (
        Panel(
            "Searches, the most frequent first",
            "What visitors want; many without a result are goods that are missing or words that the"
            " search does not know.",
            "table",
            "short",
            (rows(_SEARCHES),),
            units={"without_result": "percentunit"},
        ),
        Panel(
            "Share of searches without a result",
            "A jump for all words at once is a broken index.",
            "timeseries",
            "percentunit",
            (series(_lines("SUM(empty_searches) / SUM(searches)", "", "searches_by_minute")),),
            steps=above(0.5),
            most=1,
        ),
    ),
)

DASHBOARD = Dashboard(
    "shop",
    "millrace: shop",
    "What the shop sold, what failed, and what was looked for.",
    (feed_of("shop_by_minute"),),
    (_SALES, _LOOKED_FOR),
)
