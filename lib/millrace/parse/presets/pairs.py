r"""Pairs ``key=value`` with blanks between, as logfmt and klog write them.

A key is a run without blank, ``=`` and quote. A value is bare up to the next blank, or stands in
quotes within which a backslash escapes. A key alone means true. Taken as one value are also four
that have blanks and no quotes: a date and time, a list or struct as Go prints it, the text in
single quotes that Lograge writes after ``error=``, and the lines between ``<`` and ``>`` of klog.
"""

import re

_BLANK = r"\x00-\x20"
_END = rf"(?=[{_BLANK}]|\Z)"
_KEY = rf'[^{_BLANK}="]++'
# Without its closing quote where the line was cut within it.
_QUOTED = rf'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"{_END}|\\?\Z)'
_TIME = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
    rf"[^{_BLANK}]*+(?: (?:[+-][0-9]{{4}}|[A-Z]{{3,4}}){_END})?+"
)
# A blank before a further pair ends it.
_BRACKETS = rf"(?:map|&)?[\[{{](?:[^{_BLANK}]|[{_BLANK}](?!{_KEY}=))*+(?<=[\]}}])"
_LOGRAGE = rf"(?<=error=)'[^']*+(?:'(?!{_END})[^']*+)*+'?"
# Whatever follows, or such lines would be looked through once for each that begins so.
_LINES = r"<\n(?:\t[^\n]*+(?:\n|\Z))++(?: >)?"
_BARE = rf'(?!")(?:(?:{_TIME}|{_BRACKETS}|{_LOGRAGE}){_END}|{_LINES}|[^{_BLANK}]*+)'
# A sign with which no key can begin is the last group.
_PAIR = re.compile(rf'({_KEY})(?:(=)(?:{_QUOTED}|({_BARE})))?+|([="])', re.DOTALL)
_FIRST = re.compile(rf"[{_BLANK}]*+{_KEY}=")

_ESCAPED = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?"
    r"|U([0-9a-fA-F]{8})|x([0-7][0-9a-fA-F])|(.))",
    re.DOTALL,
)
# Those of JSON and of Go; a backslash before any other sign stands for itself.
_SIGNS = {
    '"': '"', "'": "'", "\\": "\\", "/": "/", "n": "\n", "t": "\t", "r": "\r",
    "a": "\a", "b": "\b", "f": "\f", "v": "\v",
}  # fmt: skip
_SURROGATES = range(0xD800, 0xE000)
_HIGH_SURROGATES = range(0xD800, 0xDC00)
_LAST_CHARACTER = 0x10FFFF


def pairs(text: str) -> dict[str, str] | None:
    """The values by their keys, of a repeated key the last; None where there is other text.

    The first must be a pair; of those after it, a key alone has the value ``true``.
    """
    if not _FIRST.match(text):
        return None
    found = {
        key: (unescaped(quoted) if quoted else bare) if sign else other or "true"
        for key, sign, quoted, bare, other in _PAIR.findall(text)
    }
    return None if "" in found else found


def unescaped(text: str) -> str:
    """What stands between quotes, its escapes resolved; half a surrogate pair becomes ``?``."""
    return _ESCAPED.sub(_sign, text) if "\\" in text else text


def _sign(match: re.Match[str]) -> str:
    short, low, long, byte, other = match.groups()
    if other:
        return _SIGNS.get(other, match[0])
    code = int(short or long or byte, 16)
    if low and code in _HIGH_SURROGATES:
        return chr(0x10000 + ((code - 0xD800) << 10) + int(low, 16) - 0xDC00)
    is_character = code <= _LAST_CHARACTER and code not in _SURROGATES
    return (chr(code) if is_character else "?") + ("?" if low else "")
