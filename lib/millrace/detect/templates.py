"""Log messages by their template: the constant words, with what varies left open.

A template is written as ``Accepted password for <*> from <ip> port <num>``. Values that show by
their form are masked, in templates and messages alike: ``<num>`` (a number, or an id with digits),
``<ip>``, ``<uuid>``, ``<time>``, ``<mac>``, ``<hex>``, ``<email>``, ``<str>`` (a quoted word).
``<*>`` stands for any one token.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

WILDCARD = "<*>"
CUT = "…"
# What lies beyond them is not looked at; the token CUT stands for it.
MAX_CHARACTERS = 1024
MAX_TOKENS = 64

_ID_DIGITS = 12
_TOKENS_KEPT = 10_000

# Every pattern is linear: a repetition ends at a character that it cannot contain, or is bounded.
# They are ASCII, so that no table of another Unicode version makes another template.
# An apostrophe within a word opens no quotation.
_QUOTED = re.compile(r"""(?:"[^"]*"|(?<!\w)'[^']*'(?!\w)):?""", re.ASCII)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)
_AFTER_KEY = re.compile("(?<=[^ =]=) (?![^ =]*=)")  # where a value follows
_HEX = "[0-9a-fA-F]"
_GROUPS = rf"{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}}"
_NUMBER = r"\d+(?:[.,]\d+)*"
_UNIT = r"(?:%|[kKMGTP]i?[Bb]?|[Bb]|[mun]?s|min|[mhdx]|[kMG]?Hz)"
_END = r"(?![0-9A-Za-z])"
_WITH_DIGITS = re.compile(
    rf"""(?<![0-9A-Za-z])(?:
      (?P<uuid>{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}{_END})
    | (?P<time>\d{{4}}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?{_END}
        | \d\d:\d\d:\d\d(?:[.,]\d+)?(?!:?[0-9A-Za-z]))
    | (?P<mac>{_HEX}{{2}}(?::{_HEX}{{2}}){{5}}{_END})
    | (?P<ip>\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?!\.?[0-9A-Za-z])
        | (?:{_HEX}{{1,4}}:){{7}}{_HEX}{{1,4}}{_END}
        | (?=[0-9a-fA-F:]{{0,39}}\d)(?:{_GROUPS})?::(?:{_GROUPS})?(?:\.\d{{1,3}}){{0,3}}{_END})
    | (?P<hex>0[xX]{_HEX}+{_END})
    | (?=\d+[a-fA-F]|[a-fA-F]+\d){_HEX}{{8,}}{_END}
    | [-+]?{_NUMBER}(?:[eE][-+]\d+)?(?={_UNIT}?{_END})
    | (?P<stem>[A-Za-z]+){_NUMBER}{_END}
    | [A-Za-z]*\d[0-9A-Za-z]*
    )""",
    re.ASCII | re.VERBOSE,
)


@dataclass(frozen=True)
class Template:
    """A template: its id, its text, and how many messages of those mined it matched."""

    id: str
    text: str
    messages: int


def template_id(text: str) -> str:
    """The first 12 hex digits of the SHA-256 of the text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def message_tokens(message: str) -> tuple[str, ...]:
    """The tokens of a message, masked, 64 at most; none of a blank one.

    White space parts tokens, and ``=`` ends one, so that a key is told from its value. Of a longer
    message its beginning, with ``…`` for the rest.
    """
    tokens = template_tokens(_masked(message[:MAX_CHARACTERS]))
    if len(message) > MAX_CHARACTERS:
        tokens = (*tokens[:-1], CUT)  # the last one may be half a token
    if len(tokens) > MAX_TOKENS:
        tokens = (*tokens[: MAX_TOKENS - 1], CUT)
    return tokens


def template_tokens(text: str) -> tuple[str, ...]:
    """The tokens of a template's text."""
    return tuple(text.replace("=", "= ").split())


def template_text(tokens: Iterable[str]) -> str:
    """The text of a template of these tokens: ``template_tokens`` gives the same ones back."""
    return _AFTER_KEY.sub("", " ".join(tokens))


class Matcher:
    """Tells which of some templates a message matches; the same for ever, whatever came before.

    Of several it is the one with most tokens other than ``<*>``, then the first by text.
    """

    def __init__(self, templates: Iterable[Template]) -> None:
        self._root = _Node()
        self.template_of = lru_cache(_TOKENS_KEPT)(self._search)
        for template in templates:
            self._add(template)

    def match(self, message: str) -> str | None:
        """The id of the template that ``message`` matches, None where it matches none."""
        template = self.template_of(message_tokens(message))
        return template.id if template else None

    def _add(self, template: Template) -> None:
        node = self._root
        for token in template_tokens(template.text):
            node = node.following.setdefault(token, _Node())
        node.template = template

    def _search(self, tokens: tuple[str, ...]) -> Template | None:
        nodes = [self._root] if tokens else []
        for token in tokens:
            accepted = {token, WILDCARD}
            nodes = [node.following[t] for node in nodes for t in accepted if t in node.following]
        matched = [node.template for node in nodes if node.template]
        return min(matched, key=_specificity, default=None)


@dataclass
class _Node:
    """A place in the tree of templates: what may follow, and the template that ends here."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    template: Template | None = None


def _specificity(template: Template) -> tuple[int, str]:
    return template_tokens(template.text).count(WILDCARD), template.text


def _masked(text: str) -> str:
    if '"' in text or "'" in text:
        text = _QUOTED.sub(_mask_quoted, text)
    if "@" in text:
        text = _EMAIL.sub("<email>", text)
    return _WITH_DIGITS.sub(_mask, text) if _DIGIT.search(text) else text


def _mask_quoted(match: re.Match[str]) -> str:
    """A quoted word is a value; a key before its colon, and a sentence, are kept."""
    is_value = len(match[0].split()) == 1 and not match[0].endswith(":")
    return "<str>" if is_value else match[0]


def _mask(match: re.Match[str]) -> str:
    """Numbers and ids have one mask: some ids of letters and digits have no letter."""
    kind = match.lastgroup
    if kind is None or kind == "stem":
        return f"{match['stem'] or ''}<num>"
    return f"<{kind}>"
