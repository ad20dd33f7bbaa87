r"""Formats that a regular expression with named groups declares.

The expression is in RE2's notation and matches whole lines: it stands as if between ``^`` and
``$``, so that what may surround a line's part is said, as ``.*``. A dot takes no newline but with
``(?s)``. Groups are named ``(?P<name>...)`` or ``(?<name>...)``, by dotted paths too; what the
names mean is in ``capture_fields``. Groups without a name keep nothing.
"""

from millrace.parse.declared.captures import Captures
from millrace.parse.declared.expression import MAX_BYTES, Expression, rewritten
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1


def parser(pattern: str, options: Options) -> Parse:
    """What parses lines by the expression; raises ValueError, one sentence, where it is at fault.

    A line that the expression does not match as a whole is rejected: no_match.
    """
    if not pattern:
        raise ValueError("the expression is empty")
    if len(pattern.encode(errors="replace")) > MAX_BYTES:
        raise ValueError("the expression is longer than 64 KiB")
    captures = Captures(options)
    read = captures.reader(Expression(rewritten(pattern, captures.add), is_whole=True))

    def parse(line: str, received_at: int) -> Fields:
        fields = read(line, received_at)
        if fields is None:
            raise RejectedError("no_match", "the expression does not match the whole line")
        return fields

    return parse
