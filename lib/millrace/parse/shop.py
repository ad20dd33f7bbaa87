"""JSON events of a shop: one object a line."""

from collections.abc import Callable
from functools import partial
from typing import Any

from millrace.parse import json
from millrace.parse.members import (
    decimal,
    double,
    instant,
    integer,
    list_within,
    object_within,
    of_text,
    read,
    storable,
    text,
    timestamp,
)
from millrace.parse.options import DEFAULT, Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.parse.times import iso_date
from millrace.records.fields import Fields

VERSION = 3

EVENT_TYPES = ("purchase", "search", "order_complete", "order_failed", "error")
_LEVELS = {"error": "ERROR", "order_failed": "WARN"}
_LONGEST_SESSION_S = 10**9
# Prices are sent as binary fractions; a sum of them may have digits that no price has.
_MONEY = (18, 4)
_TEXTS = ("user_id", "session_id", "product_id", "device_type", "message", "error_code")


def parser(options: Options) -> Parse:
    """What parses lines."""
    return partial(parse, options=options)


def parse(line: str, received_at: int, options: Options = DEFAULT) -> Fields:
    """The line's fields, with ``timestamp``, ``level`` and ``service_name``.

    ``service_name`` is None where the line names none. Raises RejectedError where it is no record.
    """
    sent = json.line_object(line)
    take = sent.get
    marks: dict[str, str] = {}
    time = timestamp(sent, options, marks)
    if take("event_type") is None:
        raise RejectedError("missing_field", "event_type")
    event_type = read("event_type", take("event_type"), _EVENT_TYPE) or ""
    named_level = options.level(text(take("level")) or "")
    session_s = read("session_duration", take("session_duration"), _session_s)
    geo = read("geo_location", take("geo_location"), object_within) or {}
    details = read("details", take("details"), object_within)
    return {
        "timestamp": time,
        "service_name": (text(take("service")) or "").strip(" ") or None,
        "level": named_level or _LEVELS.get(event_type, "INFO"),
        "event_type": event_type,
        "session_duration_s": session_s,
        "country": text(geo.get("country")),
        "city": text(geo.get("city")),
        **{key: text(take(key)) for key in _TEXTS},
        "details": _details(details) if details else None,
        "attributes": marks or None,
    }


def _event_type(sent: str) -> str | None:
    return sent if sent in EVENT_TYPES else None


def _session_s(sent: Any) -> int | None:
    number = double(sent)
    return int(number) if number is not None and 0 <= number <= _LONGEST_SESSION_S else None


def _details(sent: dict[str, Any]) -> dict[str, Any] | None:
    """The members of ``details``, None where there is none of those that have a field."""
    details: dict[str, Any] = {}
    for name, reader in _READERS.items():
        value = sent.get(name)
        if value is not None:
            details[name] = read(f"details.{name}", value, reader)
    return details or None


def _time(sent: Any) -> int | None:
    time = instant(sent)
    return iso_date(text(sent) or "") if time is None else time


def _filters(sent: Any) -> dict[str, str] | None:
    members = object_within(sent)
    return None if members is None else storable(members.items())


def _items(sent: Any) -> list[dict[str, Any]] | None:
    """The items of an order; None where one is no object or its quantity no whole number."""
    items = list_within(sent)
    if items is None or any(one.__class__ is not json.Members for one in items):
        return None
    read = [_item(dict(one)) for one in items]
    return None if any(one is None for one in read) else [one for one in read if one]


def _item(sent: dict[str, Any]) -> dict[str, Any] | None:
    quantity = sent.get("quantity")
    number = None if quantity is None else integer(quantity)
    if quantity is not None and number is None:
        return None
    return {"product_id": text(sent.get("product_id")), "quantity": number}


_EVENT_TYPE = of_text(_event_type)
_money = partial(decimal, digits=_MONEY[0], scale=_MONEY[1])
_READERS: dict[str, Callable[[Any], Any]] = {
    "amount": _money,
    "attempted_amount": _money,
    "payment_method": text,
    "order_id": text,
    "query": text,
    "results_count": integer,
    "filters": _filters,
    "shipping_method": text,
    "shipping_address": text,
    "items": _items,
    "delivery_estimate": _time,
    "completed_at": _time,
    "failed_at": _time,
    "searched_at": _time,
}
