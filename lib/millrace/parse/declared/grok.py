"""Formats that grok patterns declare: expressions in which ``%{NAME:field}`` stands for a pattern.

``%{NAME}`` matches and keeps nothing, ``%{NAME:field}`` keeps, ``%{NAME:field:type}`` also says
what the text has to be. A field is a name, a dotted path, or ``[a][b]``, which is ``a.b``; groups
in the expression, ``(?<field>...)``, keep too. What the fields' names mean is in
``capture_fields``; the patterns are those of ``grok_library`` and one's own, which win.

The rest is a regular expression of RE2, but ``(?m)``, ``^`` and ``$`` mean what they do in Ruby.
It may match anywhere in a line; what follows the match is the attribute ``extra``.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches

from millrace.parse.declared.captures import AFTER, Captures, Read
from millrace.parse.declared.expression import MAX_BYTES, Expression, rewritten
from millrace.parse.declared.grok_library import NOT_AFTER, NOT_BEFORE, PATTERNS
from millrace.parse.options import DEFAULT, Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1
MAX_DEPTH = 30

_REFERENCE = re.compile(r"%\{(\w+)(?::([^:}]+)(?::(\w+))?)?\}$")
_FIRST = re.compile(r"%\{(\w++)[^%}]*+\}(?![*+?{])")
_LAST = re.compile(r"%\{(\w++)[^%}]*+\}$")
_NAME = re.compile(r"\w+$")


def parser(
    pattern: str | Sequence[str], options: Options, patterns: Mapping[str, str] = {}
) -> Parse:
    """What parses lines by the first of the patterns that matches.

    ``patterns`` are one's own by their names. Raises ValueError, one sentence, where any of these
    is at fault. A line that none matches is rejected: no_match.
    """
    several = [pattern] if isinstance(pattern, str) else list(pattern)
    if not several:
        raise ValueError("there is no pattern")
    for name in patterns:
        if not _NAME.match(name):
            raise ValueError(f"{name!r} names no pattern: expected letters, digits and _")
    reads = []
    for number, each in enumerate(several, 1):
        try:
            reads.append(_reader(each, options, patterns))
        except ValueError as error:
            if len(several) == 1:
                raise
            raise ValueError(f"pattern {number}: {error}") from None

    def parse(line: str, received_at: int) -> Fields:
        for read in reads:
            fields = read(line, received_at)
            if fields is not None:
                return fields
        raise RejectedError("no_match", "no pattern matches")

    return parse


def _reader(pattern: str, options: Options, own: Mapping[str, str]) -> Read:
    if not pattern:
        raise ValueError("the pattern is empty")
    captures = Captures(options)
    expansion = _Expansion(captures.add, own)
    text = _guarded(pattern, expansion.of(pattern), own)
    try:
        return captures.reader(Expression(text, is_by_line=True))
    except ValueError:
        _blame(expansion.expanded, own)
        raise


def _blame(names: Iterable[str], own: Mapping[str, str]) -> None:
    """Raises ValueError that names the first of the patterns that is at fault by itself."""
    for name in names:
        expansion = _Expansion(Captures(DEFAULT).add, own)
        try:
            Expression(expansion.of(own[name]), is_by_line=True)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None


def _guarded(pattern: str, text: str, own: Mapping[str, str]) -> str:
    """The expanded pattern, which no longer begins or ends within a number.

    That is seen to where a pattern of the library stands first or last; between others the text
    at either side does it.
    """
    first, last = _FIRST.match(pattern), _LAST.search(pattern)
    before = NOT_BEFORE.get(first[1]) if first and first[1] not in own else None
    after = NOT_AFTER.get(last[1]) if last and last[1] not in own else None
    begin = f"(?:^|[^{before}])" if before else ""
    end = f"(?P<{AFTER}>[^{after}]|$)" if after else ""
    return f"{begin}{text}{end}"


class _Expansion:
    """What stands for references; all of them together have to keep to the bounds.

    ``expanded`` are the names of one's own patterns that came up, the innermost first.
    """

    def __init__(self, capture: Callable[[str, str | None], str], own: Mapping[str, str]) -> None:
        self._capture, self._own = capture, own
        self._chain: list[str] = []
        self._bytes = 0
        self.expanded: dict[str, None] = {}

    def of(self, pattern: str) -> str:
        """The pattern with what its references stand for; raises ValueError."""
        self._bytes += len(pattern.encode(errors="replace")) + len("(?:)")
        if self._bytes > MAX_BYTES:
            raise ValueError("with what its references stand for it is longer than 64 KiB")
        return rewritten(pattern, lambda name: self._capture(name, None), self._reference)

    def _reference(self, text: str) -> str:
        match = _REFERENCE.match(text)
        if not match:
            raise ValueError(
                f"{text[:80]} is neither %{{NAME}} nor %{{NAME:field}} nor with a type"
            )
        name, field, kind = match.groups()
        # A group by itself, or alternatives would reach beyond the pattern that has them.
        begin = f"(?P<{self._capture(field, kind)}>" if field else "(?:"
        return f"{begin}{self._named(name)})"

    def _named(self, name: str) -> str:
        pattern = self._own.get(name, PATTERNS.get(name))
        if pattern is None:
            raise ValueError(f"there is no pattern {name}{self._nearest(name)}")
        if name in self._chain:
            chain = [*self._chain[self._chain.index(name) :], name]
            raise ValueError(f"the pattern {name} contains itself: {' > '.join(chain)}")
        if len(self._chain) == MAX_DEPTH:
            raise ValueError(f"patterns are nested more than {MAX_DEPTH} deep, as {name}")
        self._chain.append(name)
        expanded = self.of(pattern)
        self._chain.pop()
        if name in self._own:
            self.expanded[name] = None
        return expanded

    def _nearest(self, name: str) -> str:
        where = f" (in {self._chain[-1]})" if self._chain else ""
        known = {each.casefold(): each for each in (*PATTERNS, *self._own)}
        near = [known[each] for each in get_close_matches(name.casefold(), known)]
        return f"{where}; near it are {', '.join(near)}" if near else where
