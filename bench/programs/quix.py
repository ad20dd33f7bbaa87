"""Quix Streams with its MongoDB sink, and one compiled regular expression.

quix.py BROKERS TOPIC DATABASE; MONGO_URI is in the environment. Runs until it is ended.
"""

import os
import sys
import uuid
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from plain_python import document
from quixstreams import Application
from quixstreams.sinks.community.mongodb import MongoDBSink


def main(brokers: str, topic: str, database: str) -> None:
    """Inserts each line as one document; the topic, partition and offset make its id."""
    application = Application(
        broker_address=brokers,
        consumer_group=f"quix-{uuid.uuid4()}",
        auto_offset_reset="earliest",
        commit_every=5_000,
    )
    server = urlsplit(os.environ["MONGO_URI"])
    sink = MongoDBSink(
        host=server.hostname or "",
        port=server.port or 0,
        db=database,
        collection=topic,
        username=unquote_plus(server.username or "") or None,
        password=unquote_plus(server.password or "") or None,
        document_matcher=lambda item: {"_id": item.value["_id"]},
        update_method="ReplaceOne",
        directConnection=True,
        w="majority",
    )
    lines = application.dataframe(application.topic(topic, value_deserializer="bytes"))
    lines.apply(identified, metadata=True).sink(sink)
    application.run()


def identified(value: bytes, key: Any, timestamp: int, headers: Any) -> dict[str, Any]:
    """The document of a line; its id comes from Kafka."""
    from quixstreams import message_context

    context = message_context()
    return {"_id": f"{context.topic}-{context.partition}-{context.offset}", **document(value)}


if __name__ == "__main__":
    main(*sys.argv[1:])
