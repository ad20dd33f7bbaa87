"""A plain Python consumer: one compiled regular expression, insert_many.

plain_python.py BROKERS TOPIC DATABASE LINES; MONGO_URI is in the environment.
"""

import os
import re
import sys
import uuid
from datetime import datetime
from typing import Any

from confluent_kafka import Consumer, Message
from pymongo import MongoClient

LINE = re.compile(
    r'^(\S+) (\S+) (\S+) \[([^\]]+)\] "(\S+) (\S+) (\S+)" (\d{3}) (\d+|-)'
    r' "([^"]*)" "([^"]*)" (\S+)'
)
BATCH = 5_000


def document(value: bytes) -> dict[str, Any]:
    """The fields of one line; what does not match is kept with its text alone."""
    line = value.decode("utf-8", "replace")
    match = LINE.match(line)
    if not match:
        return {"line": line}
    ip, ident, user, time, method, path, protocol, status, size, referrer, agent, ms = (
        match.groups()
    )
    try:
        return {
            "client_ip": ip,
            "ident": ident,
            "user": user,
            "timestamp": datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z"),
            "method": method,
            "path": path,
            "protocol": protocol,
            "status": int(status),
            "bytes": None if size == "-" else int(size),
            "referrer": referrer,
            "user_agent": agent,
            "duration": float(ms),
            "line": line,
            "service_name": "web",
            "level": "ERROR" if status >= "500" else "WARN" if status >= "400" else "INFO",
        }
    except ValueError:
        return {"line": line}


def value(message: Message) -> bytes:
    """A message's value; raises KafkaException where the message is an error."""
    if message.error():
        raise RuntimeError(str(message.error()))
    return message.value() or b""


def main(brokers: str, topic: str, database: str, lines: str) -> None:
    """Runs until that many lines are written."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"plain-{uuid.uuid4()}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([topic])
    client: MongoClient[dict[str, Any]] = MongoClient(os.environ["MONGO_URI"], w="majority")
    collection = client[database][topic]
    written = 0
    while written < int(lines):
        messages = consumer.consume(min(BATCH, int(lines) - written), timeout=10)
        if not messages:
            continue
        collection.insert_many([document(value(m)) for m in messages], ordered=False)
        consumer.commit()
        written += len(messages)
    consumer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
