"""What the demo shows of figures: traffic, routes, countries, levels, drawn."""

from collections.abc import Sequence
from datetime import datetime
from itertools import cycle
from typing import Any

from rich.console import Console
from rich.text import Text

from millrace.config import Config
from millrace.io import mysql
from millrace.tools.demo_report import Stored
from millrace.tools.drawing import BAR_WIDTH, bar, new_table
from millrace.tools.terminal import LEVEL_COLOURS, as_text

Row = dict[str, Any]

_TOP = 10
# Told apart by their pattern too, where there are no colours.
_FEED_MARKS = (("█", "cyan"), ("▒", "magenta"), ("▓", "blue"), ("░", "green"))

_TRAFFIC = """
SELECT window_start, feed, SUM(requests) AS requests FROM traffic_by_minute
WHERE window_start > (SELECT MAX(window_start) FROM traffic_by_minute) - INTERVAL 12 MINUTE
GROUP BY window_start, feed ORDER BY window_start"""
_ROUTES = f"""
SELECT feed, http_route, requests, errors / requests AS error_rate, avg_ms, p95_ms
FROM (
  SELECT feed, http_route, SUM(requests) AS requests,
    SUM(CASE WHEN status_class = '5xx' THEN requests ELSE 0 END) AS errors
  FROM traffic_by_minute GROUP BY feed, http_route ORDER BY requests DESC LIMIT {_TOP}) AS busiest
LEFT JOIN api_latency USING (feed, http_route)
LEFT JOIN (
  SELECT feed, http_route, MIN(CASE WHEN below >= 0.95 * total THEN le_ms END) AS p95_ms
  FROM (
    SELECT feed, http_route, le_ms,
      SUM(SUM(requests)) OVER (PARTITION BY feed, http_route ORDER BY le_ms) AS below,
      SUM(SUM(requests)) OVER (PARTITION BY feed, http_route) AS total
    FROM latency_by_minute GROUP BY feed, http_route, le_ms) AS cumulated
  GROUP BY feed, http_route) AS percentiles USING (feed, http_route)
ORDER BY requests DESC"""
_COUNTRIES = f"""
SELECT country, SUM(requests) AS requests,
  100 * SUM(requests) / SUM(SUM(requests)) OVER () AS percent
FROM country_share GROUP BY country ORDER BY requests DESC LIMIT {_TOP}"""
_EVENTS = "SELECT feed, level, SUM(events) AS events FROM levels_by_minute GROUP BY feed, level"
_LATE = "SELECT feed, SUM(late_lines) AS late_lines FROM lateness_by_minute GROUP BY feed"


def show_figures(conf: Config, stored: Sequence[Stored], out: Console) -> None:
    """Draws what MySQL says: traffic, routes, countries, levels."""
    names = [feed.name for feed in conf.feeds]
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:

        def rows(query: str) -> list[Row]:
            cursor.execute(query)
            return list(cursor.fetchall())

        _show_traffic(rows(_TRAFFIC), names, out)
        _show_routes(rows(_ROUTES), out)
        _show_countries(rows(_COUNTRIES), out)
        levels = [row for row in rows(_EVENTS) if row["feed"] in names]
        _show_levels(levels, out)
        _show_lateness(levels, rows(_LATE), stored, out)


def _show_traffic(rows: list[Row], feeds: list[str], out: Console) -> None:
    marks = dict(zip(feeds, cycle(_FEED_MARKS), strict=False))
    titles = (f"{feed} {mark}" for feed, (mark, _) in marks.items())
    table = new_table("Requests per minute (UTC)", "minute", *titles, "")
    minutes: dict[datetime, dict[str, int]] = {}
    for row in rows:
        minutes.setdefault(row["window_start"], {})[row["feed"]] = int(row["requests"])
    largest = max((sum(counts.values()) for counts in minutes.values()), default=0)
    for minute, counts in minutes.items():
        drawn = Text()
        for feed, (mark, colour) in marks.items():
            drawn.append(mark * round(BAR_WIDTH * counts.get(feed, 0) / largest), colour)
        cells = (f"{counts.get(feed, 0):,}" for feed in feeds)
        table.add_row(f"{minute:%H:%M}", *cells, drawn)
    out.print(table)


def _show_routes(rows: list[Row], out: Console) -> None:
    columns = ("feed", "route", "requests", "5xx %", "avg ms", "p95 ms ≤")
    table = new_table("Busiest routes", *columns, left=2)
    for row in rows:
        times = (row["avg_ms"], row["p95_ms"])
        table.add_row(
            row["feed"],
            as_text(row["http_route"]),
            f"{row['requests']:,}",
            f"{100 * row['error_rate']:.1f}",
            *("-" if time is None else f"{time:,.0f}" for time in times),
        )
    out.print(table)


def _show_countries(rows: list[Row], out: Console) -> None:
    table = new_table("Countries", "country", "requests", "share %", "")
    largest = max((float(row["requests"]) for row in rows), default=0)
    for row in rows:
        drawn = bar(float(row["requests"]), largest, "cyan")
        table.add_row(
            as_text(row["country"]), f"{row['requests']:,}", f"{row['percent']:.1f}", drawn
        )
    out.print(table)


def _show_levels(rows: list[Row], out: Console) -> None:
    table = new_table("Levels", "feed", "level", "lines", "", left=2)
    largest = max((float(row["events"]) for row in rows), default=0)
    for row in sorted(rows, key=lambda row: (row["feed"], list(LEVEL_COLOURS).index(row["level"]))):
        drawn = bar(float(row["events"]), largest, LEVEL_COLOURS[row["level"]].split()[-1])
        table.add_row(row["feed"], row["level"], f"{row['events']:,}", drawn)
    out.print(table)


def _show_lateness(
    levels: list[Row], late: list[Row], stored: Sequence[Stored], out: Console
) -> None:
    """Says how many lines were late; every document counts once in the levels, if at all."""
    out.print(Text("Late lines", style="bold"))
    for feed_stored in stored:
        feed, minutes = feed_stored.feed.name, feed_stored.feed.max_lateness_s // 60
        lines = sum(int(row["late_lines"]) for row in late if row["feed"] == feed)
        counted = sum(int(row["events"]) for row in levels if row["feed"] == feed)
        out.print(
            f" {feed}: {lines:,} late by more than {minutes} minutes,"
            f" {feed_stored.documents - counted:,} too late to be counted in the figures",
            highlight=False,
        )
    out.print()
