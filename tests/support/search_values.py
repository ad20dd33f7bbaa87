"""What queries ask of a field's values, each with a test that tells of a value whether it is so."""

import ipaddress
import operator
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bson import Decimal128

from millrace.records.levels import LEVELS
from millrace.search import Column
from support.search_documents import moment, network, text

Asked = tuple[str, Callable[[Any], bool]]
"""What stands after a field's name and colon, and whether a value of the field is so."""

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_KEYWORDS = ("AND", "OR", "NOT", "TO", "&&", "||")
_LENGTHS = {
    "%Y-%m-%dT%H:%M:%S": timedelta(seconds=1),
    "%Y-%m-%dT%H:%M": timedelta(minutes=1),
    "%Y-%m-%dT%H": timedelta(hours=1),
    "%Y-%m-%d": timedelta(days=1),
}


def asked(dice: Random, column: Column, seen: Sequence[Any]) -> Asked:
    """Something that is asked of a column, often for one of the values that were ``seen``."""
    value = dice.choice(seen) if seen and dice.random() < 0.8 else None
    if column.name == "level":
        return _of_level(dice)
    if column.type == "timestamp":
        return _of_time(dice, value or moment(dice))
    if column.type in ("string", "map"):
        is_address = column.name == "client_ip"
        if is_address and dice.random() < 0.7:
            return _of_network(dice)
        return _of_text(dice, text(dice) if value is None else value, has_order=not is_address)
    return _of_number(dice, column.type, value)


def written(dice: Random, value: str) -> str:
    """A value as a query has it, in quotes or without, signs escaped that would mean something."""
    is_bare = value and value.isprintable() and value not in _KEYWORDS
    if is_bare and dice.random() < 0.6:
        return escaped(value)
    inner = value.replace("\\", "\\\\").replace('"', '\\"').replace("*", "\\*")
    return f'"{inner}"'


def escaped(value: str) -> str:
    """A value without quotes: each sign of ASCII that is no letter or digit has a backslash."""
    return "".join(sign if sign.isalnum() or not sign.isascii() else f"\\{sign}" for sign in value)


def _of_level(dice: Random) -> Asked:
    level = dice.choice(LEVELS)
    typed = dice.choice((level, level.lower(), level.title(), f'"{level}"'))
    rank = LEVELS.index(level)
    comparator = dice.choice(("", ">=", "<="))
    if not comparator and dice.random() < 0.5:
        part = level[dice.randrange(4) :][:2]
        return f"*{part.lower()}*", lambda value: value in LEVELS and part in value
    if not comparator:
        return typed, lambda value: value == level
    compare = _COMPARE[comparator]
    return comparator + typed, lambda value: value in LEVELS and compare(LEVELS.index(value), rank)


def _of_network(dice: Random) -> Asked:
    asked = network(dice)

    def holds(value: str) -> bool:
        try:
            found: Any = ipaddress.ip_address(value)
        except ValueError:
            return False
        if asked.version == 4:
            found = getattr(found, "ipv4_mapped", found)
        return found is not None and found in asked

    return dice.choice((str(asked), f'"{asked}"')), holds


def _of_number(dice: Random, type: str, seen: Any) -> Asked:
    known = dice.choice((0, 1, 3, 500, 10, -1)) if seen is None else _plain(seen)
    typed = f"{known:f}" if isinstance(known, Decimal) else str(known)
    if type == "double" and "." not in typed and "e" not in typed:
        known = float(known)
    comparator = dice.choice(("", "", *_COMPARE))
    if dice.random() < 0.3:
        other = known + 100 if abs(known) < 10**9 else known
        low, high, test = _range(dice, known, other)
        return f"{low[0]}{typed} TO {other}{high}", lambda value: test(_plain(value))
    compare = _COMPARE.get(comparator, operator.eq)
    return comparator + typed, lambda value: compare(_plain(value), known)


def _plain(value: Any) -> Any:
    return value.to_decimal() if isinstance(value, Decimal128) else value


def _range(dice: Random, low: Any, high: Any) -> tuple[str, str, Callable[[Any], bool]]:
    """The brackets of a range, and whether a value lies in it."""
    opened, closed = dice.choice("[{"), dice.choice("]}")
    above = operator.ge if opened == "[" else operator.gt
    below = operator.le if closed == "]" else operator.lt
    return opened, closed, lambda value: above(value, low) and below(value, high)


def _of_time(dice: Random, seen: datetime) -> Asked:
    form = dice.choice([*_LENGTHS, ""])
    if form:
        typed = seen.strftime(form)
        start = datetime.strptime(typed, form).replace(tzinfo=UTC)
        end = start + _LENGTHS[form]
    else:
        typed, start = seen.isoformat(timespec="milliseconds"), seen
        end = start + timedelta(milliseconds=1)
    typed += "" if "+" in typed else dice.choice(("", "Z", "+00:00"))
    typed = dice.choice((typed, f'"{typed}"'))
    comparator = dice.choice(("", *_COMPARE))
    tests: dict[str, Callable[[datetime], bool]] = {
        "": lambda value: start <= value < end,
        ">": lambda value: value >= end,
        ">=": lambda value: value >= start,
        "<": lambda value: value < start,
        "<=": lambda value: value < end,
    }
    return comparator + typed, tests[comparator]


def _of_text(dice: Random, value: str, *, has_order: bool) -> Asked:
    kinds = [_equal, _equal, _prefix, _suffix, _around, _one_sign, _part]
    return dice.choice([*kinds, _compared, _between] if has_order else kinds)(dice, value)


def _equal(dice: Random, value: str) -> Asked:
    return written(dice, value), lambda found: found == value


def _prefix(dice: Random, value: str) -> Asked:
    head = value[: dice.randrange(len(value) + 1)] or "a"
    typed = escaped(head) if head.isprintable() else written(dice, head)[:-1]
    return (typed + "*" if typed[0] != '"' else typed + '*"'), lambda found: found.startswith(head)


def _suffix(dice: Random, value: str) -> Asked:
    tail = value[dice.randrange(len(value) + 1) :]
    if not tail or not tail.isprintable():
        tail = "a"
    return f"*{escaped(tail)}", lambda found: found.endswith(tail)


def _around(dice: Random, value: str) -> Asked:
    if not value or not value.isprintable():
        value = "a"
    at, to = sorted((dice.randrange(len(value) + 1), dice.randrange(len(value) + 1)))
    head, tail = value[:at] or "a", value[to:] or "a"
    return (
        f"{escaped(head)}*{escaped(tail)}",
        lambda found: (
            len(found) >= len(head) + len(tail) and found.startswith(head) and found.endswith(tail)
        ),
    )


def _one_sign(dice: Random, value: str) -> Asked:
    if not value or not value.isprintable():
        value = "a"
    at = dice.randrange(len(value))
    head, tail = value[:at], value[at + 1 :]
    return (
        f"{escaped(head)}?{escaped(tail)}",
        lambda found: len(found) == len(value) and found.startswith(head) and found.endswith(tail),
    )


def _part(dice: Random, value: str) -> Asked:
    if not value or not value.isprintable():
        value = "a"
    at = dice.randrange(len(value))
    part = value[at : at + dice.randrange(1, 6)]
    return f"*{escaped(part)}*", lambda found: part in found


def _compared(dice: Random, value: str) -> Asked:
    comparator, compare = dice.choice([*_COMPARE.items()])
    return comparator + _limit(value), lambda found: compare(found, value)


def _between(dice: Random, value: str) -> Asked:
    high = text(dice)
    opened, closed, test = _range(dice, value, high)
    return f"{opened}{_limit(value)} TO {_limit(high)}{closed}", test


def _limit(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("*", "\\*") + '"'
