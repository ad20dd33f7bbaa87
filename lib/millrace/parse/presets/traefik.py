"""Traefik's access log in its common format.

Combined, and after it the requests since the start, the router, the server's URL and the duration::

    client - user [time] "request" status bytes "referrer" "agent" count "router" "url" 12ms

Quotes within a quoted field are not escaped.
"""

import re
from typing import Any

from millrace.parse import times
from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

_NO_REQUEST = "- - -"
_HEAD = r'([^ ]++) ([^ ]++) ([^"\[]*) \[([^\]]*+)\] "'
_STATUS_AND_BYTES = r'" ([0-9]{1,3}|-) ([0-9]{1,15}|-) "'
_FIELD = r'(?:"([^"]*+)"|-)'
_TAIL = rf"([0-9]+|-) {_FIELD} {_FIELD} ([0-9]{{1,18}})ms\Z"
_PLAIN = re.compile(rf'{_HEAD}([^"]*+){_STATUS_AND_BYTES}([^"]*+)" "([^"]*+)" {_TAIL}')
# The same in parts, for lines with quotes within fields.
_BEGINNING = re.compile(_HEAD)
_MIDDLE = re.compile(_STATUS_AND_BYTES)
_END = re.compile(_TAIL)
_WORDS_OF_TAIL = 4


def parser(options: Options) -> Parse:
    """What parses the lines, whose times name their offset."""

    def parse(line: str, received_at: int) -> Fields:
        match = _PLAIN.match(line)
        sent = match.groups() if match else _of_parts(line)
        client, ident, user, time, request, status, size, referrer, agent, *tail = sent
        count, router, url, milliseconds = tail
        draft = Draft(options, received_at)
        if time != "-":
            draft.instant(times.clf_time(time), time)
        draft.client(client)
        draft.put("ident", ident)
        draft.put("user", user)
        draft.request(request if request != _NO_REQUEST else None)
        draft.put("status_code", status)
        draft.put("bytes", size)
        draft.put("referrer", referrer)
        draft.put("user_agent", agent)
        draft.attribute("RequestCount", count)
        draft.attribute("RouterName", router)
        draft.attribute("ServiceURL", url)
        draft.response_time(milliseconds, "ms")
        return draft.done()

    return parse


def _of_parts(line: str) -> tuple[str | Any, ...]:
    """What the plain pattern gives; raises RejectedError where it is none of Traefik's.

    A target has no blanks, so the first status and bytes behind a quote are the true ones.
    """
    words = line.rsplit(" ", _WORDS_OF_TAIL)
    beginning = _BEGINNING.match(words[0])
    end = _END.match(" ".join(words[1:]))
    middle = _MIDDLE.search(words[0], beginning.end()) if beginning else None
    if not (beginning and middle and end):
        raise RejectedError("no_match", "not Combined with count, router, server and duration")
    quoted = words[0][middle.end() :]
    referrer, between, agent = quoted[:-1].partition('" "')
    if not between or not quoted.endswith('"'):
        raise RejectedError("no_match", "no quoted referrer and user agent")
    request = words[0][beginning.end() : middle.start()]
    return (*beginning.groups(), request, *middle.groups(), referrer, agent, *end.groups())
