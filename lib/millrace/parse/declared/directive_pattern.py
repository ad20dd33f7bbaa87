"""A template of values and literals -> patterns, each of which takes time linear in the line.

A value ends at the literal after it. Where the literal's first sign may stand in the value too, it
is the end only if the whole literal follows, and after it the values that come next, as far as that
can be seen without reading on and on: up to a value of any text, or a quote that no value holds.
So the pattern never goes back: each repetition is possessive, each look ahead bounded or kept from
crossing the literal that it began at.
"""

import re
from collections.abc import Callable
from typing import Literal

from millrace.parse.declared.directive import Escaping, Template

Groups = tuple[str | None, ...]
Split = Callable[[str], Groups | None]
"""A line -> the texts of the values' groups in their order; None where it is not as declared."""

Strictness = Literal["plain", "usual", "any"]
"""Which lines a pattern takes: those whose values are of their usual forms, or any.

Of the usual ones those are plain whose texts hold neither an escape nor the sign that ends them.
They are split in the same way by both patterns, and by that of the plain ones in less time.
"""

_BARRED: dict[Escaping, frozenset[str]] = {
    "hex": frozenset('"'),
    "backslash": frozenset('"\\'),
    "none": frozenset(),
}
_ADDRESS_SIGNS = "0123456789abcdefABCDEF.:[]"
_NAME = "[0-9A-Za-z_.-]++"
_CLIENT_SIGNS = tuple("-_.:")  # beside letters and digits: after these it cannot be told
_IP = r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-fA-F]*+:[0-9a-fA-F:.]++)"
_BESIDE_A_LIST = " ])}|;'\"\t"
_SEPARATORS = (", ", " : ")
STRICTNESSES: tuple[Strictness, ...] = ("plain", "usual", "any")
_LOOKS = 2  # values within a look ahead look ahead themselves, but not any deeper


def splits(template: Template, escaping: Escaping) -> tuple[Split, Split]:
    """What splits lines whose values are of their usual forms, and what splits others."""
    plain, usual, general = (
        _compiled(Writer(template, escaping, strictness).whole()).match
        for strictness in STRICTNESSES
    )

    def of_usual(line: str) -> Groups | None:
        matched = plain(line) or usual(line)
        return matched.groups() if matched else None

    def of_any(line: str) -> Groups | None:
        matched = general(line)
        return matched.groups() if matched else None

    return of_usual, of_any


def addresses(barred: str = "") -> str:
    """The pattern of one address or of a list of some."""
    signs = "".join(re.escape(sign) for sign in _ADDRESS_SIGNS if sign != barred)
    address = rf"(?:-|unknown|[{signs}]++)"
    return rf"{address}(?:, ?{address})*+"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


class Writer:
    """Writes the patterns of a template's parts."""

    def __init__(self, template: Template, escaping: Escaping, strictness: Strictness) -> None:
        self._template, self._slots = template, template.slots
        self._escaping, self._strictness = escaping, strictness

    def whole(self) -> str:
        """The pattern of a whole line."""
        return re.escape(self._template.head) + self.part(0, len(self._slots)) + r"\Z"

    def part(self, first: int, end: int) -> str:
        """The pattern of some slots: values in groups, each with its literal."""
        return "".join(
            self._group(number) + re.escape(self._slots[number][1]) for number in range(first, end)
        )

    def stops_before(self, number: int, literal: str) -> bool:
        """Whether a value cannot reach beyond the next occurrence of a literal."""
        form = self._slots[number][0].form
        is_text = form.shape in ("text", "client", "ident")
        return self._usual(number) != "" or (is_text and bool(self._barred(number) & set(literal)))

    def _group(self, number: int) -> str:
        value, literal = self._slots[number]
        usual, shape = self._usual(number), value.form.shape
        if usual:
            return f"(?:({usual})|-)?+"
        if shape == "request":
            return self._request(number)
        if shape in ("addresses", "upstreams") and self._is_list(number):
            barred = literal[:1]
            items = addresses(barred) if shape == "addresses" else _upstreams(barred)
            return f"((?:{items})?+)"
        body = self._body(number)
        if shape == "client" and not self._is_hard(literal[:1]):
            return f"({self._client(number)})"
        if shape == "ident" and literal.startswith(" "):
            return f"((?! |{_IP}[ ,]){body})"
        return f'(?:""|({body}))' if value.form.may_be_quotes else f"({body})"

    def _client(self, number: int) -> str:
        """The pattern of a client, which is an address or a name, or of a list in its place.

        So words that stand before the client are not taken for it, and its address for the ident.
        """
        sign = self._slots[number][1][:1]
        if sign in _CLIENT_SIGNS or sign.isalnum():
            return self._body(number)
        address = _ADDRESS_SIGNS.replace(sign, "") if sign else _ADDRESS_SIGNS
        hexadecimal = f"[{re.escape(address)}]++(?:%{_NAME})?+"
        client = rf"{_NAME}(?!:)|{hexadecimal}|unix:[^ ]*+"
        # Where lines are searched from the end a list would be read from each of its items.
        if self._strictness == "any" and self._escaping != "none" and sign != ",":
            client = f"(?=[^ ,]++,){addresses(sign.strip())}|{client}"
        return f"(?>{client})?+"

    def _request(self, number: int) -> str:
        """Groups of the three parts of a request, or of the whole where it is not these."""
        end = re.escape(self._slots[number][1]) or r"\Z"
        word = r'[^ "\\]++'
        parts = rf"([A-Z]++) ({word}) ([A-Z]++/[0-9](?:\.[0-9])?)(?={end})"
        return f"(?>{parts}|({self._body(number)}))"

    def _usual(self, number: int) -> str:
        """The pattern of the value's usual form, where it is to have that."""
        value, literal = self._slots[number]
        is_beside_another = literal == "" and number < len(self._slots) - 1
        is_to_have = self._strictness != "any" or (value.form.is_closed and is_beside_another)
        return value.form.usual if is_to_have else ""

    def _is_list(self, number: int) -> bool:
        """Whether the literal after a list can be no part of it, nor is one that no value holds."""
        literal = self._slots[number][1]
        if not literal:
            return number == len(self._slots) - 1
        is_end = literal[0] in _BESIDE_A_LIST and not literal.startswith(_SEPARATORS)
        return is_end and not self._is_hard(literal[0])

    def _is_hard(self, sign: str) -> bool:
        """Whether no value holds the sign, since the server escapes it."""
        return self._escaping != "none" and sign != "" and (sign == '"' or sign < " ")

    def _barred(self, number: int) -> frozenset[str]:
        """The signs that the value cannot hold."""
        form, literal = self._slots[number][0].form, self._slots[number][1]
        barred = _BARRED[self._escaping]
        if form.shape == "client":
            # What stands before a comma is the first of a list.
            return barred if self._is_hard(literal[:1]) else barred | {" ", ","}
        ends_at_blank = literal == "" or literal[0] == " "
        if form.blanks == "never" or (form.blanks == "delimited" and ends_at_blank):
            barred |= {" "}
        return barred

    def _body(self, number: int, looks: int = _LOOKS) -> str:
        """The pattern of a value of any text, up to its end."""
        barred, others = set(self._barred(number)), []
        sign, is_plain = self._end(number), self._strictness == "plain"
        if self._escaping == "backslash" and not is_plain:
            others.append(r"\\.")
        if sign and sign not in barred:
            barred.add(sign)
            if not self._is_hard(sign) and not is_plain:
                others += self._not_yet(number, sign, looks)
        run = f"[^{''.join(map(re.escape, sorted(barred)))}]*+" if barred else ".*+"
        return f"{run}(?:(?:{'|'.join(others)}){run})*+" if others else run

    def _end(self, number: int) -> str:
        """The sign at which the value may end, "" where that is the end of the line."""
        literal = self._slots[number][1]
        is_last = number == len(self._slots) - 1
        return literal[:1] if literal or is_last else self._slots[number + 1][0].form.begins

    def _not_yet(self, number: int, sign: str, looks: int) -> list[str]:
        """The pattern of the sign where it is not the end, if what follows can tell."""
        literal = self._slots[number][1]
        rest = re.escape(literal[1:]) + self._following(number, looks) if literal else ""
        return [f"{re.escape(sign)}(?!{rest})"] if rest else []

    def _following(self, number: int, looks: int) -> str:
        """The pattern of what comes after the value's literal, as far as it can be seen."""
        literal, pattern = self._slots[number][1], ""
        after = literal[1:]
        while looks and not any(map(self._is_hard, after)):
            number += 1
            if number == len(self._slots):
                return pattern + r"\Z"
            usual = self._usual(number)
            if not usual and not self.stops_before(number, literal):
                break
            value = f"(?:{usual}|-)?+" if usual else self._body(number, looks - 1)
            after = self._slots[number][1]
            pattern += value + re.escape(after)
        return pattern


def _upstreams(barred: str) -> str:
    """The pattern of what nginx says of each server that it tried, one after the other."""
    item = rf"[^ ,\"{re.escape(barred)}]"
    return rf"{item}*+(?:(?:, | : ){item}++)*+"
