"""A plain Python consumer of changes: json, a cast or two, and the same upserts, never backwards.

plain_changes.py BROKERS DATABASE TOPIC=COLLECTION ...; MONGO_URI is in the environment. It reads
each topic to the end that it has at the start, and prints how many records took how many seconds.
"""

import json
import os
import sys
import time
import uuid
from typing import Any

from confluent_kafka import Consumer, TopicPartition
from pymongo import MongoClient, UpdateOne

BATCH = 5_000


def position(source: dict[str, Any]) -> list[int]:
    """Where in its source's log a change is."""
    if source.get("sequence"):
        commit, event = json.loads(source["sequence"])
        return [int(commit or event), int(event)]
    if source.get("file"):
        return [int(source["file"].rpartition(".")[2]), int(source["pos"]), int(source["row"])]
    return [int(source["ts_ms"]), int(source["ord"])]


def update(value: bytes) -> tuple[Any, UpdateOne] | None:
    """The key, and the upsert of its row unless a later one is there; None of what is no change."""
    change = json.loads(value)
    if "op" not in change or change["op"] == "t":
        return None
    row = change["after"] or change["before"]
    row = json.loads(row) if isinstance(row, str) else row
    key, place = row.pop("_id", row.get("id")), position(change["source"])
    for flag in ("adult", "video"):
        if row.get(flag) is not None:
            row[flag] = bool(row[flag])
    mark = {"op": change["op"], "position": place, "committed_ms": change["source"]["ts_ms"]}
    mark |= {"deleted": True} if change["op"] == "d" else {}
    stored = {"$ifNull": ["$change.position", []]}
    document = {"_id": key, **({} if change["op"] == "d" else row), "change": mark}
    behind = {"$lt": [{"$literal": place}, stored]}
    stage = {"$replaceWith": {"$cond": [behind, "$$ROOT", {"$literal": document}]}}
    return key, UpdateOne({"_id": key}, [stage], upsert=True)


def main() -> None:
    """Reads and writes until all topics are at their ends."""
    brokers, database, *pairs = sys.argv[1:]
    collections = dict(pair.split("=") for pair in pairs)
    db = MongoClient(os.environ["MONGO_URI"])[database]
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"plain-{uuid.uuid4()}",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
        }
    )
    places = [TopicPartition(topic, 0, 0) for topic in collections]
    ends = {place.topic: consumer.get_watermark_offsets(place)[1] for place in places}
    consumer.assign(places)
    began, records = None, 0
    reached = dict.fromkeys(ends, 0)
    while any(reached[topic] < ends[topic] for topic in ends):
        messages = consumer.consume(BATCH, 0.5)
        began = began or (time.monotonic() if messages else None)
        last: dict[str, dict[Any, UpdateOne]] = {topic: {} for topic in collections}
        for message in messages:
            if message.value() is not None and (made := update(message.value())):
                last[message.topic()][made[0]] = made[1]
        for topic, updates in last.items():
            if updates:
                db[collections[topic]].bulk_write([*updates.values()], ordered=False)
        records += len(messages)
        # Markers of transactions are offsets without records.
        reached = {place.topic: place.offset for place in consumer.position(places)}
    print(json.dumps({"records": records, "seconds": time.monotonic() - (began or 0)}))


if __name__ == "__main__":
    main()
