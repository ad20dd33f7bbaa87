"""What nginx's ``log_format`` and Apache's ``LogFormat`` share: values with literals between them.

A directive is read into a ``Template``; ``directive_pattern`` makes patterns of it, and
``directive_record`` a record of what they find.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from millrace.parse import durations
from millrace.parse.draft import Draft
from millrace.parse.rejection import RejectedError, found
from millrace.parse.times import clf_time
from millrace.records.formats import Unit

Escaping = Literal["hex", "backslash", "none"]
r"""How a server writes signs that could be taken for literals: ``\x22``, ``\"``, or as they are."""

Shape = Literal["text", "request", "client", "ident", "addresses", "upstreams"]
Put = Callable[[Draft, str], None]

KEPT = 4_096
"""Texts of times that are kept read: all lines of a second have the same."""

# A whole declaration in quotes, copied with them from a configuration file. With double quotes it
# is one only if it escapes those within: else they are literals around the first and last value.
_SINGLE = re.compile(r"\s*+(?:'(?:[^'\\]++|\\.)*+'\s*+)++;?\s*+\Z", re.DOTALL)
_DOUBLE = re.compile(r'\s*+(?:"(?:[^"\\]++|\\.)*+"\s*+)++;?\s*+\Z', re.DOTALL)
_PIECE = re.compile(r"\s*+(?:'((?:[^'\\]++|\\.)*+)'|\"((?:[^\"\\]++|\\.)*+)\")", re.DOTALL)
_ESCAPE = re.compile(r"\\([tnr\"'\\])")
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r"}


@dataclass(frozen=True)
class Form:
    """What values look like.

    ``usual`` is a pattern, without groups and of bounded length, of nearly all values; "" where
    they are any text. ``blanks`` are ``always`` possible, ``never``, or where the literal after the
    value does not begin with one. ``begins`` is the sign that each value begins with; ``is_closed``
    says that its pattern alone tells where it ends: either may stand right beside another.
    ``may_be_quotes``: two quotes stand for an empty value.
    """

    usual: str = ""
    blanks: Literal["always", "delimited", "never"] = "delimited"
    shape: Shape = "text"
    begins: str = ""
    is_closed: bool = False
    may_be_quotes: bool = False


WORD = Form(blanks="never")
OWN = Form()
TEXT = Form(blanks="always")
PATH = Form(blanks="always", begins="/")
CLIENT = Form(blanks="never", shape="client")
IDENT = Form(blanks="never", shape="ident")
ADDRESSES = Form(blanks="always", shape="addresses")
UPSTREAMS = Form(blanks="always", shape="upstreams")
REQUEST = Form(blanks="always", shape="request")
NUMBER = Form(r"[0-9]{1,15}")
STATUS = Form(r"[0-9]{3}")
CLF_TIME = Form(r"[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}(?::[0-9]{2}){3} [+-][0-9]{4}", "always")


@dataclass(frozen=True)
class Value:
    """A variable or directive: its ``name`` as it is declared, and what it sets.

    Of several with the same ``field`` the one with the lowest ``rank`` that has a value sets it;
    the others stand in their ``attribute``, or nowhere if None. Fields that begin with ``_`` are no
    fields of a record: a step makes some of them. ``read`` makes a field's value of a text of the
    usual form, ``put`` of any, or refuses it. ``keeps_dash`` says that ``-`` is a value.
    """

    name: str
    form: Form = OWN
    field: str | None = None
    rank: int = 0
    attribute: str | None = None
    put: Put | None = None
    read: Callable[[str], Any] | None = None
    keeps_dash: bool = False


@dataclass(frozen=True)
class Template:
    """The literal before the first value, and each value with the literal after it."""

    head: str
    slots: tuple[tuple[Value, str], ...]

    @property
    def values(self) -> tuple[Value, ...]:
        """The values in their order."""
        return tuple(value for value, _ in self.slots)


def plain(declaration: str) -> str:
    r"""The text of a directive: quoted pieces joined, ``\t`` and the like replaced."""
    is_quoted = _SINGLE.match(declaration) or (r"\"" in declaration and _DOUBLE.match(declaration))
    text = _joined(declaration) if is_quoted else declaration
    text = _ESCAPE.sub(lambda sign: _ESCAPED.get(sign[1], sign[1]), text)
    return text.strip("\r\n")  # a line has none at its ends


def _joined(declaration: str) -> str:
    pieces, position = [], 0
    while piece := _PIECE.match(declaration, position):
        pieces.append(piece[1] or piece[2] or "")
        position = piece.end()
    return "".join(pieces)


def checked(template: Template) -> Template:
    """The template; raises ValueError where no line can be read by it."""
    names = [value.name for value in template.values]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} stands twice: expected each only once")
    for (value, literal), (following, _) in zip(template.slots, template.slots[1:], strict=False):
        is_told = value.form.is_closed or (following.form.begins and value.form.blanks == "never")
        if literal == "" and not is_told:
            raise ValueError(
                f"{value.name} and {following.name} stand side by side: expected a literal between"
                " them, since nothing else tells where the first ends"
            )
    return template


def put(field: str) -> Put:
    """Sets a field of a status code or of bytes by any text, or refuses the text."""
    return lambda draft, text: draft.put(field, text)


def response_time(unit: Unit) -> Put:
    """Sets the response time by any text, or refuses the text."""
    return lambda draft, text: draft.response_time(text, unit)


def milliseconds(unit: Unit) -> Callable[[str], float | None]:
    """What reads the milliseconds of a number of that unit."""
    return lambda text: durations.milliseconds(text, unit)


@lru_cache(KEPT)
def clf(text: str) -> int:
    """The instant of a time of the Common Log Format; raises RejectedError where it is none."""
    time = clf_time(text)
    if time is None:
        raise RejectedError("bad_timestamp", found("timestamp", text))
    return time
