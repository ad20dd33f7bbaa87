"""What the demo shows: lines sent, the check that none is missing, and figures, drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from millrace.config import Config, Feed
from millrace.io import kafka, mongo, mysql
from millrace.records import dead_letters
from millrace.records.ledger import OffsetRange
from millrace.simulate.faults import FAULTS, Fault

Row = dict[str, Any]

_TOP = 10
_MINUTES = 12
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_FEED_COLOURS = ("cyan", "magenta", "blue", "green")
_LEVEL_COLOURS = {
    "DEBUG": "bright_black",
    "INFO": "green",
    "WARN": "yellow",
    "ERROR": "red",
    "FATAL": "bold red",
}

_TRAFFIC = f"""
SELECT * FROM (
  SELECT window_start, SUM(requests) AS requests FROM traffic_by_minute
  GROUP BY window_start ORDER BY window_start DESC LIMIT {_MINUTES}) AS latest
JOIN (
  SELECT window_start, feed, SUM(requests) AS feed_requests FROM traffic_by_minute
  GROUP BY window_start, feed) AS by_feed USING (window_start)
ORDER BY window_start"""
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
_LEVELS = "SELECT feed, level, SUM(events) AS events FROM levels_by_minute GROUP BY feed, level"
_LATE = "SELECT feed, SUM(late_lines) AS late_lines FROM lateness_by_minute GROUP BY feed"


@dataclass(frozen=True)
class Sent:
    """What this run sent to a feed's topic: generated lines with their faults, lines of a file."""

    feed: Feed
    generated: int
    faults: Mapping[Fault, int]
    from_file: int = 0


@dataclass(frozen=True)
class SentFile:
    """A file that was sent: where its lines lie in Kafka, and the times that they say now."""

    name: str
    feed: Feed
    lines: int
    ranges: tuple[OffsetRange, ...]
    times: tuple[datetime, datetime] | None


@dataclass(frozen=True)
class JobRun:
    """One run of a job: the whole of its time, and the part in which batches ran."""

    name: str
    took_s: float
    lines: int
    batches_s: float


@dataclass(frozen=True)
class Stored:
    """Where a feed's lines are: so many in its topic, as documents, as letters by reason."""

    feed: Feed
    topic: int
    documents: int
    letters: Mapping[str, int]

    @property
    def is_whole(self) -> bool:
        """Whether each line is in exactly one place."""
        return self.topic == self.documents + sum(self.letters.values())


def stored(conf: Config) -> list[Stored]:
    """Counts every feed's lines: in Kafka by its offsets, in MongoDB one by one."""
    db = mongo.database(conf.mongo)
    letters: dict[str, dict[str, int]] = {}
    by_reason = {"$group": {"_id": {"feed": "$feed", "reason": "$reason"}, "n": {"$sum": 1}}}
    for row in db[dead_letters.COLLECTION].aggregate([by_reason, {"$sort": {"n": -1}}]):
        letters.setdefault(row["_id"]["feed"], {})[row["_id"]["reason"]] = row["n"]
    return [
        Stored(
            feed,
            sum(item.until_offset for item in offsets(conf, feed)),
            db[feed.name].count_documents({}),
            letters.get(feed.name, {}),
        )
        for feed in conf.feeds
    ]


def offsets(conf: Config, feed: Feed) -> list[OffsetRange]:
    """What the feed's topic holds of each partition."""
    topic = kafka.topic(conf.kafka, feed.topic)
    return [item.offsets for item in kafka.available(conf.kafka, topic)]


def show_lines(sent: Sequence[Sent], found: Sequence[Stored], out: Console) -> None:
    """Draws what was sent and where it is now, with the check's line for each feed."""
    table = _table("Lines sent by this run", "feed", "generated", *FAULTS, "from a file")
    for item in sent:
        faults = (f"{item.faults.get(kind, 0):,}" for kind in FAULTS)
        table.add_row(item.feed.name, f"{item.generated:,}", *faults, f"{item.from_file:,}")
    out.print(table)

    table = _table("Dead letters in all", "feed", *dead_letters.REASONS)
    for row in found:
        counts = (row.letters.get(reason, 0) for reason in dead_letters.REASONS)
        table.add_row(row.feed.name, *(f"{count:,}" if count else "-" for count in counts))
    out.print(table)

    out.print(Text("Every line is in exactly one place", style="bold"))
    for row in found:
        mark = "[green]✓[/]" if row.is_whole else "[bold red]✗[/]"
        sign = "=" if row.is_whole else "≠"
        out.print(
            f" {mark} {row.feed.name}: topic {row.topic:,} {sign} documents {row.documents:,}"
            f" + dead letters {sum(row.letters.values()):,}",
            highlight=False,
        )
    out.print()


def show_file(conf: Config, file: SentFile, out: Console) -> None:
    """Draws what became of the file's own lines, which are found by their place in Kafka."""
    db = mongo.database(conf.mongo)
    places = [
        {
            "kafka.partition": item.partition,
            "kafka.offset": {"$gte": item.from_offset, "$lt": item.until_offset},
        }
        for item in file.ranges
    ]
    within = {"kafka.topic": file.feed.topic, "$or": places}
    documents = db[file.feed.name].count_documents(within)
    letters = db[dead_letters.COLLECTION].count_documents({"feed": file.feed.name, **within})
    out.print(Text(f"What became of {file.name}", style="bold"))
    out.print(
        f" {file.lines:,} lines: {documents:,} documents, {letters:,} dead letters",
        highlight=False,
    )
    for title, field in (("route", "http_route"), ("country", "country"), ("device", "device")):
        pipeline: list[Row] = [
            {"$match": within},
            {"$group": {"_id": f"${field}", "n": {"$sum": 1}}},
            {"$sort": {"n": -1, "_id": 1}},
            {"$limit": _TOP // 2},
        ]
        rows = list(db[file.feed.name].aggregate(pipeline))
        shares = ", ".join(f"{row['_id'] or '-'} {row['n']:,}" for row in rows)
        out.print(f" by {title}: {shares}", highlight=False, markup=False)
    out.print()


def show_figures(conf: Config, found: Sequence[Stored], out: Console) -> None:
    """Draws what MySQL says: traffic, routes, countries, levels."""
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:

        def rows(query: str) -> list[Row]:
            cursor.execute(query)
            return list(cursor.fetchall())

        _show_traffic(rows(_TRAFFIC), [feed.name for feed in conf.feeds], out)
        _show_routes(rows(_ROUTES), out)
        _show_countries(rows(_COUNTRIES), out)
        _show_levels(rows(_LEVELS), rows(_LATE), found, out)


def show_jobs(runs: Sequence[JobRun], out: Console) -> None:
    """Draws how long the jobs ran."""
    table = _table("Jobs", "job", "lines", "batches s", "lines/s", "start to end s")
    for run in runs:
        rate = f"{run.lines / run.batches_s:,.0f}" if run.batches_s else "-"
        table.add_row(run.name, f"{run.lines:,}", f"{run.batches_s:.1f}", rate, f"{run.took_s:.1f}")
    out.print(table)


def bar(value: float, largest: float, width: int) -> str:
    """A bar of at most ``width`` characters, in eighths of one."""
    eighths = round(8 * width * value / largest) if largest else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _show_traffic(rows: list[Row], feeds: list[str], out: Console) -> None:
    table = _table("Requests a minute (UTC)", "minute", *feeds, "")
    largest = max((float(row["requests"]) for row in rows), default=0)
    for minute in dict.fromkeys(row["window_start"] for row in rows):
        counts = {r["feed"]: int(r["feed_requests"]) for r in rows if r["window_start"] == minute}
        drawn = Text()
        for feed, colour in zip(feeds, _FEED_COLOURS * len(feeds), strict=False):
            drawn.append(bar(counts.get(feed, 0), largest, 40), style=colour)
        cells = (f"{counts.get(feed, 0):,}" for feed in feeds)
        table.add_row(f"{minute:%H:%M}", *cells, drawn)
    for column, colour in zip(table.columns[1:-1], _FEED_COLOURS * len(feeds), strict=False):
        column.style = colour
    out.print(table)


def _show_routes(rows: list[Row], out: Console) -> None:
    table = _table(
        "Busiest routes", "feed", "route", "requests", "5xx %", "avg ms", "p95 ms ≤", left=2
    )
    for row in rows:
        times = (
            f"{row[key]:,.0f}" if row[key] is not None else "-" for key in ("avg_ms", "p95_ms")
        )
        route = Text(row["http_route"], overflow="ellipsis", no_wrap=True)
        errors = f"{100 * row['error_rate']:.1f}"
        table.add_row(row["feed"], route, f"{row['requests']:,}", errors, *times)
    out.print(table)


def _show_countries(rows: list[Row], out: Console) -> None:
    table = _table("Countries", "country", "requests", "share %", "")
    largest = max((float(row["requests"]) for row in rows), default=0)
    for row in rows:
        drawn = Text(bar(float(row["requests"]), largest, 40), style="cyan")
        share = f"{row['percent']:.1f}"
        table.add_row(row["country"], f"{row['requests']:,}", share, drawn)
    out.print(table)


def _show_levels(rows: list[Row], late: list[Row], found: Sequence[Stored], out: Console) -> None:
    late_lines = {row["feed"]: int(row["late_lines"]) for row in late}
    table = _table("Levels", "feed", *_LEVEL_COLOURS, "late", "too late", "")
    for item in found:
        counts = {r["level"]: int(r["events"]) for r in rows if r["feed"] == item.feed.name}
        counted = sum(counts.values())
        drawn = Text()
        for level, colour in _LEVEL_COLOURS.items():
            drawn.append(bar(counts.get(level, 0), counted, 20), style=colour)
        table.add_row(
            item.feed.name,
            *(f"{counts.get(level, 0):,}" for level in _LEVEL_COLOURS),
            f"{late_lines.get(item.feed.name, 0):,}",
            f"{item.documents - counted:,}",
            drawn,
        )
    out.print(table)


def _table(title: str, *columns: str, left: int = 1) -> Table:
    """A table whose first ``left`` columns are words, and bars where a column has no title."""
    table = Table(title=Text(title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD)
    for place, column in enumerate(columns):
        is_number = place >= left and column
        table.add_column(column, justify="right" if is_number else "left", no_wrap=True)
    return table
