"""Regular expressions that users write: their notation, and RE2, which runs them.

RE2 takes time linear in the length of a text, whatever the expression is, and therefore has no
look-around, no back-references and no possessive or atomic groups.
"""

import re
from collections.abc import Callable
from typing import Any

# The extension beneath the package's own module: reading the latter's matches takes twice as long.
from re2 import Options, _re2  # type: ignore[import-untyped]

MAX_BYTES = 64 * 1024
MAX_MEMORY_BYTES = 16 * 1024 * 1024

# What has a meaning of its own where an expression is rewritten; a class may hold parentheses.
_TOKEN = re.compile(
    r"\\Q(?P<literal>.*?)(?:\\E|\Z)"
    r"|\\."
    r"|\[\^?\]?(?:\[:[^\]:]{0,20}+:\]|\\.|[^\]\\])*+(?:\]|\Z)"
    r"|(?P<reference>%\{[^}]*+\}?)"
    r"|\(\?P?<(?P<named>[^=!>][^>]{0,250}+)>"
    r"|(?P<flags>\(\?[A-Za-z-]{1,20}+[:)])"
    r"|\(\?"
    r"|(?P<plain>\()",
    re.DOTALL,
)
_SIGN = re.compile(r"[^0-9A-Za-z_]")
# Characters that text of ASCII cannot have, as they are or by their numbers.
_NOT_ASCII = re.compile(
    r"(\\[^x])"
    r"|\\x\{0*(?:[89a-fA-F][0-9a-fA-F]|[1-9a-fA-F][0-9a-fA-F]{2,5})\}"
    r"|[^\x00-\x7f]",
    re.DOTALL,
)

_ANYWHERE = _re2.RE2.Anchor.UNANCHORED
_BEGIN, _WHOLE = _re2.RE2.Anchor.ANCHOR_START, _re2.RE2.Anchor.ANCHOR_BOTH
_NO_GROUPS = {
    "(?=": "look-ahead, (?=...)",
    "(?!": "negative look-ahead, (?!...); a class may say what follows, as [^0-9]",
    "(?<=": "look-behind, (?<=...)",
    "(?<!": "negative look-behind, (?<!...)",
    "(?>": "atomic groups, (?>...); write (?:...)",
    "(?#": "comments, (?#...)",
    "(?x": "free spacing, (?x)",
    "(?|": "branch resets, (?|...)",
    "(?~": "absent operators, (?~...)",
    "(?(": "conditions, (?(...)...)",
    "(?P": "references to groups, as (?P=name)",
}
_INSTEAD = {
    "h": "[0-9A-Fa-f]",
    "H": "[^0-9A-Fa-f]",
    "Z": r"\z",
    "R": r"(?:\r\n|\n)",
    "N": r"[^\n]",
    "e": r"\x1b",
    "u": r"\x{...}",
}
_FAULTS = {
    "missing ]": "a [ is not closed",
    "missing )": "a ( is not closed",
    "unexpected )": "a ) closes nothing",
    "invalid named capture group": "the name of a group does not end",
    "trailing \\": "it ends in a single backslash",
    "pattern too large - compile failed": "compiled it takes more than 16 MiB",
    "expression nested too deeply": "its groups are nested too deep",
}


def rewritten(
    expression: str,
    group: Callable[[str], str],
    reference: Callable[[str], str] | None = None,
) -> str:
    """The expression with its named groups renamed by ``group``, and no others that capture.

    With ``reference``, which says what stands for a ``%{...}``, it is read as Oniguruma reads it
    for Ruby: there ``(?m)`` lets a dot match newlines.
    """

    def token(match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind == "literal":
            return _SIGN.sub(_escaped, match["literal"])
        if kind == "named":
            return f"(?P<{group(match['named'])}>"
        if kind == "plain":
            return "(?:"
        if reference and kind == "reference":
            return reference(match[0])
        return match[0].replace("m", "s") if reference and kind == "flags" else match[0]

    return _TOKEN.sub(token, expression)


class Expression:
    """A compiled expression; ``groups`` are the names of its groups in their order."""

    __slots__ = ("_anchor", "_is_by_line", "_match", "_match_ascii", "groups")

    def __init__(self, text: str, *, is_whole: bool = False, is_by_line: bool = False) -> None:
        r"""``text`` is in RE2's notation; raises ValueError, in words, where it is at fault.

        ``is_whole``: it matches whole texts alone. ``is_by_line``: ``^`` and ``$`` match at the
        ends of each line, as in Ruby.
        """
        compiled = _compiled(f"(?m){text}" if is_by_line else text, Options.Encoding.UTF8)
        # In a text of ASCII without a newline this matches the same. It has fewer instructions as
        # it reads bytes, not characters: up to 512 of them RE2 takes a third of the time.
        of_ascii = _compiled(
            _NOT_ASCII.sub(lambda match: match[1] or r"\xff", text), Options.Encoding.LATIN1
        )
        self._match, self._match_ascii = compiled.Match, of_ascii.Match
        self._anchor, self._is_by_line = _WHOLE if is_whole else _BEGIN, is_by_line
        names = sorted((number, name.decode()) for name, number in compiled.NamedCapturingGroups())
        self.groups = tuple(name for _, name in names)

    def spans(self, text: str) -> tuple[str | bytes, list[tuple[int, int]]] | None:
        """Where the match, and then each group, begins and ends; -1 of one that matches nothing.

        Counted in characters of the text, or in bytes of its UTF-8: of what is given first. None
        where the expression does not match. Half of a surrogate pair is read as ``?``.
        """
        encoded = text.encode(errors="replace")
        is_ascii = text.isascii()
        is_line = is_ascii and not (self._is_by_line and "\n" in text)
        match = self._match_ascii if is_line else self._match
        spans = match(self._anchor, encoded, 0, len(encoded))
        if spans[0][0] < 0 and self._anchor is _BEGIN:
            # Most lines match from their first character on: to look there alone is cheaper, and
            # what matches there is the match of a search too.
            spans = match(_ANYWHERE, encoded, 0, len(encoded))
        if spans[0][0] < 0:
            return None
        return (text if is_ascii else encoded), spans


def _compiled(text: str, encoding: Any) -> Any:
    options = Options()
    options.log_errors = False  # it would print each to stderr
    options.max_mem = MAX_MEMORY_BYTES
    options.encoding = encoding
    compiled = _re2.RE2(text.encode(errors="replace"), options)
    if not compiled.ok():
        raise ValueError(_in_words(compiled.error().decode(errors="replace")))
    return compiled


def _escaped(match: re.Match[str]) -> str:
    sign = match[0]
    return f"\\{sign}" if " " <= sign <= "~" else f"\\x{{{ord(sign):x}}}"


def _in_words(error: str) -> str:
    """RE2's error, which is ``what it is: where``, as a part of a sentence."""
    what, _, where = error.partition(": ")
    if what == "invalid perl operator" and where in _NO_GROUPS:
        return f"RE2 has no {_NO_GROUPS[where]}"
    if what == "invalid escape sequence":
        sign = where[1:2]
        if sign.isdigit() or sign in "kg":
            return f"RE2 has no back-references, as {where}"
        instead = f"; write {_INSTEAD[sign]}" if sign in _INSTEAD else ""
        return f"RE2 has no {where}{instead}"
    if what == "bad repetition operator":
        if where.endswith("+"):
            return f"RE2 has no possessive repetition, {where}; write {where[:-1]}"
        return f"{where} repeats a repetition"
    if what == "no argument for repetition operator":
        return f"{where} repeats nothing"
    if what == "invalid repetition size":
        return f"{where} repeats too often: 1000 times at most, repetitions within others included"
    if what == "invalid character class range":
        return f"there is no class or range {where}"
    return _FAULTS.get(what) or error[:200]
