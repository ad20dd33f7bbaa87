"""Log lines of the suite's servers as lines of the format ``app``: each keeps what it said."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from millrace.parse.level import LEVELS

# Kafka's own layout: [2026-03-29 10:00:00,123] INFO what it says (its logger)
_KAFKA = re.compile(
    r"^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d{3})\] (\w+) (.*?)(?: \(([\w.$]+)\))?$", re.DOTALL
)
# MariaDB: 2026-03-29 10:00:00 0 [Note] ...
# MySQL: 2026-03-29T10:00:00.123456Z 0 [System] [code] ...
_MYSQL = re.compile(
    r"^(\d{4}-\d\d-\d\d[T ] ?\d{1,2}:\d\d:\d\d(?:\.\d+)?Z?) (\d+) \[(\w+)\] (.*)$", re.DOTALL
)
_MONGOD_LEVELS = {"F": "FATAL", "E": "ERROR", "W": "WARN", "I": "INFO"}
_OTHER_LEVELS = {"NOTE": "INFO", "SYSTEM": "INFO"}

Event = dict[str, Any]


def as_app(lines: Iterable[bytes], service_name: str) -> Iterator[bytes]:
    """Each line of a server's log as a JSON object of the format ``app``, in order.

    Those of Kafka, mongod, MySQL and MariaDB are known, and JSON objects with a ``timestamp``,
    which stay as they are. A line of none of these (of a stack trace, say) has the time and the
    level of the one before; before the first, it has no time and becomes a dead letter.
    """
    before: Event = {}
    for line in lines:
        text = line.decode(errors="replace").rstrip("\r")
        if not text.strip():
            continue
        event = _event(text) or {**before, "message": text}
        if event.get("timestamp"):
            before = {key: event[key] for key in ("timestamp", "level") if key in event}
        yield json.dumps({"service_name": service_name, **event}, ensure_ascii=False).encode()


def _event(text: str) -> Event | None:
    if text.startswith("{"):
        return _json(text)
    if match := _KAFKA.match(text):
        timestamp, level, message, logger = match.groups()
        named = {"logger": logger} if logger else {}
        return {"timestamp": timestamp, "level": _level(level), "message": message, **named}
    if match := _MYSQL.match(text):
        timestamp, thread, level, message = match.groups()
        timestamp = re.sub(r"  ?(?=\d:)", " 0", timestamp)
        event = {"timestamp": timestamp, "level": _level(level), "message": message}
        return {**event, "thread": thread}
    return None


def _json(text: str) -> Event | None:
    try:
        entry = json.loads(text)
    except ValueError:
        return None
    if "timestamp" in entry:
        return dict(entry)
    if not {"t", "s", "msg"} <= entry.keys():
        return None
    # mongod's: {"t": {"$date": ...}, "s": severity, "c": component, "msg": ..., "attr": {...}}
    attributes = {key: entry[key] for key in ("c", "id", "ctx", "attr") if key in entry}
    return {
        "timestamp": entry["t"]["$date"],
        "level": _MONGOD_LEVELS.get(entry["s"][:1], "DEBUG"),
        "message": entry["msg"],
        **attributes,
    }


def _level(word: str) -> str:
    upper = word.upper()
    return _OTHER_LEVELS.get(upper) or LEVELS.get(upper, "INFO")
