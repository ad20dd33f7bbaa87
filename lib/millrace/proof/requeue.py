"""Dead letters parsed again, with today's parser and rules, each to one record at most."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bson import decode
from bson.codec_options import CodecOptions
from pymongo import ReplaceOne

from millrace.config import Config, Feed
from millrace.io import mongo, reference_data, route_names
from millrace.io.mongo import letters
from millrace.io.mongo.letters import Letter
from millrace.records import bson, received
from millrace.records.fields import Fields
from millrace.transform import chain
from millrace.transform.chain import compiled
from millrace.transform.spec import Spec

_AT_ONCE = 5_000
_BYTES_AT_ONCE = 64 * 2**20
_DECODED: CodecOptions[Letter] = CodecOptions(tz_aware=True)

Outcome = Fields | chain.Letter


@dataclass
class Requeued:
    """The result of a requeue: the number of records, and the letters still dead, by reason.

    ``cut`` hold only the first bytes of their line, so they were left as they are. ``outcomes`` has
    by id what the first of them came to, as many as were asked for.
    """

    records: int = 0
    still_dead: Counter[str] = field(default_factory=Counter)
    cut: int = 0
    outcomes: dict[str, "Parsed"] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """What a line comes to by today's parser: a document, or a reason and what was found."""

    document: Letter | None = None
    reason: str | None = None
    detail: str | None = None


def requeue(
    conf: Config,
    feed: Feed,
    opened: Iterator[Letter],
    *,
    line: bytes | None = None,
    dry_run: bool = False,
    told: int = 0,
    on_progress: Callable[[int], None] = lambda letters: None,
) -> Requeued:
    """Parses the letters of ``feed`` again and writes what is a record now, under its own id.

    ``line`` is parsed in place of the bytes that came; without one, letters that were cut are left
    as they are. A letter is marked before its record is written and after; so where this ends in
    between, the same letters can be requeued again, and a batch that runs again meanwhile leaves
    their records alone. With ``dry_run`` nothing is written. Of the first ``told`` letters the
    result has what they came to.
    """
    names = () if dry_run else route_names.of_documents(conf, feed)
    spec = reference_data.spec(conf, feed, *names)
    result, done = Requeued(), 0
    for portion in _portions(opened):
        whole = [letter for letter in portion if line is not None or not letters.is_cut(letter)]
        result.cut += len(portion) - len(whole)
        made = {letter["_id"]: _outcome(spec, letter, line) for letter in whole}
        dead = {id: each for id, each in made.items() if isinstance(each, chain.Letter)}
        if not dry_run:
            _write(conf, feed, compiled(spec).version, whole, made, line)
        for id in list(made)[: max(0, told - len(result.outcomes))]:
            result.outcomes[id] = _parsed(feed, made[id])
        result.records += len(made) - len(dead)
        result.still_dead.update(each.reason for each in dead.values())
        done += len(portion)
        on_progress(done)
    return result


def parsed(conf: Config, feed: Feed, letter: Letter) -> Parsed:
    """What the bytes that a letter holds come to by today's parser; nothing is written."""
    spec = reference_data.spec(conf, feed, needs_country=False)
    return _parsed(feed, _outcome(spec, letter, None))


def _parsed(feed: Feed, outcome: Outcome) -> Parsed:
    if isinstance(outcome, chain.Letter):
        return Parsed(reason=outcome.reason, detail=outcome.detail)
    written = bson.record(feed.layout, outcome, raw=feed.store_raw)
    return Parsed(document=decode(written.raw, _DECODED))


def _outcome(spec: Spec, letter: Letter, line: bytes | None) -> Outcome:
    """What the letter's line comes to, with the identity that its record has."""
    kafka, received_at = letter["kafka"], letter["received_at"]
    value = line if line is not None else letter.get("raw")
    milliseconds = (received_at - received.EPOCH) // timedelta(milliseconds=1)
    outcome = compiled(spec).outcome(value, None, milliseconds)
    if not isinstance(outcome, chain.Letter):
        outcome |= {"_id": letter["_id"].partition("/")[2], "kafka": kafka}
    return outcome


def _write(
    conf: Config,
    feed: Feed,
    version: int,
    portion: Sequence[Letter],
    made: dict[str, Outcome],
    line: bytes | None,
) -> None:
    """Writes what came of the letters."""
    db = mongo.database(conf.mongo)
    records = {id: each for id, each in made.items() if not isinstance(each, chain.Letter)}
    letters.claim(db, list(records), line)
    documents = [bson.record(feed.layout, each, raw=feed.store_raw) for each in records.values()]
    changes: list[Any] = [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in documents]
    if changes:
        db[feed.name].bulk_write(changes, ordered=False)
    letters.resolve_requeued(db, list(records))
    dead = [letter for letter in portion if letter["_id"] not in records]
    letters.put_back(db, [_put_back(one, made[one["_id"]], version) for one in dead])


def _put_back(letter: Letter, today: Any, version: int) -> Letter:
    """A letter that is still dead, as it is written again."""
    detail = today.detail
    is_misdated = today.reason == letter["reason"] == "bad_timestamp"
    if is_misdated and not received.FIRST <= letter["received_at"] < received.END:
        # What Kafka's timestamp was is told by the letter alone, where it counts as none.
        detail = letter["detail"]
    return {
        "_id": letter["_id"],
        "reason": today.reason,
        "detail": detail,
        "parser_version": version,
    }


def _portions(opened: Iterator[Letter]) -> Iterator[list[Letter]]:
    """The letters in portions that fit into memory."""
    portion: list[Letter] = []
    size = 0
    for letter in opened:
        portion.append(letter)
        size += len(letter.get("raw") or b"")
        if len(portion) == _AT_ONCE or size >= _BYTES_AT_ONCE:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
