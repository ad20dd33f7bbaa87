"""Logs of klog, which Kubernetes' components use, and of glog.

glog may write the year before the month. The text may be a message in quotes with pairs after it::

    Lmmdd hh:mm:ss.uuuuuu threadid file:line] message
    Lmmdd hh:mm:ss.uuuuuu threadid file:line] "message" key="value" ...

A value of several lines stands between ``<`` and ``>``, each line after a tab.
"""

import re

from millrace.parse import notations
from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.presets.pairs import pairs, unescaped
from millrace.parse.rejection import RejectedError, found
from millrace.records.fields import Fields

VERSION = 1

_HEAD = re.compile(
    r"([IWEF])([0-9]{4})?([0-9]{2})([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{1,9})"
    r" {1,20}([0-9]{1,20}) ([^\]:\n]++):([0-9]{1,9})\](?: |\Z)"
)
_QUOTED = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(?= |\Z)', re.DOTALL)
# Keys whose values have a name of OpenTelemetry's.
_ATTRIBUTES = {"err": "exception.message", "logger": "otel.scope.name"}


def parser(options: Options) -> Parse:
    """What parses the lines; their times are those of the feed's zone."""

    def parse(line: str, received_at: int) -> Fields:
        head = _HEAD.match(line)
        if not head:
            raise RejectedError("no_match", "not a level's letter, date, time, thread and file")
        letter, year, month, day, hour, minute, second, fraction, *where = head.groups()
        thread, file, number = where
        draft = Draft(options, received_at)
        clock = (hour, minute, second)
        if year:
            time = notations.wall(int(year), int(month), int(day), clock, fraction)
        else:
            wall = options.wall(received_at)
            time = notations.nearest_year(int(month), int(day), clock, fraction, wall)
        if time is None:
            raise RejectedError("bad_timestamp", found("timestamp", line[1 : head.end(8)]))
        draft.wall_time(time)
        draft.level(letter)
        draft.attribute("thread.id", thread)
        draft.attribute("code.file.path", file)
        draft.attribute("code.line.number", number)
        _put_text(draft, line[head.end() :])
        return draft.done()

    return parse


def _put_text(draft: Draft, text: str) -> None:
    """The message, and the pairs where nothing but these stands after one in quotes."""
    quoted = _QUOTED.match(text)
    after = text[quoted.end() :] if quoted else ""
    values = pairs(after) if after.strip() else {}
    if not quoted or values is None:
        draft.put("message", text)
        return
    draft.put("message", unescaped(quoted[1]))
    for key, value in values.items():
        draft.attribute(_ATTRIBUTES.get(key, key), _joined(value))


def _joined(value: str) -> str:
    """A value of several lines without the signs around it and the tab before each line."""
    if not value.startswith("<\n\t"):
        return value
    return value[len("<\n\t") :].removesuffix("\n >").replace("\n\t", "\n")
