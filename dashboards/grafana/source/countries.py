"""Where requests come from, by the country of the client's address."""

from typing import Any

from dashboards.grafana.source.panel import Dashboard, Panel, Row, rows, series
from dashboards.grafana.source.variables import A_SECOND, OF_SERVICE, SERVICE, by_time, feed_of

_COUNTRIES = f"""SELECT country, SUM(requests) AS requests, SUM(bytes) AS bytes
FROM countries_by_minute
WHERE {OF_SERVICE} AND country <> '-'
GROUP BY country
ORDER BY requests DESC"""
_SHARES = """SELECT feed, country, requests, percent
FROM country_share
WHERE feed IN (${feed:sqlstring})
ORDER BY requests DESC"""
# Ten lines can be told apart; the rest of the world is one.
_LARGEST = f"""SELECT country FROM (
    SELECT country FROM countries_by_minute
    WHERE {OF_SERVICE} GROUP BY country ORDER BY SUM(requests) DESC LIMIT 10
  ) AS largest"""
_BY_TIME = by_time(
    f"SUM(requests) {A_SECOND} AS value",
    "countries_by_minute",
    f"CASE WHEN country IN ({_LARGEST}) THEN country ELSE 'others' END",
)
_UNKNOWN = by_time(
    "SUM(CASE WHEN country = '-' THEN requests ELSE 0 END) / SUM(requests) AS value",
    "countries_by_minute",
    "feed",
)

_MARKER: dict[str, Any] = {
    "color": {"field": "requests"},
    "opacity": 0.6,
    "size": {"field": "requests", "min": 4, "max": 36},
    "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
}
_LAYER: dict[str, Any] = {
    "type": "markers",
    "name": "Requests",
    "tooltip": True,
    "config": {"showLegend": False, "style": _MARKER},
    "location": {
        "mode": "lookup",
        "lookup": "country",
        "gazetteer": "public/gazetteer/countries.json",
    },
}

DASHBOARD = Dashboard(
    "countries",
    "millrace: countries",
    "Where the requests of access logs come from.",
    (feed_of("countries_by_minute"), SERVICE),
    (
        Row(
            "Where requests come from",
            (
                Panel(
                    "Requests by country",
                    "The larger a circle, the more requests; one that is new and large is a"
                    " campaign or an attack: look at its routes in the documents.",
                    "geomap",
                    "short",
                    (rows(_COUNTRIES),),
                    width=16,
                    height=16,
                    options={"layers": [_LAYER]},
                ),
                Panel(
                    "Countries, the most requests first",
                    "The same as a list, with what was sent there.",
                    "table",
                    "short",
                    (rows(_COUNTRIES),),
                    width=8,
                    height=16,
                    units={"bytes": "bytes"},
                ),
                Panel(
                    "Requests of the ten largest",
                    "A country that rises alone is no change of the whole traffic.",
                    "timeseries",
                    "reqps",
                    (series(_BY_TIME),),
                    stacked=True,
                ),
                Panel(
                    "Share of requests without a country",
                    "Addresses that are private, reserved or unknown to the database; where it"
                    " rises, the database is old, or a proxy hides the clients.",
                    "timeseries",
                    "percentunit",
                    (series(_UNKNOWN),),
                    width=6,
                    most=1,
                ),
                Panel(
                    "Shares over all time",
                    "What is usual, to hold the time shown against.",
                    "table",
                    "short",
                    (rows(_SHARES),),
                    width=6,
                    units={"percent": "percent"},
                ),
            ),
        ),
    ),
)
