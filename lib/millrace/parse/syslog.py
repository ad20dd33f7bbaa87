"""System logs: RFC 5424, and RFC 3164 with or without PRI, told apart line by line.

RFC 5424, of any version; some senders leave out the structured data, others the dash of a PROCID or
MSGID that they have not::

    <PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]

RFC 3164 is read in bsd_syslog.py. The octet count of a stream's frames (RFC 6587) may stand before
both.
"""

import re
from functools import partial

from millrace.parse import bsd_syslog
from millrace.parse.level import SEVERITIES
from millrace.parse.options import DEFAULT, Options, Parse
from millrace.parse.rejection import RejectedError, found
from millrace.parse.text import absent_if_dash
from millrace.parse.times import instant, iso_8601
from millrace.records.fields import Fields

VERSION = 3

_OCTET_COUNT = re.compile(r"[0-9]{1,7} (?=<[0-9]{1,3}>)")
_PRI = re.compile(r"<([0-9]{1,3})> ?")
_RFC_5424 = re.compile(r"[0-9]{1,3} ")
_ZONED = re.compile(r".*(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})$")
_EPOCH = re.compile(r"[0-9]{9,10}(?:\.[0-9]{1,9})?$")
# Of ids without parameters those of IANA's registry; any other in brackets is text, as in [INFO].
_REGISTERED = re.compile(r"\[(?:timeQuality|origin|meta|snmp|[^\s\]]*@)")
_HIGHEST_PRI = 191  # RFC 5424, 6.2.1: facilities 0 to 23, severities 0 to 7
_BOM = "\ufeff"

# RFC 5424, 6.3: names hold no space, control character, `=`, `]` or quote; in a value a backslash
# escapes a quote, a backslash and a bracket, and stands for itself before anything else.
# Possessive, so that a line of tens of thousands of escapes does not backtrack.
_NAME = r'[^\x00-\x20\x7f=\]"]+'
_VALUE = r'[^"\\\]]*+(?:\\(?s:.)[^"\\\]]*+)*+'
_PARAMETERS = rf'(?: +{_NAME}="{_VALUE}")*+'
_ELEMENT = rf"\[{_NAME}{_PARAMETERS} *\]"
_ELEMENTS = re.compile(rf"(?:{_ELEMENT})++(?= |\Z)")
_ELEMENT_PARTS = re.compile(rf"\[({_NAME})({_PARAMETERS}) *\]")
_PARAMETER_PARTS = re.compile(rf' +({_NAME})="({_VALUE})"')
_ESCAPED = re.compile(r'\\(["\\\]])')


def parser(options: Options) -> Parse:
    """What parses lines."""
    return partial(parse, options=options)


def parse(line: str, received_at: int, options: Options = DEFAULT) -> Fields:
    """The line's fields, with ``timestamp``, ``level`` and ``service_name``.

    ``service_name`` is the program that wrote the line. Raises RejectedError where it is no record.
    """
    counted = _OCTET_COUNT.match(line)
    line = line[counted.end() :] if counted else line
    match = _PRI.match(line)
    after = line[match.end() :] if match else line
    pri = int(match[1]) if match else None
    if pri is not None and pri > _HIGHEST_PRI:
        raise RejectedError("bad_value", found("pri", str(pri)))
    is_5424 = match and _RFC_5424.match(after)
    fields = (
        _rfc_5424(after, received_at) if is_5424 else bsd_syslog.parse(after, received_at, options)
    )
    severity = fields.get("severity") if pri is None else pri % 8
    return {
        **fields,
        "service_name": fields["app_name"],
        "level": "INFO" if severity is None else SEVERITIES[severity],
        "facility": None if pri is None else pri // 8,
        "severity": severity,
        "message": fields["message"] or None,
    }


def _rfc_5424(after: str, received_at: int) -> Fields:
    """The header's words, structured data and message."""
    words = after.split(" ", 6)
    time = words[1]
    if _EPOCH.match(time):
        return _without_header(after, instant(time))
    # Two spaces in a row leave a field between them empty.
    if len(words) < 7 or ("" in words[:6] and not _is_whole(words)):
        raise RejectedError("no_match", "not the seven fields of RFC 5424")
    data, message = _parted(words[6])
    zoned = iso_8601(time) if _ZONED.match(time) else None
    timestamp = received_at if time == "-" else zoned
    if timestamp is None:
        raise RejectedError("bad_timestamp", found("timestamp", time))
    return {
        "timestamp": timestamp,
        "hostname": absent_if_dash(words[2]),
        "app_name": absent_if_dash(words[3]),
        "proc_id": absent_if_dash(words[4]) or None,
        "msg_id": absent_if_dash(words[5]) or None,
        "message": message.removeprefix(_BOM),
        "structured_data": _structured_data(data) if data else None,
    }


def _is_whole(words: list[str]) -> bool:
    """Whether nothing but PROCID or MSGID is empty, and no other reading of the words is left."""
    *_, msg_id, rest = words
    message = _parted(rest)[1]
    if "" in words[:4] or message == rest:
        # Without structured data the spaces may be the message's.
        return False
    # In `app  77 - - text` a space is too many rather than PROCID empty.
    return not msg_id or _parted(message)[1] == message


def _parted(rest: str) -> tuple[str, str]:
    """Structured data, empty where there is none, and the message after it."""
    if rest == "-" or rest.startswith("- "):
        return "", rest[2:]
    elements = _ELEMENTS.match(rest)
    if elements and ('="' in elements[0] or _REGISTERED.match(elements[0])):
        return elements[0], rest[elements.end() + 1 :]
    return "", rest


def _without_header(after: str, timestamp: int | None) -> Fields:
    """Meraki's devices write seconds since 1970, the host and then the message."""
    _, time, *rest = after.split(" ", 3)
    if timestamp is None or len(rest) < 2:
        raise RejectedError("bad_timestamp", found("timestamp", time))
    host, message = rest
    return {"timestamp": timestamp, "hostname": host, "app_name": None, "message": message}


def _structured_data(data: str) -> dict[str, dict[str, str]]:
    """The elements by their ids, each a map of its parameters; of a repeated name the last one."""
    by_id, position = {}, 0
    while element := _ELEMENT_PARTS.match(data, position):
        by_id[element[1]] = _parameters(element[2])
        position = element.end()
    return by_id


def _parameters(text: str) -> dict[str, str]:
    by_name, position = {}, 0
    while parameter := _PARAMETER_PARTS.match(text, position):
        name, value = parameter.groups()
        by_name[name] = _ESCAPED.sub(r"\1", value) if "\\" in value else value
        position = parameter.end()
    return by_name
