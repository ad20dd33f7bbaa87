"""What a job says on standard error: text for people, or a JSON object a line for collectors.

The objects have the keys of the format ``app``, so that the suite can read its own logs.
"""

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from millrace.records.ledger import feed_of
from millrace.records.printable import printable, printable_json, printable_lines

# Why a job ended: the line that a person looks for, alone on its line where logs are text.
END = logging.getLogger("millrace.end")

# What is said of a batch that was written: query, number, lines, seconds.
BATCH = "%s: batch %d: %d lines in %.1f s"
_BATCH = re.compile(r"^(\S+)Z INFO \S+: batch \d+: (\d+) lines in ([\d.]+) s$", re.MULTILINE)

# Python's names for levels that records call otherwise.
_LEVELS = {"WARNING": "WARN", "CRITICAL": "FATAL"}
_LONGEST_TRACE = 8_000  # collectors cut lines at 16 KB, and a failed write is told in 300
_about: ContextVar[tuple[str, int | None] | None] = ContextVar("about", default=None)


def configure(service_name: str, *, is_json: bool = False) -> None:
    """Sends the log of this process to standard error: its own from INFO, others' from WARN on."""
    # The time as Spark's own lines have it, so that one log is in one order.
    text = TextFormatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    text.converter = time.gmtime
    handler = _handler(JsonFormatter(service_name) if is_json else text)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    END.handlers = [] if is_json else [_handler(TextFormatter("%(message)s"))]
    END.propagate = is_json
    logging.getLogger("millrace").setLevel(logging.INFO)
    # It logs the trace of whatever a batch raises; what failed is said at the end, once.
    logging.getLogger("py4j").setLevel(logging.CRITICAL)


def batches(text: str) -> Iterator[tuple[datetime, int, float]]:
    """Of each batch that a log in text tells of: when it ended, its lines, the seconds it took."""
    for ended_at, lines, seconds in _BATCH.findall(text):
        yield datetime.fromisoformat(f"{ended_at}+00:00"), int(lines), float(seconds)


@contextmanager
def about(query: str, batch_id: int | None = None) -> Iterator[None]:
    """What this thread logs within is of that query, and of that batch of it."""
    token = _about.set((query, batch_id))
    try:
        yield
    finally:
        _about.reset(token)


class TextFormatter(logging.Formatter):
    """One line a message, then the lines of a trace: what they quote is printable."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The message within one line, so that none passes for two."""
        return printable(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """The trace, line by line."""
        return printable_lines(super().formatException(ei))


class JsonFormatter(logging.Formatter):
    """One JSON object a line; ``query``, ``feed`` and ``batch_id`` where a message is of one."""

    def __init__(self, service_name: str) -> None:
        super().__init__()
        self._service_name = service_name

    def format(self, record: logging.LogRecord) -> str:
        """The object, on one line."""
        instant = datetime.fromtimestamp(record.created, tz=UTC)
        fields: dict[str, Any] = {
            "timestamp": instant.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": _LEVELS.get(record.levelname, record.levelname),
            "service_name": self._service_name,
            "message": record.getMessage(),
            "logger": record.name,
        }
        query, batch_id = _about.get() or (None, None)
        if query:
            fields |= {"query": query, "feed": feed_of(query)}
        if batch_id is not None:
            fields["batch_id"] = batch_id
        if record.exc_info:
            trace = "".join(traceback.format_exception(*record.exc_info))
            fields["exception"] = trace[:_LONGEST_TRACE]
        return printable_json(json.dumps(fields, ensure_ascii=False))


def _handler(formatter: logging.Formatter) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    return handler
