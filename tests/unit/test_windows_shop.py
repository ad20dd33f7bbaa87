"""What the shop's events come to by minute: sales, sessions and searches."""

import random
from decimal import Decimal
from typing import Any

from rows import MINUTE, at, enriched, figures_of, records, spec

from millrace.parse.shop import EVENT_TYPES
from millrace.records.tables import SEARCHES, SHOP

LARGEST = Decimal("99999999999999.9999")


def sold(
    events: int,
    revenue: str = "0",
    failed_amount: str = "0",
    sum_session_s: int | None = None,
    sessions_timed: int = 0,
) -> dict[str, object]:
    return {
        "events": events,
        "revenue": Decimal(revenue),
        "failed_amount": Decimal(failed_amount),
        "sum_session_s": sum_session_s,
        "sessions_timed": sessions_timed,
    }


def searched(searches: int, results: int, empty: int) -> dict[str, int]:
    return {"searches": searches, "results": results, "empty_searches": empty}


def test_revenue_is_of_sales_and_failed_amounts_of_failed_orders_alone() -> None:
    amounts = {"amount": Decimal(10), "attempted_amount": Decimal(7)}
    events = [{"event_type": name, "details": amounts} for name in EVENT_TYPES]
    events += [{"event_type": name, "details": None} for name in EVENT_TYPES]
    events += [{"event_type": name, "details": {"order_id": "1"}} for name in EVENT_TYPES]
    found = figures_of(SHOP, enriched(*events), "shop")
    assert found == {
        (MINUTE, "purchase", "-", "-", "-"): sold(3, revenue="10"),
        (MINUTE, "order_complete", "-", "-", "-"): sold(3, revenue="10"),
        (MINUTE, "order_failed", "-", "-", "-"): sold(3, failed_amount="7"),
        (MINUTE, "search", "-", "-", "-"): sold(3),
        (MINUTE, "error", "-", "-", "-"): sold(3),
    }


def test_events_count_by_country_device_and_way_of_payment() -> None:
    usual = {"event_type": "purchase", "country": "NL", "device_type": "mobile"}
    paid = {"amount": Decimal("1.5"), "payment_method": "card"}
    events = [
        usual | {"details": paid, "session_duration_s": 30},
        usual | {"details": paid, "session_duration_s": 0, "timestamp": at(59.999)},
        usual | {"details": paid},
        usual | {"details": paid | {"payment_method": "bank"}},
        usual | {"details": paid, "country": "Côte d'Ivoire"},
        usual | {"details": paid, "device_type": "desktop"},
        usual | {"details": paid, "timestamp": at(60)},
    ]
    found = figures_of(SHOP, enriched(*events), "shop")
    assert found == {
        (at(0), "purchase", "NL", "mobile", "card"): sold(3, "4.5", "0", 30, 2),
        (at(0), "purchase", "NL", "mobile", "bank"): sold(1, "1.5"),
        (at(0), "purchase", "Côte d'Ivoire", "mobile", "card"): sold(1, "1.5"),
        (at(0), "purchase", "NL", "desktop", "card"): sold(1, "1.5"),
        (at(60), "purchase", "NL", "mobile", "card"): sold(1, "1.5"),
    }


def test_searches_count_their_results_and_those_that_found_nothing() -> None:
    counts = [3, 0, 4, 0, None]
    shoes = [
        {"event_type": "search", "details": {"query": " shoes ", "results_count": count}}
        for count in counts
    ]
    others: list[dict[str, Any]] = [
        {"event_type": "search", "details": {"query": "x" * 127 + " y", "results_count": 1}},
        {"event_type": "search", "details": {"query": "Shoes", "results_count": 2}},
        {"event_type": "search", "details": None},
        {"event_type": "purchase", "details": {"query": "shoes", "results_count": 9}},
    ]
    found = figures_of(SEARCHES, enriched(*shoes, *others), "shop")
    assert found == {
        (MINUTE, "shoes"): searched(5, 7, 2),
        (MINUTE, "x" * 127): searched(1, 1, 0),
        (MINUTE, "Shoes"): searched(1, 2, 0),
        (MINUTE, "-"): searched(1, 0, 0),
    }


def test_money_is_exact_whatever_the_order_of_rows() -> None:
    dice = random.Random(4)
    cents = [dice.randrange(10**7) for _ in range(300)]
    amounts = [LARGEST, Decimal("0.0001"), *(Decimal(n) / 100 for n in cents), -LARGEST]
    events = [
        {"event_type": "purchase", "details": {"amount": amount}, "session_duration_s": n}
        for n, amount in enumerate(amounts)
    ]
    failed = [
        {"event_type": "order_failed", "details": {"attempted_amount": amount}}
        for amount in amounts
    ]
    rows = events + failed
    shuffled = dice.sample(rows, len(rows))
    first, second = (enriched(*each) for each in (rows, shuffled))
    assert figures_of(SHOP, first, "shop") == figures_of(SHOP, second, "shop")
    by_event = {key[1]: figures for key, figures in figures_of(SHOP, second, "shop").items()}
    assert by_event["purchase"]["revenue"] == sum(amounts)
    assert by_event["order_failed"]["failed_amount"] == sum(amounts)


def test_sums_may_be_larger_than_any_amount() -> None:
    events = [{"event_type": "purchase", "details": {"amount": LARGEST}}] * 1_000
    (figures,) = figures_of(SHOP, enriched(*events), "shop").values()
    assert figures == sold(1_000, revenue=str(LARGEST * 1_000))


def test_amounts_sent_as_numbers_or_texts_add_up_to_the_cent() -> None:
    line = '{"timestamp": 1737547200000, "event_type": "purchase", "details": {"amount": %s}}'
    sent = ["0.1"] * 10 + ['"19.99"', "1e13", "0.30000000000000004", "-5"]
    found = records(spec("shop"), [line % amount for amount in sent])
    (figures,) = figures_of(SHOP, found, "shop").values()
    assert figures == sold(14, revenue="10000000000016.29")
