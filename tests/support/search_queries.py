"""Queries of every kind, each with its meaning told apart from the code that is tested."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from millrace.records.formats import LAYOUTS
from millrace.search import Column, columns
from support.search_documents import KEYS, text
from support.search_values import asked, escaped, written

Document = Mapping[str, Any]

_COLUMNS = columns(LAYOUTS)
_LOWER = {ord(sign): sign.lower() for sign in map(chr, range(128))}
_READ_WITHOUT_LINE = ("path", "request", "referrer", "user_agent", "extra")

_PARTS = (
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        '"',
        "\\",
        ":",
        "*",
        "?",
        "-",
        "!",
        " ",
        "AND ",
        " OR ",
        "NOT ",
    ),
    *(">", "<", ">=", "&&", "||", "\0", "\ud800", "\n", "a", "1", "[1 TO 2]", "(" * 18, "a " * 70),
    *("level:", "_exists_:", "$where", "attributes.", "details.", "client_ip:::/0 ", "x" * 300),
    *('"' * 50, "\\" * 50, "*" * 20, "9" * 400, "1e999", "\u0130", "\u212a", "$", "{$gt: 1}"),
    *("timestamp:9999-12-31T23:59:59.999-23:59 ", "timestamp:0001-01-01+14:00 "),
    *(f"attributes.{'.' * 30}:x ", f"structured_data.{'.a' * 10}:x "),
)


@dataclass(frozen=True)
class Question:
    """A query's text, and whether a document matches."""

    text: str
    holds: Callable[[Document], bool]


def question(dice: Random, found: Sequence[Document], depth: int = 3) -> Question:
    """A query over documents of all layouts, mostly for values that some of them have."""
    if depth == 0 or dice.random() < 0.35:
        return _leaf(dice, found)
    parts = [question(dice, found, depth - 1) for _ in range(dice.choice((1, 2, 2, 3)))]
    kind = dice.choice(("all", "any", "not"))
    if kind == "not":
        inner = parts[0]
        before = dice.choice(("NOT ", "-", "!"))
        return Question(f"{before}({inner.text})", lambda each: not inner.holds(each))
    joint = dice.choice((" AND ", " ", " && ")) if kind == "all" else dice.choice((" OR ", " || "))
    together = all if kind == "all" else any
    return Question(
        f"({joint.join(part.text for part in parts)})",
        lambda each: together(part.holds(each) for part in parts),
    )


def _leaf(dice: Random, found: Sequence[Document]) -> Question:
    column = dice.choice(_COLUMNS)
    if dice.random() < 0.2:
        return _free(dice, found)
    key = _key(dice, column)
    called = dice.choice((column.name, *column.synonyms))
    meant = [one for one in _COLUMNS if called in (one.name, *one.synonyms)]
    name = called if key is None else f"{called}.{escaped(key).replace(chr(92) + '.', '.')}"

    def is_there(each: Document) -> bool:
        return any(True for one in meant for _ in _values(each, one, key, present=True))

    def values(each: Document) -> list[Any]:
        return [value for one in meant for value in _values(each, one, key)]

    is_whole = column.type == "struct" or (column.keys > 0 and key is None)
    has_values = not is_whole and (column.keys < 2 or _is_pair(key or ""))
    if not has_values or dice.random() < 0.1:
        return Question(dice.choice((f"_exists_:{name}", f"{name}:*")), is_there)
    seen = [value for each in dice.sample(found, min(30, len(found))) for value in values(each)]
    ask, test = asked(dice, column, seen)
    if dice.random() < 0.25:
        other, second = asked(dice, column, seen)
        negated = dice.random() < 0.5
        return Question(
            f"{name}:({_grouped(ask)} OR {'NOT ' * negated}{_grouped(other)})",
            lambda each: (
                any(map(test, values(each))) or any(map(second, values(each))) is not negated
            ),
        )
    return Question(f"{name}:{ask}", lambda each: any(map(test, values(each))))


def _free(dice: Random, found: Sequence[Document]) -> Question:
    """A text, looked for in lines whatever the case of letters of ASCII."""
    texts = [one for name in ("raw", "message", "path") if (one := dice.choice(found).get(name))]
    whole = dice.choice([*texts, text(dice), "health"])
    at = dice.randrange(len(whole) + 1)
    part = whole[at : at + dice.randrange(1, 12)] or "a"
    turned = "".join(dice.choice((s, s.swapcase())) if s.isascii() else s for s in part)
    low = part.translate(_LOWER)

    def holds(each: Document) -> bool:
        names = ("raw", "message", *(_READ_WITHOUT_LINE if "raw" not in each else ()))
        return any(low in each.get(name, "").translate(_LOWER) for name in names)

    return Question(written(dice, turned), holds)


def _grouped(ask: str) -> str:
    """In a group a minus sign before a value is a negation."""
    return f'"{ask}"' if ask[0] == "-" else ask


def _key(dice: Random, column: Column) -> str | None:
    if not column.keys or dice.random() < 0.1:
        return None
    key = dice.choice(KEYS)
    return f"{key}.{dice.choice(KEYS)}" if column.keys == 2 and dice.random() < 0.9 else key


def _is_pair(key: str) -> bool:
    """Whether a key can be parted in two at a dot."""
    return any(key[:at] and key[at + 1 :] for at, sign in enumerate(key) if sign == ".")


def _values(
    each: Document, column: Column, key: str | None, *, present: bool = False
) -> Iterator[Any]:
    """The values that a document has of a column, or a list or map as a whole."""
    reached: list[Any] = [each]
    names = column.name.split(".")
    for at, name in enumerate(names, 1):
        reached = [one[name] for one in reached if name in one]
        if column.list_at == at and not (present and at == len(names)):
            reached = [item for one in reached for item in one]
    if key is None:
        yield from reached
        return
    for outer, value in (pair for one in reached for pair in one.items()):
        if outer == key and (column.keys == 1 or present):
            yield value
        if column.keys == 2:
            yield from (it for inner, it in value.items() if f"{outer}.{inner}" == key)


def mutated(dice: Random, asked: str) -> str:
    """A query after a few accidents, or a text of what queries are made of."""
    if dice.random() < 0.2:
        asked = "".join(dice.choices(_PARTS, k=dice.randrange(1, 12)))
    for _ in range(dice.randrange(1, 4)):
        first = dice.randrange(len(asked) + 1)
        last = first + dice.randrange(12)
        between = asked[first:last]
        edits = ("", dice.choice(_PARTS), between * 2, between[::-1])
        asked = asked[:first] + dice.choice(edits) + asked[last:]
    return asked
