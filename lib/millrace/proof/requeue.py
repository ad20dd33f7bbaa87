"""Dead letters parsed again, with today's parser and rules, each to one record at most."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from millrace import refine
from millrace.config import Config, Feed
from millrace.io import mongo
from millrace.io.mongo import letters
from millrace.io.mongo.letters import Letter
from millrace.records import received

_AT_ONCE = 5_000
_BYTES_AT_ONCE = 64 * 2**20
_TODAY = ("_id", "reason", "detail", "parser_version")
_LINES = "value binary, topic string, partition int, offset bigint, timestamp timestamp"


@dataclass
class Requeued:
    """What came of letters: so many records, and those that are dead still, by reason.

    ``cut`` hold only the first bytes of their line, so they were left as they are.
    """

    records: int = 0
    still_dead: Counter[str] = field(default_factory=Counter)
    cut: int = 0


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

    ``line`` is parsed in place of the bytes that came; without one, letters that were cut are left
    as they are. A letter is marked before its record is written and after; so where this ends in
    between, the same letters can be requeued again, and a batch that runs again meanwhile leaves
    their records alone. With ``dry_run`` nothing is written.
    """
    references = refine.references(conf, feed)
    named = None if dry_run else mongo.named_routes(conf.mongo, feed)
    to_records = refine.refined(feed, references, named)
    result, done = Requeued(), 0
    for portion in _portions(found):
        whole = [letter for letter in portion if line is not None or not letters.is_cut(letter)]
        result.cut += len(portion) - len(whole)
        if whole:
            refined = _lines(spark, whole, line).transform(to_records).persist()
            dead = _requeued(conf, feed, whole, refined, line, dry_run)
            refined.unpersist()
            result.records += len(whole) - len(dead)
            result.still_dead.update(dead)
        done += len(portion)
        on_progress(done)
    return result


def _requeued(
    conf: Config,
    feed: Feed,
    found: Sequence[Letter],
    refined: DataFrame,
    line: bytes | None,
    dry_run: bool,
) -> list[str]:
    """Writes what came of the letters; the reasons of those that are dead still."""
    rows = refined.where("reason IS NOT NULL").select(*_TODAY).collect()
    dead = {f"{feed.name}/{row['_id']}": row.asDict() for row in rows}
    if not dry_run:
        db = mongo.database(conf.mongo)
        alive = [letter["_id"] for letter in found if letter["_id"] not in dead]
        letters.claim(db, alive, line)
        mongo.replace_records(conf.mongo, feed, refined)
        letters.resolve_requeued(db, alive)
        letters.put_back(db, [_put_back(one, dead) for one in found if one["_id"] in dead])
    return [row["reason"] for row in dead.values()]


def _put_back(letter: Letter, dead: dict[str, dict[str, Any]]) -> Letter:
    """A letter that is dead still, as it is written again."""
    today = dead[letter["_id"]]
    is_misdated = today["reason"] == letter["reason"] == "bad_timestamp"
    if is_misdated and not received.FIRST <= letter["received_at"] < received.END:
        # What Kafka's timestamp was is told by the letter alone, where it counts as none.
        today = today | {"detail": letter["detail"]}
    return today | {"_id": letter["_id"]}


def _portions(found: Iterator[Letter]) -> Iterator[list[Letter]]:
    """The letters in portions that fit into memory."""
    portion: list[Letter] = []
    size = 0
    for letter in found:
        portion.append(letter)
        size += len(letter.get("raw") or b"")
        if len(portion) == _AT_ONCE or size >= _BYTES_AT_ONCE:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


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
