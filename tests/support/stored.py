"""Lines stored as `ingest` stores them, without Spark: documents, and the ledger's row."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.database import Database

from millrace.config import Config, Feed
from millrace.io import mongo, reference_data
from millrace.records import bson, ledger
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.received import EPOCH
from millrace.transform.chain import Letter, compiled

TOPIC_ID, CHECKPOINT = "topic-of-a-test", "checkpoint-of-a-test"
_MS = timedelta(milliseconds=1)


def store(
    conf: Config,
    feed: Feed,
    lines: Sequence[bytes],
    received_at: datetime,
    *,
    batch_id: int = 0,
    first_offset: int = 0,
    partition: int = 0,
    step: timedelta = _MS,
) -> list[dict[str, Any]]:
    """Stores the lines as one batch, each received a ``step`` after the one before.

    Returns the documents; a line that is none is left out.
    """
    db = mongo.database(conf.mongo)
    mongo.prepare(conf.mongo, feed)
    times = [received_at + number * step for number in range(len(lines))]
    made = [*_documents(conf, feed, lines, times, first_offset, partition)]
    if made:
        db[feed.name].insert_many(made)
    taken = OffsetRange(feed.topic, TOPIC_ID, partition, first_offset, first_offset + len(lines))
    commit(db, feed, taken, times, batch_id, len(made))
    return [*db[feed.name].find({"_id": {"$in": [one["_id"] for one in made]}})]


def commit(
    db: Database[dict[str, Any]],
    feed: Feed,
    taken: OffsetRange,
    times: Sequence[datetime],
    batch_id: int,
    written: int,
) -> None:
    """Writes the ledger's row of a batch."""
    batch = Batch(f"ingest-{feed.name}", CHECKPOINT, batch_id, (taken,))
    received = {"min_received_at": min(times), "max_received_at": max(times)}
    row = {
        "_id": batch.key,
        "query": batch.query,
        "checkpoint_id": CHECKPOINT,
        "batch_id": batch_id,
        "committed_at": datetime.now(UTC),
        "ranges": [asdict(taken) | received],
        "rows_in": len(times),
        "parts_in": len(times),
        "rows_written": written,
        "rows_dead": len(times) - written,
    }
    db[ledger.COLLECTION].replace_one({"_id": batch.key}, row, upsert=True)


def _documents(
    conf: Config,
    feed: Feed,
    lines: Sequence[bytes],
    times: Sequence[datetime],
    first_offset: int,
    partition: int,
) -> Iterator[Any]:
    chain = compiled(reference_data.spec(conf, feed, needs_country=False))
    for number, (line, time) in enumerate(zip(lines, times, strict=True)):
        milliseconds, offset = (time - EPOCH) // _MS, first_offset + number
        outcome = chain.outcome(line, None, milliseconds)
        if isinstance(outcome, Letter):
            continue
        outcome["_id"] = f"{milliseconds:013d}-{partition:05d}-{offset:012d}"
        outcome["kafka"] = {"topic": feed.topic, "partition": partition, "offset": offset}
        yield bson.record(feed.layout, outcome, raw=feed.store_raw)
