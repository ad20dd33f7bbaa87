"""A row of figures -> what the documents match that it counts, as filters of MongoDB.

What ``counts`` makes of a record's fields to have the keys of a row is undone here, key by key: a
text that was trimmed and cut stands for each that comes to it, a class of status codes for its
hundred, the bound of a bucket for the times in it.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from typing import Any

from millrace.records.formats import Layout
from millrace.records.names import OTHER
from millrace.records.tables import (
    ANOMALIES,
    COUNTRIES,
    LATENCY,
    LE_MS,
    LEVELS,
    METHOD,
    NO_VALUE,
    SEARCHES,
    STATUS_CLASS,
    TEMPLATES,
    TRAFFIC,
    Key,
    Table,
)
from millrace.search import Query
from millrace.search.patterns import after, escaped
from millrace.windows.buckets import BOUNDS_MS, le_ms
from millrace.windows.keys import METHODS, OTHER_CLASS, OTHER_METHOD, STATUS_CLASSES, cleaned

Filter = dict[str, Any]
Wanted = Mapping[str, frozenset[str]]
"""Keys of ``levels_by_minute``, and the values that lines have in them."""

_THERE: Filter = {"$exists": True}
_NOTHING: Filter = {"$in": []}
_PATHS = {
    "severity": "anomaly.severity",
    "payment_method": "details.payment_method",
    "query": "details.query",
    "status_class": "status_code",
    "le_ms": "response_time_ms",
}
_CONTROL = r"\x00-\x1F\x7F-\x9F"
_CAME_OF = {"_": f"[_{_CONTROL}]", "/": r"[/\\]"}


def path(key: Key) -> str:
    """The field of a document that the key is made of, with dots where it is within one."""
    return _PATHS.get(key.name, key.name)


def counted(table: Table, layout: Layout) -> list[Filter]:
    """What documents of a layout have that the table counts; each has all of it.

    Not of ``lateness_by_minute``, which asks when lines were received.
    """
    fields: tuple[str, ...] = ()
    if table is TRAFFIC:
        fields = ("status_code",)
    elif table is LATENCY:
        fields = ("status_code", "response_time_ms")
    elif table is COUNTRIES and layout == "general":
        fields = ("client_ip",)
    elif table is ANOMALIES:
        fields = ("anomaly",)
    elif table is TEMPLATES:
        fields = ("message",)
    elif table is SEARCHES:
        return [{"event_type": "search"}]
    return [{field: _THERE} for field in fields]


def matching(key: Key, value: str, named: Collection[str] | None = None) -> Filter:
    """What documents match that have the value in the key, among those that are ``counted``.

    ``named`` are the values that have a name, of a key whose values are bounded in number: all
    others are ``{other}``.
    """
    if value == OTHER and named is not None:
        return {path(key): {"$exists": True, "$nin": sorted({*named, ""})}}
    if key is STATUS_CLASS:
        return {path(key): _status(value)}
    if key is LE_MS:
        return {path(key): _times(value)}
    if key is METHOD and value == OTHER_METHOD:
        return {path(key): {"$exists": True, "$nin": sorted(METHODS)}}
    if key is METHOD:
        absent: Filter = {"$exists": False} if value == NO_VALUE else _NOTHING
        return {path(key): value if value in METHODS else absent}
    return _text(path(key), value, key.characters)


def look_alikes(key: Key, value: str) -> list[Filter]:
    """What documents match that have another text in the key's field which may come to the value.

    One of these: ranges of texts, which an index can serve. Not all in them come to the value.
    """
    field = path(key)
    ranges = [(" ", "!"), (f"{value} ", f"{value}!")]
    for position, sign in enumerate(value):
        before = value[:position]
        if sign == "_":
            ranges += [(f"{before}\0", f"{before} "), (f"{before}\x7f", f"{before}\xa0")]
        elif sign == "/":
            ranges.append((f"{before}\\", f"{before}]"))
    found = [{field: {"$gte": first, "$lt": end}} for first, end in ranges]
    if len(value) >= key.characters:
        end = after(value)
        found.append({field: {"$gt": value} | ({"$lt": end} if end else {})})
    return found


def is_own(key: Key, value: str) -> bool:
    """Whether the value of a field is its value in the key as well: neither changed nor absent."""
    return value not in (NO_VALUE, OTHER) and cleaned(value, key.characters) == value


def wanted(asked: Query) -> Wanted | None:
    """What the query asks for, in keys of ``levels_by_minute``; None where these do not tell it.

    They do where it names nothing but values of theirs that are neither cut nor changed in them.
    """
    keys = {key.name: key for key in LEVELS.keys}
    if not asked.is_exact_on(keys) or not all(asked.required.values()):
        return None
    if not all(is_own(keys[name], one) for name, own in asked.required.items() for one in own):
        return None
    return asked.required


def lateness(max_lateness_s: int) -> Filter:
    """What late lines match."""
    dated = {"$ifNull": ["$timestamp_claimed", "$timestamp"]}
    latest = {"$subtract": ["$received_at", 1000 * max_lateness_s]}
    return {"$expr": {"$gt": [latest, dated]}}


def as_stored(key: Key, value: str) -> str | None:
    """The value as the table has it; None where no row can have it."""
    if key is not LE_MS:
        return value if value and len(value) <= key.characters else None
    try:
        number = float(value)
    except ValueError:
        return None
    return le_ms(number) if number in BOUNDS_MS else None


def _status(value: str) -> Filter:
    if value == OTHER_CLASS:
        known = sorted(STATUS_CLASSES)
        return {"$exists": True, "$not": {"$gte": 100 * known[0], "$lt": 100 * (known[-1] + 1)}}
    hundreds = next((n for n, name in STATUS_CLASSES.items() if name == value), None)
    return _NOTHING if hundreds is None else {"$gte": 100 * hundreds, "$lt": 100 * (hundreds + 1)}


def _times(value: str) -> Filter:
    place = bisect_left(BOUNDS_MS, float(value))
    above = {"$gt": BOUNDS_MS[place - 1]} if place else {"$exists": True}
    is_last = place >= len(BOUNDS_MS) - 1
    return above if is_last else above | {"$lte": BOUNDS_MS[place]}


def _text(field: str, value: str, characters: int) -> Filter:
    body = "".join(_CAME_OF.get(sign) or escaped(sign) for sign in value)
    left = characters - len(value)
    # What stands after the cut may be anything; spaces before it went.
    end = f"(?: *| {{{left}}}(?s:.*))" if left else "(?s:.*)"
    found = {field: {"$regex": rf"^ *{body}{end}\z"}}
    if value != NO_VALUE:
        return found
    return {"$or": [{field: {"$exists": False}}, {field: {"$regex": r"^ *\z"}}, found]}
