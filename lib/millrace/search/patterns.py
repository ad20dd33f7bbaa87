"""Regular expressions made of escaped texts, the same to MongoDB and to Python.

Each takes time linear in what it is matched with, or at most that times the text's length: nothing
in one is repeated but any character, once, and that without a way back.
"""

import re
import sys
from collections.abc import Sequence

from millrace.search.syntax import Piece, Wildcard

# The two letters of ASCII whose other case Unicode has outside of it as well: the Kelvin sign, the
# long s. MongoDB would find those too, so they are not left to its (?i).
_CASED_ELSEWHERE = "KSks"
_RUNS = re.compile(rf"[^{_CASED_ELSEWHERE}\x80-\U0010ffff]+|[{_CASED_ELSEWHERE}]+|[^\0-\x7f]+")
_ANY = "(?s:.)"
_LAST_BEFORE_SURROGATES, _FIRST_AFTER = 0xD7FF, 0xE000


def escaped(text: str) -> str:
    """A pattern of the text itself."""
    return re.escape(text).replace("\0", r"\x00")


def in_any_case(text: str) -> str:
    """A pattern of the text, in which letters of ASCII stand for both cases, and no others do."""
    first, *others = _RUNS.findall(text)
    if others and first[0] in _CASED_ELSEWHERE:
        # MongoDB looks for a beginning without these four times faster.
        return f"(?<={_run_in_any_case(first)}){''.join(map(_run_in_any_case, others))}"
    return "".join(map(_run_in_any_case, (first, *others)))


def _run_in_any_case(run: str) -> str:
    if run[0] in _CASED_ELSEWHERE:
        return "".join(f"[{sign.lower()}{sign.upper()}]" for sign in run)
    return f"(?i:{escaped(run)})" if run.isascii() else escaped(run)


def whole(pieces: Sequence[Piece], end: str) -> str:
    """A pattern of a whole text; ``end`` is how the engine writes the very end of one.

    Of the pieces one may be ``*``.
    """
    if Wildcard.MANY not in pieces:
        return f"^{_joined(pieces)}{end}"
    at = pieces.index(Wildcard.MANY)
    head, tail = pieces[:at], pieces[at + 1 :]
    if Wildcard.MANY in tail:
        raise ValueError(f"more than one * in {pieces}")
    if not tail:
        return f"^{_joined(head)}"
    least = sum(1 if isinstance(piece, Wildcard) else len(piece) for piece in tail)
    return f"^{_joined(head)}(?s:.{{{least},}}+)(?<={_joined(tail)})"


def _joined(pieces: Sequence[Piece]) -> str:
    return "".join(_ANY if isinstance(piece, Wildcard) else escaped(piece) for piece in pieces)


def after(prefix: str) -> str | None:
    """The first text, by code points, after all that begin so; None where there is none."""
    kept = prefix.rstrip(chr(sys.maxunicode))
    if not kept:
        return None
    last = ord(kept[-1])
    following = _FIRST_AFTER if last == _LAST_BEFORE_SURROGATES else last + 1
    return kept[:-1] + chr(following)
