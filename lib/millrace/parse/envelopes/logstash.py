"""The lines of Logstash's codec ``plain``, which is what its output to Kafka has by default::

    2026-03-29T10:00:05.500Z web-1 line

In the host's place stands ``%{host}`` of an event without one, and of one with an object of it that
as Java (``{name=web-1}``) or as JSON (``{"name":"web-1"}``).
"""

import re

from millrace.parse.envelopes import access
from millrace.parse.envelopes.paths import find
from millrace.parse.envelopes.unwrapped import Unwrapped, line_within
from millrace.parse.members import object_within
from millrace.parse.times import iso_8601

_NO_HOST = "%{host}"
_TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3,9}Z)"
_LONGEST_TIME = len("2026-03-29T10:00:05.123456789Z ")
_OBJECT = r"\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}"
_HEAD = re.compile(rf"{_TIME} (%\{{host\}}|{_OBJECT}|[^ ]+) ")
_CERTAIN_HEAD = re.compile(rf"{_TIME} (%\{{host\}}|{_OBJECT}) ")
_HEAD_OF_ACCESS = re.compile(rf"{_TIME} ([A-Za-z0-9._-]+) (?={access.BEGINNING})")
_WITHIN = re.compile(r"\{[^{}]*+\}")
_NAME = re.compile(r"(?:\A|, )name=([^,]*+)")


def unwrap(line: str, received_at: int) -> Unwrapped | None:
    """The line after time and host, whatever word that is; None where they do not stand there."""
    return _unwrapped(_HEAD.match(line), line)


def unwrap_if_certain(line: str, received_at: int) -> Unwrapped | None:
    """The same where nothing but Logstash writes so.

    Many lines begin with a time and a word: that is Logstash's before a line of an access log.
    """
    host = line.find("Z ", 0, _LONGEST_TIME) + 2
    if host < 2:
        return None
    if line[host : host + 1] in ("{", "%"):
        return _unwrapped(_CERTAIN_HEAD.match(line), line)
    return _unwrapped(_HEAD_OF_ACCESS.match(line), line) if "[" in line else None


def _unwrapped(head: re.Match[str] | None, line: str) -> Unwrapped | None:
    if head is None:
        return None
    time, host = head.groups()
    name = None if host == _NO_HOST else _name(host)
    attributes = {"host.name": name} if name else {}
    return Unwrapped(line_within(line[head.end() :]), attributes, iso_8601(time))


def _name(host: str) -> str | None:
    """The name that a host's word or object has."""
    if not host.startswith("{"):
        return None if host == "-" else host
    sent = object_within(host)
    if sent is not None:
        name = find(sent, "name")
        return name if name.__class__ is str else None
    match = _NAME.search(_WITHIN.sub("", host[1:-1]))
    return match[1] if match else None
