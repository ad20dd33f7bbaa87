"""What the demo shows: lines sent, the check that none is missing, and figures, drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Any

from rich import box
from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.text import Text

from millrace.config import Config, Feed
from millrace.io import kafka, mongo, mysql
from millrace.records import dead_letters
from millrace.records.ledger import OffsetRange
from millrace.simulate.faults import FAULTS, Fault
from millrace.tools.terminal import LEVEL_COLOURS, as_text

Row = dict[str, Any]

_TOP = 10
_BAR_WIDTH = 40
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
    """Counts of a feed's lines: in its topic, as documents, as letters by reason."""

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
    # A letter that was requeued stands beside its record, which is counted already.
    alone = {"$match": {"resolution": {"$ne": "requeued"}}}
    for row in db[dead_letters.COLLECTION].aggregate([alone, by_reason, {"$sort": {"n": -1}}]):
        letters.setdefault(row["_id"]["feed"], {})[row["_id"]["reason"]] = row["n"]
    return [
        Stored(
            feed,
            sum(partition.until_offset for partition in offsets(conf, feed)),
            db[feed.name].count_documents({}),
            letters.get(feed.name, {}),
        )
        for feed in conf.feeds
    ]


def offsets(conf: Config, feed: Feed) -> list[OffsetRange]:
    """What the feed's topic holds of each partition."""
    topic = kafka.topic(conf.kafka, feed.topic)
    return [partition.offsets for partition in kafka.available(conf.kafka, topic)]


def show_lines(sent: Sequence[Sent], stored: Sequence[Stored], out: Console) -> None:
    """Draws what was sent and where it is now, with the check's line for each feed."""
    table = _table("Lines sent by this run", "feed", "generated", *FAULTS, "file")
    for feed_sent in sent:
        counts = (
            feed_sent.generated,
            *(feed_sent.faults.get(kind, 0) for kind in FAULTS),
            feed_sent.from_file,
        )
        table.add_row(feed_sent.feed.name, *(f"{count:,}" for count in counts))
    out.print(table)

    table = _table("Dead letters in total", "feed", "reason", "letters", "", left=2)
    largest = max((count for row in stored for count in row.letters.values()), default=0)
    for row in stored:
        for reason, count in row.letters.items():
            table.add_row(row.feed.name, reason, f"{count:,}", _bar(count, largest, "red"))
    out.print(table)

    out.print(Text("Every line is in exactly one place", style="bold"))
    for row in stored:
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
            "kafka.partition": part.partition,
            "kafka.offset": {"$gte": part.from_offset, "$lt": part.until_offset},
        }
        for part in file.ranges
    ]
    within = {"kafka.topic": file.feed.topic, "$or": places}
    documents = db[file.feed.name].count_documents(within)
    letters = db[dead_letters.COLLECTION].count_documents({"feed": file.feed.name, **within})
    out.print(as_text(f"Results for {file.name}", "bold"))
    lines = [f" {file.lines:,} lines: {documents:,} documents, {letters:,} dead letters"]
    if file.times:
        first, last = (f"{time:%Y-%m-%d %H:%M:%S}" for time in file.times)
        lines.append(f" its timestamps were shifted to now: {first} to {last} UTC")
    for title, field in (("route", "http_route"), ("country", "country"), ("device", "device")):
        pipeline: list[Row] = [
            {"$match": within},
            {"$group": {"_id": f"${field}", "n": {"$sum": 1}}},
            {"$sort": {"n": -1, "_id": 1}},
            {"$limit": _TOP // 2},
        ]
        rows = list(db[file.feed.name].aggregate(pipeline))
        shares = ", ".join(f"{row['_id'] or '-'} {row['n']:,}" for row in rows)
        lines.append(f" by {title}: {shares}")
    for line in lines:
        out.print(as_text(line))
    out.print()


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


def show_jobs(runs: Sequence[JobRun], out: Console) -> None:
    """Draws how long the jobs ran."""
    table = _table("Jobs", "job", "lines", "seconds", "in batches", "lines/s in batches")
    for run in runs:
        rate = f"{run.lines / run.batches_s:,.0f}" if run.batches_s else "-"
        table.add_row(run.name, f"{run.lines:,}", f"{run.took_s:.1f}", f"{run.batches_s:.1f}", rate)
    out.print(table)


def _bar(value: float, largest: float, colour: str) -> Bar:
    """A bar as long as ``value`` is of ``largest``."""
    return Bar(largest or 1, 0, value, width=_BAR_WIDTH, color=colour)


def _show_traffic(rows: list[Row], feeds: list[str], out: Console) -> None:
    marks = dict(zip(feeds, cycle(_FEED_MARKS), strict=False))
    titles = (f"{feed} {mark}" for feed, (mark, _) in marks.items())
    table = _table("Requests per minute (UTC)", "minute", *titles, "")
    minutes: dict[datetime, dict[str, int]] = {}
    for row in rows:
        minutes.setdefault(row["window_start"], {})[row["feed"]] = int(row["requests"])
    largest = max((sum(counts.values()) for counts in minutes.values()), default=0)
    for minute, counts in minutes.items():
        drawn = Text()
        for feed, (mark, colour) in marks.items():
            drawn.append(mark * round(_BAR_WIDTH * counts.get(feed, 0) / largest), colour)
        cells = (f"{counts.get(feed, 0):,}" for feed in feeds)
        table.add_row(f"{minute:%H:%M}", *cells, drawn)
    out.print(table)


def _show_routes(rows: list[Row], out: Console) -> None:
    columns = ("feed", "route", "requests", "5xx %", "avg ms", "p95 ms ≤")
    table = _table("Busiest routes", *columns, left=2)
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
    table = _table("Countries", "country", "requests", "share %", "")
    largest = max((float(row["requests"]) for row in rows), default=0)
    for row in rows:
        drawn = _bar(float(row["requests"]), largest, "cyan")
        table.add_row(
            as_text(row["country"]), f"{row['requests']:,}", f"{row['percent']:.1f}", drawn
        )
    out.print(table)


def _show_levels(rows: list[Row], out: Console) -> None:
    table = _table("Levels", "feed", "level", "lines", "", left=2)
    largest = max((float(row["events"]) for row in rows), default=0)
    for row in sorted(rows, key=lambda row: (row["feed"], list(LEVEL_COLOURS).index(row["level"]))):
        drawn = _bar(float(row["events"]), largest, LEVEL_COLOURS[row["level"]].split()[-1])
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


def _table(title: str, *columns: str, left: int = 1) -> Table:
    """A table whose first ``left`` columns are words, and bars where a column has no title."""
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for position, column in enumerate(columns):
        is_number = position >= left and column
        table.add_column(column, justify="right" if is_number else "left", no_wrap=True)
    return table
