"""Logs of Rails: lines of its Logger, or the text alone as production writes it.

The request's id stands in brackets before the text, and joins the records of one request: the one
that says ``Started`` has method, path and client, the one that says ``Completed`` status and time.
Behind the Logger's head, or behind tags, also the pairs that Lograge writes for each request.
"""

import re

from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.presets import layouts
from millrace.parse.presets.pairs import pairs
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

_LOGGER = re.compile(
    r"[A-Z], \[([0-9T :.+-]{19,35}) #([0-9]{1,10})\] ++([A-Z]{3,16}) -- ([^:\n]*+): ?(.*)\Z",
    re.DOTALL,
)
_TAG = re.compile(r"\[([^\[\]\n]{1,255})\] ")
_MOST_TAGS = 8
_REQUEST_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z|[0-9a-f]{32}\Z")

_STARTED = re.compile(r'Started ([A-Z]++) "([^\n]*)" for ([^ \n]++) at ([^\n]{1,40})\Z')
_PROCESSING = re.compile(
    r"Processing by (?P<controller>[\w:]++)#(?P<action>\w++[?!]?) as (?P<format>[^\n]*+)\Z"
)
_COMPLETED = re.compile(
    r"Completed (?:([0-9]{3}) )?[^\n(]{0,60}?in ([0-9.]{1,20})ms(?: \(([^\n]*)\))? *+\Z"
)
_RAISED = re.compile(
    r"((?:[A-Z]\w*+::)++[A-Z]\w*+|[A-Z]\w*+(?:(?<=Error)|(?<=Exception)))"
    r" \(([^\n]*)\):(?=\n|\Z)"
)
# An exception handed to the Logger: its message, its class, and the frames in lines after.
_OBJECT = re.compile(r" \(([A-Z]\w*+(?:::[A-Z]\w*+)*+)\)\n(?=[^\n]*:[0-9]{1,9}:in [`'])")
_LOGRAGE = "method="
_LOGRAGE_KEYS = {"method", "path", "status", "duration"}
_ERROR = re.compile(r"'?([A-Z]\w*+(?:::\w++)*+): (.*?)'?\Z", re.DOTALL)
# What else Rails itself writes, where a text has no id before it to be told by.
_OTHERS = (
    "Parameters: ", "Rendered ", "Rendering ", "Redirected to ", "Sent file ", "Sent data ",
    "Filter chain halted ", "Unpermitted parameter", "Read fragment ", "Write fragment ",
    "Can't verify CSRF token ", "Performing ", "Performed ", "Enqueued ",
)  # fmt: skip


def parser(options: Options) -> Parse:
    """What parses a line of Rails; raises RejectedError where it is none."""

    def parse(line: str, received_at: int) -> Fields:
        draft = Draft(options, received_at)
        text = layouts.plain(line)
        logger = _LOGGER.match(text)
        if logger:
            time, pid, level, program, text = logger.groups()
            draft.time(time)
            draft.level(level)
            draft.attribute("process.pid", pid)
            draft.attribute("progname", program.strip())
        text, tags = _tagged(text)
        is_known = _tags(draft, tags)
        text = text.strip()
        if not ((logger or is_known) and _lograge(draft, text)):
            is_known = _text(draft, text) or is_known
        if not logger and not is_known and not text.startswith(_OTHERS):
            raise RejectedError("no_match", "neither a line of Logger nor one that Rails writes")
        return draft.done()

    return parse


def _tagged(text: str) -> tuple[str, list[str]]:
    """The text without the tags before it, and these; in each line of several they are repeated."""
    tags: list[str] = []
    position = 0
    while len(tags) < _MOST_TAGS and (match := _TAG.match(text, position)):
        tags.append(match[1])
        position = match.end()
    before, after = text[:position], text[position:]
    return after.replace(f"\n{before}", "\n") if before and "\n" in after else after, tags


def _tags(draft: Draft, tags: list[str]) -> bool:
    """Puts the tags, and returns whether they are such as Rails sets."""
    has_id = bool(tags) and _REQUEST_ID.match(tags[0]) is not None
    if has_id:
        draft.put("request_id", tags[0])
    others = tags[1:] if has_id else tags
    if others:
        draft.fields["tags"] = others
    return has_id or "ActiveJob" in tags[:1]


def _text(draft: Draft, text: str) -> bool:
    """Puts the text and what it says; returns whether it is one of those that are understood."""
    draft.put("message", text)
    if started := _STARTED.match(text):
        _started(draft, *started.groups())
    elif completed := _COMPLETED.match(text):
        _completed(draft, *completed.groups())
    elif processing := _PROCESSING.match(text):
        for name, value in processing.groupdict().items():
            draft.attribute(name, value)
    elif raised := _RAISED.match(text):
        _raised(draft, raised[0], raised[1], raised[2], text)
    elif given := _OBJECT.search(text) if "\n" in text else None:
        _raised(draft, text[: given.end() - 1], given[1], text[: given.start()], text)
    else:
        return False
    return True


def _started(draft: Draft, method: str, path: str, client: str, time: str) -> None:
    draft.put("method", method)
    draft.put("path", path)
    draft.client(client)
    # The Logger's own time is more exact.
    if "timestamp" not in draft.fields:
        draft.time(time)


def _completed(draft: Draft, status: str | None, milliseconds: str, parts: str | None) -> None:
    draft.put("status_code", status)
    draft.response_time(milliseconds, "ms")
    for part in (parts or "").split(" | "):
        name, _, value = part.partition(": ")
        draft.attribute(name, value)


def _lograge(draft: Draft, text: str) -> bool:
    """Puts the pairs that Lograge writes for a request; returns whether the text is these."""
    sent = pairs(text) if text.startswith(_LOGRAGE) else None
    if sent is None or not sent.keys() >= _LOGRAGE_KEYS:
        return False
    draft.put("message", text)
    draft.put("status_code", sent.pop("status"))
    draft.response_time(sent.pop("duration"), "ms")
    for field in ("method", "path"):
        draft.put(field, sent.pop(field))
    error = sent.pop("error", None)
    if error and (raised := _ERROR.match(error)):
        draft.attribute("exception.type", raised[1])
        error = raised[2]
    draft.attribute("exception.message", error)
    for key, value in sent.items():
        draft.attribute(key, value)
    return True


def _raised(draft: Draft, heading: str, type: str, message: str, text: str) -> None:
    draft.put("message", heading)
    draft.attribute("exception.type", type)
    draft.attribute("exception.message", message)
    if len(heading) < len(text):
        draft.attribute("exception.stacktrace", text)
