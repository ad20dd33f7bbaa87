"""Shop events made of random members give the fields that they were made of."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from draws import TEXT, VALUES, ZONED, Drawn, drawn, iso
from hypothesis import strategies as st
from rows import parsed

from millrace.parse.level import LEVELS

EVENT_LEVELS = {
    "purchase": "INFO",
    "search": "INFO",
    "order_complete": "INFO",
    "order_failed": "WARN",
    "error": "ERROR",
}
STRINGS = ("user_id", "session_id", "product_id", "device_type", "message", "error_code")
DETAIL_STRINGS = ("payment_method", "order_id", "query", "shipping_method", "shipping_address")
DETAIL_TIMES = ("delivery_estimate", "completed_at", "failed_at", "searched_at")
INTEGERS = st.integers(-(2**31), 2**31 - 1)
# As many digits as a double keeps.
AMOUNTS = st.decimals(-(10**11), 10**11, places=4)
# Units in a second, and the numbers that are taken for such units.
EPOCHS = ((1, 0, 10**11), (1_000, 10**11, 10**14), (10**6, 10**14, 10**17))
KNOWN_KEYS = {
    "timestamp",
    "event_type",
    "service",
    "level",
    "session_duration",
    "geo_location",
    "details",
    "amount",
    "attempted_amount",
    "results_count",
    "filters",
    "items",
    *STRINGS,
    *DETAIL_STRINGS,
    *DETAIL_TIMES,
}
OTHERS = st.dictionaries(TEXT.filter(lambda key: key not in KNOWN_KEYS), VALUES, max_size=1)
FILTERS = st.dictionaries(TEXT.filter(lambda key: "\\u0000" not in key), VALUES, max_size=3)


@st.composite
def numbers(draw: Callable[..., Any], values: st.SearchStrategy[Any]) -> tuple[Any, Any]:
    """A number as it is sent, perhaps as text, and what it is."""
    value = draw(values)
    return draw(st.sampled_from((value, str(value)))), value


@st.composite
def times(draw: Callable[..., Any]) -> tuple[Any, str]:
    """A time as it is sent, in one of the notations, and the text of its instant."""
    time: datetime = draw(ZONED)
    seconds = int(time.timestamp())
    epochs = [seconds * unit for unit, first, end in EPOCHS if first <= seconds * unit < end]
    return draw(st.sampled_from([time.isoformat(), *epochs, *map(str, epochs)])), iso(time)


@st.composite
def shop_details(draw: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The ``details`` of an event as they are sent, and the fields that they must give."""
    sent: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    for key in draw(st.sets(st.sampled_from(DETAIL_STRINGS))):
        sent[key] = fields[key] = draw(TEXT)
    for key in draw(st.sets(st.sampled_from(DETAIL_TIMES))):
        sent[key], fields[key] = draw(times())
    for key in draw(st.sets(st.sampled_from(("amount", "attempted_amount")))):
        sent[key], fields[key] = draw(numbers(AMOUNTS))
    if draw(st.booleans()):
        sent["results_count"], fields["results_count"] = draw(numbers(INTEGERS))
    if draw(st.booleans()):
        filters = draw(FILTERS)
        sent["filters"] = filters
        fields["filters"] = {key.replace("\0", "\\u0000"): v for key, v in filters.items()}
    if draw(st.booleans()):
        items = draw(st.lists(st.tuples(TEXT, numbers(INTEGERS)), max_size=3))
        sent["items"] = [{"product_id": p, "quantity": q, "x": {}} for p, (q, _) in items]
        fields["items"] = [{"product_id": p, "quantity": q} for p, (_, q) in items]
    return sent | draw(OTHERS), fields


@st.composite
def shop_lines(draw: Callable[..., Any]) -> Drawn:
    """A JSON object of random members, and the fields that it must give."""
    event_type = draw(st.sampled_from(tuple(EVENT_LEVELS)))
    level = draw(st.none() | st.sampled_from(tuple(LEVELS)))
    service = draw(st.none() | TEXT.map(str.strip))
    time_sent, time = draw(times())
    duration_sent, duration = draw(numbers(st.integers(0, 10**9) | st.floats(0, 10**9)))
    place = draw(st.none() | st.fixed_dictionaries({}, optional={"country": TEXT, "city": TEXT}))
    strings = {key: draw(TEXT) for key in draw(st.sets(st.sampled_from(STRINGS)))}
    details_sent, details = draw(st.none().map(lambda _: (None, None)) | shop_details())
    sent = strings | {
        "timestamp": time_sent,
        "event_type": event_type,
        "level": level,
        "service": service,
        "session_duration": duration_sent,
        "geo_location": place and place | {"x": "y"},
        "details": details_sent,
    }
    members = list((sent | draw(OTHERS)).items())
    line = encoded(dict(draw(st.permutations(members))), ascii=draw(st.booleans()))
    fields = strings | {
        "timestamp": time,
        "event_type": event_type,
        "level": LEVELS[level] if level else EVENT_LEVELS[event_type],
        "service_name": service or "feed",
        "session_duration_s": int(duration),
        "details": details or None,
    }
    fields |= place or {}
    return line, {name: value for name, value in fields.items() if value is not None}


def encoded(value: Any, *, ascii: bool) -> str:
    """JSON text, in which a decimal is a number with all its digits."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        pairs = ((json.dumps(key, ensure_ascii=ascii), value[key]) for key in value)
        return f"{{{', '.join(f'{key}: {encoded(v, ascii=ascii)}' for key, v in pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(encoded(item, ascii=ascii) for item in value)}]"
    return json.dumps(value, ensure_ascii=ascii)


def test_members_of_a_shop_event_come_back() -> None:
    cases = drawn(shop_lines(), 1_000)
    rows = parsed("shop", [line for line, _ in cases])
    wrong = []
    for (line, fields), found in zip(cases, rows, strict=True):
        sent = fields.get("details", {}).get("filters", {})
        filters = found.get("details", {}).get("filters", {})
        for key, value in filters.items():
            # What is no text in the event is JSON text in the record.
            filters[key] = value if isinstance(sent.get(key), str) else json.loads(value)
        if found != fields:
            wrong.append((line, fields, found))
    assert wrong == []
