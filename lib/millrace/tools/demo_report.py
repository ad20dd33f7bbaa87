"""What the demo shows of lines: sent, stored, compared; and how long the jobs took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from millrace.config import Config, Feed
from millrace.io import kafka, mongo
from millrace.records import dead_letters
from millrace.records.ledger import OffsetRange
from millrace.simulate.faults import FAULTS, Fault
from millrace.tools.drawing import bar, new_table
from millrace.tools.terminal import as_text

Row = dict[str, Any]

_TOP = 5


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
    return kafka.offsets(conf.kafka, kafka.topic(conf.kafka, feed.topic))


def show_lines(sent: Sequence[Sent], stored: Sequence[Stored], out: Console) -> None:
    """Draws what was sent and where it is now, with the check's line for each feed."""
    table = new_table("Lines sent by this run", "feed", "generated", *FAULTS, "file")
    for feed_sent in sent:
        counts = (
            feed_sent.generated,
            *(feed_sent.faults.get(kind, 0) for kind in FAULTS),
            feed_sent.from_file,
        )
        table.add_row(feed_sent.feed.name, *(f"{count:,}" for count in counts))
    out.print(table)

    table = new_table("Dead letters in total", "feed", "reason", "letters", "", left=2)
    largest = max((count for row in stored for count in row.letters.values()), default=0)
    for row in stored:
        for reason, count in row.letters.items():
            table.add_row(row.feed.name, reason, f"{count:,}", bar(count, largest, "red"))
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


def show_checks(checks: Sequence[Mapping[str, Any]], out: Console) -> None:
    """Says of each feed what `reconcile` found, as it prints it with ``--json``."""
    out.print(Text("Kafka, MongoDB, archive and figures compared (millrace reconcile)", "bold"))
    for check in checks:
        figures, is_well = check["figures"], check["holds"]
        mark = "[green]✓[/]" if is_well else "[bold red]✗[/]"
        out.print(
            f" {mark} {check['feed']}: {'holds' if is_well else 'does not hold'};"
            f" {figures['rows']:,} rows of figures of {figures['windows']:,} minutes recounted,"
            f" {len(figures['differing']):,} differ",
            highlight=False,
        )
        for advice in check["advice"]:
            out.print(as_text(f"   {advice}"), soft_wrap=True)
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
            {"$limit": _TOP},
        ]
        rows = list(db[file.feed.name].aggregate(pipeline))
        shares = ", ".join(f"{row['_id'] or '-'} {row['n']:,}" for row in rows)
        lines.append(f" by {title}: {shares}")
    for line in lines:
        out.print(as_text(line))
    out.print()


def show_jobs(runs: Sequence[JobRun], out: Console) -> None:
    """Draws how long the jobs ran."""
    table = new_table("Jobs", "job", "lines", "seconds", "in batches", "lines/s in batches")
    for run in runs:
        rate = f"{run.lines / run.batches_s:,.0f}" if run.batches_s else "-"
        table.add_row(run.name, f"{run.lines:,}", f"{run.took_s:.1f}", f"{run.batches_s:.1f}", rate)
    out.print(table)
