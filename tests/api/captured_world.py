"""Captured rows in the stores as the job `changes` leaves them, without Spark and connectors."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from millrace.config import Config, entities
from millrace.config.changes import Changes
from millrace.io import kafka, mongo
from millrace.io.mongo import entity_changes, entity_history, entity_store
from millrace.io.mongo.collections import prepare_ledger
from millrace.parse.changes import Placed
from millrace.records import dead_letters, history, ledger, reconciliations
from millrace.records.changes import Change, Op
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.received import received_at

START_MS = 1_700_000_000_000
"""When the first change is committed; that with the number n so many milliseconds later."""

DELAY_MS = 400  # from a commit until the broker has it
FILE: dict[str, Any] = {
    "entities": {
        "api_people": {
            "source": "postgres",
            "table": "public.people",
            "key": ["id"],
            "fields": {
                "id": "int",
                "name": "string",
                "born": "date",
                "seen_at": "timestamp",
                "money": "decimal",
                "is_ok": "boolean",
                "tags": "array<string>",
                "more": "json",
                "message": "string",
            },
        },
        "api_parts": {
            "source": "postgres",
            "table": "public.parts",
            "key": ["maker", "number"],
            "fields": {
                "maker": "string",
                "number": "bigint",
                "label": "string",
                "weight": "double",
            },
        },
    },
    "catalog": {
        "title": {"api_people": "name", "api_parts": "label"},
        "weight": {"api_parts": "weight"},
    },
}
PEOPLE, PARTS = FILE["entities"]


def capturing(conf: Config, folder: Path, connect: str = "http://127.0.0.1:9") -> Config:
    """The configuration with the entities of ``FILE``, of which nothing is stored."""
    file = folder / "entities.yaml"
    file.write_text(yaml.safe_dump(FILE, sort_keys=False))
    changes = Changes.model_validate(
        {"entities": str(file), "connect": connect, "history_days": None, "name": "api_test"}
        | {"postgres": {"host": "127.0.0.1"}}
    )
    own = conf.model_copy(update={"changes": changes})
    db = mongo.database(own.mongo)
    for entity in entities.of(own).all:
        db[entity.name].drop()
        db[history.collection(entity.name)].drop()
        db[history.COLLECTION].delete_many({"_id": entity.name})
        db[ledger.COLLECTION].delete_many({"query": f"changes-{entity.name}"})
        db[reconciliations.COLLECTION].delete_many({"_id": entity.name})
        db[dead_letters.COLLECTION].delete_many({"feed": entity.name})
    return own


def made(op: Op, key: Any, number: int, /, *, position: int | None = None, **values: Any) -> Placed:
    """A change at that offset, committed so many milliseconds after the start."""
    at = number if position is None else position
    change = Change(op, key, values, (at, 0), START_MS + number)
    return Placed(change, number, START_MS + number + DELAY_MS)


def store(conf: Config, name: str, changes: Sequence[Placed], batch_id: int = 0) -> None:
    """Stores the changes as one batch of the job does."""
    db, captured = mongo.database(conf.mongo), entities.of(conf)
    topic = captured.entity(name).topic
    kafka.create_topics(conf.kafka, [topic], partitions=1)
    prepare_ledger(db)
    entity_store.prepare(db, captured.all, captured.catalog)
    entity_history.prepare(db, name, captured.history_days)
    entity_changes.write(db, name, topic, 0, changes)
    first, last = changes[0], changes[-1]
    taken = OffsetRange(topic, "topic-of-a-test", 0, first.offset, last.offset + 1)
    times = {
        "min_received_at": received_at(first.received_ms),
        "max_received_at": received_at(last.received_ms),
    }
    batch = Batch(f"changes-{name}", "checkpoint-of-a-test", batch_id, (taken,))
    row = {
        "_id": batch.key,
        "query": batch.query,
        "checkpoint_id": batch.checkpoint_id,
        "batch_id": batch_id,
        "committed_at": datetime.now(UTC),
        "ranges": [asdict(taken) | times],
        "rows_in": len(changes),
        "parts_in": len(changes),
        "rows_written": len(changes),
        "rows_dead": 0,
    }
    db[ledger.COLLECTION].replace_one({"_id": batch.key}, row, upsert=True)


def time_of(number: int) -> str:
    """When the change with that number was committed."""
    return str(START_MS + number)
