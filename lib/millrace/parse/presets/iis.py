"""W3C logs of Microsoft's IIS, whose columns are those of a ``#Fields`` line.

A record knows no such line, so its columns are IIS's own choice by their number, or declared. Times
are always UTC.
"""

import re
from collections.abc import Callable, Sequence

from millrace.parse import notations, times
from millrace.parse.draft import ABSENT, Draft
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

_OF_REQUEST = "cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent)"
_OF_RESPONSE = "sc-status sc-substatus sc-win32-status"
_IIS_6 = f"date time s-sitename s-ip {_OF_REQUEST} {_OF_RESPONSE}".split()
_IIS_7 = f"date time s-ip {_OF_REQUEST} {_OF_RESPONSE} time-taken".split()
_IIS_8 = f"date time s-ip {_OF_REQUEST} cs(Referer) {_OF_RESPONSE} time-taken".split()
_COUNTS = f"{len(_IIS_8)} or {len(_IIS_7)}"
_SITE = re.compile(r"W3SVC[0-9]")

# By the names of columns in lower case. What has none of these keeps the column's own name.
_FIELDS = {
    "cs-method": "method",
    "cs-username": "user",
    "cs-version": "protocol",
    "cs-host": "virtual_host",
    "cs(host)": "virtual_host",
    "cs(referer)": "referrer",
    "sc-status": "status_code",
    "sc-bytes": "bytes",
}
_ATTRIBUTES = {
    "s-ip": "server.address",
    "s-port": "server.port",
    "s-computername": "host.name",
    "c-port": "client.port",
    "cs-bytes": "http.request.size",
}
_Put = Callable[[Draft, str], None]


def parser(options: Options) -> Parse:
    """What parses lines with IIS's own choice of columns: 15, or 14 in IIS 6 and 7."""
    iis_6, iis_7, iis_8 = (parser_of_fields(each, options) for each in (_IIS_6, _IIS_7, _IIS_8))

    def parse(line: str, received_at: int) -> Fields:
        columns = line.rstrip(" ").split(" ")
        if len(columns) == len(_IIS_8) or line.startswith("#"):
            fields = iis_8(line, received_at)
        elif len(columns) == len(_IIS_7):
            fields = (iis_6 if _SITE.match(columns[2]) else iis_7)(line, received_at)
        else:
            raise RejectedError("no_match", f"{len(columns)} columns, not {_COUNTS}")
        if "status_code" not in fields:
            raise RejectedError("no_match", "other columns than IIS's own choice: no status")
        return fields

    return parse


def parser_of_fields(fields: Sequence[str], options: Options) -> Parse:
    """What parses lines with these columns, in the order of a ``#Fields`` line.

    Columns of other names than IIS's are kept under their own. Raises ValueError, one sentence,
    where there are none, none that is known, or one twice.
    """
    names = [name.lower() for name in fields]
    _check(fields, names)
    puts = [_put(name, own) for name, own in zip(names, fields, strict=True)]

    def parse(line: str, received_at: int) -> Fields:
        if line.startswith("#"):
            raise RejectedError("no_match", "header")
        columns = line.rstrip(" ").split(" ")
        if len(columns) != len(puts):
            raise RejectedError("no_match", f"{len(columns)} columns, not {len(puts)}")
        draft = Draft(options, received_at)
        for put, column in zip(puts, columns, strict=True):
            put(draft, column)
        values = dict(zip(names, columns, strict=True))
        _put_time(draft, values.get("date", "-"), values.get("time", "-"), received_at)
        _put_path(draft, values.get("cs-uri-stem", "-"), values.get("cs-uri-query", "-"))
        return draft.done()

    return parse


def _check(fields: Sequence[str], names: list[str]) -> None:
    if not fields:
        raise ValueError("expected the names of columns, as in a #Fields line, but there are none")
    for name in fields:
        if not name or " " in name:
            raise ValueError(f"expected the name of one column, not {name!r}")
        if names.count(name.lower()) > 1:
            raise ValueError(f"the column {name} stands there twice")
    if not _PUTS.keys() & set(names):
        raise ValueError(f"none of the columns is one of IIS's: {' '.join(fields)}")


def _put(name: str, own: str) -> _Put:
    """What puts a column into the record: ``name`` in lower case, its ``own`` as declared."""
    return _PUTS.get(name) or _to_attribute(own)


def _to_field(field: str) -> _Put:
    return lambda draft, sent: draft.put(field, sent)


def _to_attribute(name: str) -> _Put:
    return lambda draft, sent: draft.attribute(name, sent)


def _to_header(field: str) -> _Put:
    """For headers of the request, whose blanks are written as plus signs."""
    return lambda draft, sent: draft.put(field, sent.replace("+", " "))


def _put_taken(draft: Draft, sent: str) -> None:
    draft.response_time(sent, "ms")


def _put_nothing(draft: Draft, sent: str) -> None:
    """For columns that say something only together with another."""


def _put_time(draft: Draft, date: str, time: str, received_at: int) -> None:
    """The instant; without a date the day nearest to the receipt."""
    if time in ABSENT:
        return
    if date in ABSENT:
        moment = notations.moment(time, received_at)
        draft.instant(moment[0] if moment else None, time)
    else:
        draft.instant(times.iso_8601(f"{date}T{time}"), f"{date} {time}")


def _put_path(draft: Draft, stem: str, query: str) -> None:
    if query in ABSENT:
        draft.put("path", stem)
    elif stem in ABSENT:
        draft.attribute("url.query", query)
    else:
        draft.put("path", f"{stem}?{query}")


_PUTS: dict[str, _Put] = {
    **{name: _to_field(field) for name, field in _FIELDS.items()},
    **{name: _to_attribute(own) for name, own in _ATTRIBUTES.items()},
    **dict.fromkeys(("date", "time", "cs-uri-stem", "cs-uri-query"), _put_nothing),
    "c-ip": Draft.client,
    "cs(user-agent)": _to_header("user_agent"),
    "cs(x-forwarded-for)": _to_header("forwarded_for"),
    "x-forwarded-for": _to_header("forwarded_for"),
    "time-taken": _put_taken,
}
