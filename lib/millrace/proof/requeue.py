"""Dead letters parsed again, with today's parser and rules, each to one record at most."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from pyspark.sql import DataFrame, SparkSession

from millrace import refine
from millrace.config import Config, Feed
from millrace.io import mongo
from millrace.io.mongo import letters
from millrace.io.mongo.letters import Letter

_AT_ONCE = 5_000
_LINES = "value binary, topic string, partition int, offset bigint, timestamp timestamp"


@dataclass
class Requeued:
    """What came of letters: so many records, and those that are dead still, by reason."""

    records: int = 0
    still_dead: Counter[str] = field(default_factory=Counter)


def requeue(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    found: Iterator[Letter],
    *,
    line: bytes | None = None,
    dry_run: bool = False,
    on_progress: Callable[[int], None] = lambda letters: None,
) -> Requeued:
    """Parses the letters of ``feed`` again and writes what is a record now, under its own id.

    ``line`` is parsed in place of the bytes that came. A letter is marked before its record is
    written and after; so where this ends in between, the same letters can be requeued again, and a
    batch that runs again meanwhile leaves their records alone. With ``dry_run`` nothing is written.
    """
    references = refine.references(conf, feed)
    named = None if dry_run else mongo.named_routes(conf.mongo, feed)
    to_records = refine.refined(feed, references, named)
    db = mongo.database(conf.mongo)
    result, done = Requeued(), 0
    while portion := list(islice(found, _AT_ONCE)):
        refined = _lines(spark, portion, line).transform(to_records).persist()
        dead = {
            f"{feed.name}/{row['_id']}": row.asDict()
            for row in refined.where("reason IS NOT NULL")
            .select("_id", "reason", "detail", "parser_version")
            .collect()
        }
        alive = [letter["_id"] for letter in portion if letter["_id"] not in dead]
        if not dry_run:
            letters.claim(db, alive, line)
            mongo.replace_records(conf.mongo, feed, refined)
            letters.resolve_requeued(db, alive)
            letters.put_back(db, [row | {"_id": letter} for letter, row in dead.items()])
        refined.unpersist()
        result.records += len(alive)
        result.still_dead.update(row["reason"] for row in dead.values())
        done += len(portion)
        on_progress(done)
    return result


def _lines(spark: SparkSession, portion: Sequence[Letter], line: bytes | None) -> DataFrame:
    """The letters as a Kafka source's rows, with the identity that their records have."""
    rows = [
        (
            line if line is not None else letter.get("raw"),
            letter["kafka"]["topic"],
            letter["kafka"]["partition"],
            int(letter["kafka"]["offset"]),  # from BSON's own integer
            letter["received_at"],
        )
        for letter in portion
    ]
    return spark.createDataFrame(rows, _LINES)
