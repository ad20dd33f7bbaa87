"""Lines whose layout the feed does not name: patterns in turn, whose groups say what is what."""

import re
from collections.abc import Callable, Iterable

from millrace.parse.draft import Draft

KNOWN_LEVELS = (
    "TRACE|DEBUG|INFO|WARNING|WARN|ERROR|FATAL|CRITICAL|SEVERE|CONFIG|FINEST|FINER|FINE|SUCCESS"
    "|NOTICE"
)
"""The words for levels that are taken for one even in a layout that has little else."""

_COLOUR = re.compile("\x1b\\[[0-9;]*+m")

_READERS: dict[str, Callable[[Draft, str | None], None]] = {
    "time": lambda draft, text: draft.time(text or ""),
    "level": Draft.level,
    "client": Draft.client,
    "request": Draft.request,
    "trace": Draft.trace,
}
_FIELDS = {
    "application": "service_name",
    "request_id": "request_id",
    "status": "status_code",
    "user": "user",
}
_ATTRIBUTES = {
    "logger": "otel.scope.name",
    "thread": "thread.name",
    "thread_id": "thread.id",
    "pid": "process.pid",
    "process": "processName",
    "function": "code.function.name",
    "file": "code.file.path",
    "line": "code.line.number",
    "span": "span_id",
    "client_port": "client.port",
    "database": "db.namespace",
    "pipeline": "pipeline.id",
}


def plain(line: str) -> str:
    """The line without a terminal's colours, its lines ended by newlines alone."""
    if "\x1b" in line:
        line = _COLOUR.sub("", line)
    return line.replace("\r\n", "\n") if "\r" in line else line


def first_match(layouts: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    """The match of the first of the layouts that the text has; None where it has none of them."""
    for layout in layouts:
        match = layout.match(text)
        if match:
            return match
    return None


def fill(draft: Draft, match: re.Match[str]) -> None:
    """Puts each named group in its place; a group without one becomes an attribute of its name.

    Raises RejectedError (bad_timestamp, bad_value).
    """
    for name, text in match.groupdict().items():
        if text is None:
            continue
        if name == "message":
            draft.put(name, text.rstrip())
        elif name in _READERS:
            _READERS[name](draft, text)
        elif name in _FIELDS:
            draft.put(_FIELDS[name], text)
        else:
            draft.attribute(_ATTRIBUTES.get(name, name), text.strip(" "))
