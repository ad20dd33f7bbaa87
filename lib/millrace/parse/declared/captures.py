"""What the named groups of an expression capture, put into a record."""

import re
from collections.abc import Callable
from functools import partial

from millrace.parse.declared.capture_fields import Keep, keeper
from millrace.parse.declared.expression import Expression
from millrace.parse.draft import Draft
from millrace.parse.options import Options
from millrace.parse.rejection import RejectedError, found
from millrace.records.fields import Fields

MAX_FIELDS = 200
AFTER = "after"
"""The group, the last one, that takes the character by which an expression sees its end."""

Read = Callable[[str, int], Fields | None]
"""As Parse, but None where the expression does not match the line."""

_BRACKETS = re.compile(r"(?:\[[^\[\]]+\])+$")
_NAME = re.compile(r"[\w@][\w@.-]*$")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}(?:\.0{1,19})?$")
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?$"
)
_BOOLEAN = re.compile(r"(?:true|false|yes|no|on|off|1|0)$", re.IGNORECASE)
TYPES: dict[str, re.Pattern[str] | None] = {
    **dict.fromkeys(("int", "integer", "long"), _WHOLE),
    **dict.fromkeys(("float", "double"), _NUMBER),
    **dict.fromkeys(("boolean", "bool"), _BOOLEAN),
    "string": None,
}
"""The types that a capture can have: what its text has to be."""


class Captures:
    """The named groups of one expression, in the order in which they are added."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._names: dict[str, str] = {}
        self._keeps: dict[str, Keep] = {}

    def add(self, name: str, kind: str | None = None) -> str:
        """The group's name in the expression, for a name and type as users write them.

        ``[a][b]`` is ``a.b``. Raises ValueError where the name or the type is none, or the field
        has a group already.
        """
        path = _path(name)
        if kind is not None and kind not in TYPES:
            raise ValueError(f"{name}:{kind}: there is no type {kind}, only {', '.join(TYPES)}")
        field, keep = keeper(path, self._options)
        if field in self._names:
            both = " and ".join(dict.fromkeys((self._names[field], path)))
            raise ValueError(f"{field} is captured twice, as {both}")
        if len(self._names) == MAX_FIELDS:
            raise ValueError(f"it captures more than {MAX_FIELDS} fields")
        self._names[field] = path
        group = f"f{len(self._names)}"
        form = TYPES[kind] if kind else None
        self._keeps[group] = partial(_checked, form, field, keep) if form else keep
        return group

    def reader(self, expression: Expression) -> Read:
        """What makes a record of a line, or None where the expression does not match it.

        What follows the match is the attribute ``extra``. Raises ValueError where the expression
        captures nothing.
        """
        if not self._keeps:
            raise ValueError("it captures nothing: no field has a name")
        spans_of, options = expression.spans, self._options
        keeps = [_nothing, *(self._keeps.get(group, _nothing) for group in expression.groups)]
        sees_end = expression.groups[-1] == AFTER

        def read(line: str, received_at: int) -> Fields | None:
            match = spans_of(line)
            if match is None:
                return None
            source, spans = match
            draft = Draft(options, received_at)
            for keep, (begin, end) in zip(keeps, spans, strict=True):
                if begin < end:
                    part = source[begin:end]
                    text = part if isinstance(part, str) else part.decode(errors="replace")
                    if text != "-":
                        keep(draft, text)
            end = spans[-1][0] if sees_end and spans[-1][0] >= 0 else spans[0][1]
            if end < len(source):
                part = source[end:]
                rest = part if isinstance(part, str) else part.decode(errors="replace")
                draft.attribute("extra", rest.strip())
            return draft.done()

        return read


def _path(name: str) -> str:
    path = name[1:-1].replace("][", ".") if _BRACKETS.match(name) else name
    if not _NAME.match(path):
        raise ValueError(
            f"{name!r} names no field: expected letters, digits and . _ - @, or [a][b]"
        )
    return path


def _nothing(draft: Draft, text: str) -> None:
    """Keeps nothing, as of the whole match."""


def _checked(form: re.Pattern[str], field: str, keep: Keep, draft: Draft, text: str) -> None:
    if not form.match(text):
        raise RejectedError("bad_value", found(field, text))
    keep(draft, text)
