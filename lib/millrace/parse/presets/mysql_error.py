"""Error logs of MySQL 5.5 to 9 and MariaDB: time, thread, level, and since MySQL 8 a code.

Times are UTC, or with their offset; those of old servers and MariaDB are local. Only those with two
digits of the year stand without a thread.
"""

import re

from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

_LINE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}(?:T|  ?)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?(?= ++[0-9])|[0-9]{6}  ?[0-9]{1,2}:[0-9]{2}:[0-9]{2})"
    r"(?: ++(0x[0-9a-f]++|[0-9]++))? ++\[(\w++)\]"
    r"(?: \[(MY-[0-9]++)\](?: \[([^\]\n]*+)\])?)? ?(.*)\Z",
    re.DOTALL | re.ASCII,
)


def parser(options: Options) -> Parse:
    """What parses a line of an error log; raises RejectedError where it is no record."""
    is_note_named = options.level("Note") is not None

    def parse(line: str, received_at: int) -> Fields:
        match = _LINE.match(line)
        if not match or options.level(match[3]) is None:
            raise RejectedError("no_match", "not time, thread and [level]")
        time, thread, level, code, subsystem, message = match.groups()
        draft = Draft(options, received_at)
        draft.time(time)
        draft.level("NOTICE" if level == "Note" and not is_note_named else level)
        draft.put("error_code", code)
        draft.put("message", message)
        draft.attribute("thread.id", thread)
        draft.attribute("otel.scope.name", subsystem)
        return draft.done()

    return parse
