"""Envelopes as they come, told by marks that a bare line of the feed's format does not have.

Bare lines are many: they are looked at no further than the first character and a few words allow.
"""

from millrace.parse import members
from millrace.parse.envelopes import collector, cri, logstash, marks, readers, syslog
from millrace.parse.envelopes.unwrapped import Unwrap, Unwrapped
from millrace.parse.options import Options

_DIGITS = "0123456789"
_MONTHS = "JFMASOND"
_LONGEST_COUNT = 9  # characters to the PRI of a frame that has its length before it


def unwrapper(options: Options, *, for_json: bool, for_syslog: bool) -> Unwrap:
    """What takes one envelope off, if there is one."""
    by_first = {
        "{": _of_object(options, for_json=for_json),
        '"': _of_string(for_json=for_json),
        **dict.fromkeys(_DIGITS, _unwrap_cri if for_syslog else _dated(options, for_json=for_json)),
    }
    if not for_syslog:
        by_first["<"] = syslog.unwrapper(options)
        headed = syslog.unwrapper_if_certain(options, for_json=for_json)
        by_first |= dict.fromkeys(_MONTHS, headed)
    find = by_first.get

    def unwrap(line: str, received_at: int) -> Unwrapped | None:
        read = find(line[:1])
        return read(line, received_at) if read else None

    return unwrap


def _of_object(options: Options, *, for_json: bool) -> Unwrap:
    may_wrap = marks.may_wrap_json if for_json else marks.may_wrap_line
    by_name = readers.of_objects(options, for_json=for_json)

    def unwrap(line: str, received_at: int) -> Unwrapped | None:
        sent = members.object_within(line) if may_wrap(line) else None
        name = marks.envelope(sent, for_json=for_json) if sent is not None else None
        return by_name[name](sent, received_at) if name and sent is not None else None

    return unwrap


def _of_string(*, for_json: bool) -> Unwrap:
    def unwrap(line: str, received_at: int) -> Unwrapped | None:
        # Any text in quotes is JSON; a line of a JSON format is an object within.
        if for_json and not line.startswith('"{'):
            return None
        return collector.unwrap(line, received_at)

    return unwrap


def _unwrap_cri(line: str, received_at: int) -> Unwrapped | None:
    return cri.unwrap(line, received_at) if line[4:5] == "-" else None


def _dated(options: Options, *, for_json: bool) -> Unwrap:
    """What begins with a digit: a time, or the length of a frame of syslog."""
    of_frame = syslog.unwrapper(options)
    headed = syslog.unwrapper_if_certain(options, for_json=for_json)

    def unwrap(line: str, received_at: int) -> Unwrapped | None:
        if line[4:5] != "-":
            return of_frame(line, received_at) if " <" in line[:_LONGEST_COUNT] else None
        unwrapped = cri.unwrap(line, received_at)
        if unwrapped is None and not for_json:
            unwrapped = logstash.unwrap_if_certain(line, received_at)
        return headed(line, received_at) if unwrapped is None else unwrapped

    return unwrap
