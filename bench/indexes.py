"""What each index of a feed's documents costs mongod, and what one over their text would."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.contenders import TOPIC, Contender
from bench.measure import environment
from bench.place import ROOT, documents
from bench.usage import Meter
from millrace.config import Config
from millrace.io import mongo
from millrace.io.mongo.client import connector_options
from millrace.io.mongo.collections import INDEXES
from millrace.stack.lifecycle import status

Index = tuple[str, Sequence[tuple[str, int | str]], Mapping[str, Any]]
"""A name, keys and options."""

ROUNDS = 3
NONE = "none"
_TEXT = "and one over the text"


@dataclass(frozen=True)
class Indexed:
    """A run: which indexes there were, and microseconds of mongod's processor a document."""

    indexes: str
    documents: int
    cpu_us: float


def sets() -> dict[str, list[Index]]:
    """The sets of indexes, each with one more than the one before."""
    found: dict[str, list[Index]] = {NONE: []}
    grown: list[Index] = []
    for name, keys, options in INDEXES:
        grown = [*grown, (name, keys, options)]
        found[name if len(grown) == 1 else f"and {name}"] = grown
    found[_TEXT] = [*grown, ("text", [("raw", "text")], {})]
    return found


def measured(
    conf: Config, floor: Contender, lines: int, rounds: int, on_end: Callable[[Indexed], None]
) -> list[Indexed]:
    """The documents of `ingest`, stored again with each set of indexes in turn, round by round."""
    if not documents(lines).exists():
        raise ValueError(f"{documents(lines)} is missing: run the contenders first")
    (pid,) = [server.pid for server in status(conf) if server.kind == "mongo" and server.pid]
    results = []
    for number in range(rounds):
        order = list(sets().items())
        for name, indexes in order[number:] + order[:number]:
            results.append(_run(conf, floor, name, indexes, pid))
            on_end(results[-1])
    return results


def rows(found: Sequence[Indexed]) -> list[tuple[str, ...]]:
    """Microseconds of mongod's processor a document, with each set of indexes."""
    rows: list[tuple[str, ...]] = [("indexes", "us a document", "min", "max", "more than none")]
    medians = {
        name: [one.cpu_us for one in found if one.indexes == name]
        for name in dict.fromkeys(one.indexes for one in found)
    }
    least = median(medians[NONE])
    for name in sets():
        own = medians[name]
        figures = (f"{value:.1f}" for value in (median(own), min(own), max(own)))
        rows.append((name, *figures, f"{median(own) - least:+.1f}"))
    return rows


def _run(conf: Config, floor: Contender, name: str, indexes: list[Index], pid: int) -> Indexed:
    db = mongo.database(conf.mongo)
    db.client.drop_database(db.name)
    mongo.prepare(conf.mongo, conf.feed(TOPIC))
    db[TOPIC].drop_indexes()
    for title, keys, options in indexes:
        db[TOPIC].create_index(keys, name=title, **options)
    own = {"MONGO_URI": connector_options(conf.mongo)["connection.uri"]}
    with Meter({"mongo": pid}) as meter:
        subprocess.run(floor.command, check=True, cwd=ROOT, env=environment() | own)
        cpu_s = meter.usage().cpu_s["mongo"]
    count = db[TOPIC].estimated_document_count()
    return Indexed(name, count, round(1e6 * cpu_s / count, 2))
