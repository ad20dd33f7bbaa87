"""What simulated events of a shop promise beyond what every format does."""

import json
import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from millrace.simulate.catalogue import products, users
from millrace.simulate.lines import generate

END = datetime(2025, 3, 1, 0, 30, tzinfo=UTC)
SHARES = {
    "purchase": 0.25,
    "search": 0.25,
    "order_complete": 0.20,
    "order_failed": 0.20,
    "error": 0.10,
}
VISIT = {"user_id", "session_id", "session_duration", "device_type", "geo_location"}
SAID = {"timestamp", "service", "event_type", "message"}
# By event type: what is always sent, and what is only sometimes.
KEYS = {
    "purchase": (SAID | VISIT | {"product_id", "details"}, set()),
    "search": (SAID | VISIT | {"details"}, set()),
    "order_complete": (SAID | VISIT | {"product_id", "details"}, set()),
    "order_failed": (SAID | VISIT | {"product_id", "details", "error_code"}, set()),
    "error": (SAID | {"error_code"}, VISIT | {"product_id"}),
}
ORDER = {"payment_method", "order_id", "items"}
SHIPPING = {"shipping_method", "shipping_address", "delivery_estimate"}
DETAILS = {
    "purchase": (ORDER | SHIPPING | {"amount"}, set()),
    "search": ({"query", "results_count", "searched_at"}, {"filters"}),
    "order_complete": (ORDER | {"amount", "completed_at"}, set()),
    "order_failed": (ORDER | {"attempted_amount", "failed_at"}, set()),
}
Events = list[dict[str, Any]]


@pytest.fixture(scope="module")
def events() -> Events:
    lines = generate("shop", 20_000, seed=1, start=END - timedelta(hours=1), end=END)
    return [json.loads(line.value, parse_float=Decimal) for line in lines]


def of(events: Events, *event_types: str) -> Events:
    return [event for event in events if event["event_type"] in event_types]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_event_types_have_their_shares(events: Events) -> None:
    counts = Counter(event["event_type"] for event in events)
    assert counts.keys() == SHARES.keys()
    for event_type, share in SHARES.items():
        assert counts[event_type] / len(events) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("event_type", KEYS)
def test_events_have_the_keys_of_their_type_and_no_empty_ones(
    events: Events, event_type: str
) -> None:
    always, sometimes = KEYS[event_type]
    seen = [event.keys() for event in of(events, event_type)]
    assert set.intersection(*map(set, seen)) == always
    assert set.union(*map(set, seen)) == always | sometimes
    assert not any(value in (None, "", {}, []) for e in events for value in e.values())


@pytest.mark.parametrize("event_type", DETAILS)
def test_details_have_the_keys_of_their_type(events: Events, event_type: str) -> None:
    always, sometimes = DETAILS[event_type]
    seen = [set(event["details"]) for event in of(events, event_type)]
    assert set.intersection(*seen) == always
    assert set.union(*seen) == always | sometimes


def test_amounts_are_the_prices_of_the_items_to_the_cent(events: Events) -> None:
    cents = {product.product_id: product.price_cents for product in products()}
    orders = of(events, "purchase", "order_complete", "order_failed")
    for event in orders:
        details = event["details"]
        due = sum(cents[item["product_id"]] * item["quantity"] for item in details["items"])
        assert Decimal(details.get("amount", details.get("attempted_amount"))) * 100 == due
        assert event["product_id"] == details["items"][0]["product_id"]
    assert {len(event["details"]["items"]) for event in orders} == {1, 2, 3, 4}


def test_population_is_of_the_stated_size_and_the_same_for_every_seed(events: Events) -> None:
    assert len({product.product_id for product in products()}) == 500
    assert all(product.price_cents > 0 and product.category for product in products())
    assert len({user.user_id for user in users()}) == 1000
    assert (products(), users()) == (products(), users())
    seen = {event["user_id"] for event in events if "user_id" in event}
    assert seen == {user.user_id for user in users()}


def test_users_mostly_come_from_home_on_their_usual_device(events: Events) -> None:
    visits = [event for event in events if "user_id" in event]
    ways = {user.user_id: Counter(user.ways) for user in users()}
    usual = 0
    for visit in visits:
        (way, _), *_ = ways[visit["user_id"]].most_common(1)
        place = visit["geo_location"]
        usual += (visit["device_type"], place["country"], place["city"]) == way
    assert 0.7 < usual / len(visits) < 0.95


def test_each_city_lies_in_one_country_with_an_alpha_2_code(events: Events) -> None:
    places = {tuple(event["geo_location"].items()) for event in events if "user_id" in event}
    cities = [dict(place)["city"] for place in places]
    assert len(set(cities)) == len(cities) > 20
    assert all(re.fullmatch("[A-Z]{2}", dict(place)["country"]) for place in places)
    assert {e["device_type"] for e in events if "user_id" in e} == {"mobile", "desktop", "tablet"}


def test_a_session_is_one_users_on_one_device_and_counts_from_its_start(events: Events) -> None:
    sessions: dict[str, Events] = defaultdict(list)
    for event in events:
        if "session_id" in event:
            sessions[event["session_id"]].append(event)
    for session in sessions.values():
        assert len({(e["user_id"], e["device_type"], str(e["geo_location"])) for e in session}) == 1
        starts = [
            instant(e["timestamp"]) - timedelta(seconds=e["session_duration"]) for e in session
        ]
        assert max(starts) - min(starts) < timedelta(seconds=1)
        assert all(isinstance(e["session_duration"], int) for e in session)
    assert len(events) / len(sessions) > 3


def test_searches_find_nothing_now_and_then_and_filters_are_maps(events: Events) -> None:
    searches = [event["details"] for event in of(events, "search")]
    empty = sum(search["results_count"] == 0 for search in searches)
    assert 0.03 < empty / len(searches) < 0.15
    assert all(isinstance(search.get("filters", {}), dict) for search in searches)
    assert {"category", "price_max"} <= {key for s in searches for key in s.get("filters", {})}


def test_times_in_details_agree_with_the_events(events: Events) -> None:
    for event in events:
        details = event.get("details", {})
        for key in ("completed_at", "failed_at", "searched_at"):
            assert details.get(key, event["timestamp"]) == event["timestamp"]
    for event in of(events, "purchase"):
        days = (
            date.fromisoformat(event["details"]["delivery_estimate"])
            - instant(event["timestamp"]).date()
        )
        assert timedelta(days=1) <= days <= timedelta(days=5)


def test_failures_say_why(events: Events) -> None:
    codes = Counter(event["error_code"] for event in of(events, "order_failed"))
    assert codes.most_common(1)[0][0] == "PAYMENT_DECLINED"
    assert codes["OUT_OF_STOCK"] > 0
    assert len({event["service"] for event in events}) == 5
