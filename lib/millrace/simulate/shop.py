"""E-commerce events: one JSON object each, as the services of a shop send them."""

import json
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Any, Literal, NamedTuple

from millrace.simulate.catalogue import User, products, users
from millrace.simulate.minutes import SECONDS, iso_minute

Event = Literal["purchase", "search", "order_complete", "order_failed", "error"]

_EVENTS: dict[Event, int] = {
    "purchase": 25,
    "search": 25,
    "order_complete": 20,
    "order_failed": 20,
    "error": 10,
}
_PAYMENT_METHODS = {
    "credit_card": 45,
    "paypal": 25,
    "debit_card": 15,
    "bank_transfer": 10,
    "gift_card": 5,
}
_SHIPPING_DAYS = {"standard": 5, "express": 2, "pickup": 1, "overnight": 1}
_QUERIES = (
    "wireless headphones",
    "running shoes",
    "usb-c cable",
    "coffee",
    "building blocks",
    "yoga mat",
    "café crème",
    '15" laptop sleeve',
    "Wanderschuhe größe 43",
    "t-shirt & hoodie",
    "garden hose 25m",
    "air fryer",
    "desk lamp",
    "birthday gift",
    "phone case",
    "iphnoe charger",
)
_FILTERS: dict[str, tuple[str | int | bool, ...]] = {
    "category": ("books", "clothing", "electronics", "home", "sports"),
    "price_max": (25, 50, 100, 250),
    "brand": ("Acme", "Nordlicht", "O'Hara & Sons"),
    "in_stock": (True,),
}
_FILTER_SHARE = 0.3
_EMPTY_SEARCH_SHARE = 0.08
_BASKETS = 5000
_SEARCHES = 2000
# Errors of work that no visitor waits for.
_UNATTENDED_SHARE = 0.2
_PRODUCT_PAGE_SHARE = 0.5
_DAY_MS = 86_400_000
_DAY_MIN = 1440


class _Failure(NamedTuple):
    service: str
    error_code: str
    message: str


_ORDER_FAILURES = {
    _Failure("payments", "PAYMENT_DECLINED", "Payment was declined by the issuer"): 50,
    _Failure("orders", "OUT_OF_STOCK", "An item is out of stock"): 25,
    _Failure("payments", "PAYMENT_TIMEOUT", "Payment provider did not answer in time"): 12,
    _Failure("orders", "ADDRESS_INVALID", "Shipping address could not be verified"): 8,
    _Failure("payments", "FRAUD_SUSPECTED", "Order was held back for a review"): 5,
}
_ERRORS = {
    _Failure("storefront", "PAGE_NOT_RENDERED", "Product page could not be rendered"): 30,
    _Failure("search", "INDEX_UNAVAILABLE", "Search index did not answer"): 25,
    _Failure("checkout", "CART_NOT_SAVED", "Cart could not be saved"): 20,
    _Failure("payments", "WEBHOOK_REJECTED", "Signature of a webhook is wrong"): 15,
    _Failure("orders", "DB_DEADLOCK", "Transaction was rolled back: deadlock"): 10,
}

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class _Basket(NamedTuple):
    items: list[dict[str, str | int]]
    # A double's shortest text is the exact cents.
    amount: float


class Shop:
    """Events of a shop with one population of users and one catalogue, whatever the seed."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._users = users()
        # A few users do much and many do little, as in real shops.
        self._user_weights = list(accumulate(1 / (rank + 50) for rank in range(len(self._users))))
        self._baskets = _baskets(rng)
        self._searches = [_search(rng) for _ in range(_SEARCHES)]

    def lines(self, times_ms: Sequence[int]) -> list[bytes]:
        """One line for each of the times, given in ms since 1970 UTC."""
        count, choices = len(times_ms), self._rng.choices
        drawn = zip(
            times_ms,
            choices(list(_EVENTS), list(_EVENTS.values()), k=count),
            choices(self._users, cum_weights=self._user_weights, k=count),
            strict=True,
        )
        return [_encode(self._record(*event)).encode() for event in drawn]

    def last_cut(self, line: bytes) -> int:
        """One byte less than the whole: the object needs its last brace."""
        return len(line) - 1

    def _record(self, time_ms: int, event: Event, user: User) -> dict[str, Any]:
        stamp = _iso(time_ms)
        if event == "search":
            said = self._search(stamp)
        elif event == "error":
            said = self._error()
        else:
            said = self._order(event, user, time_ms, stamp)
        is_unattended = event == "error" and self._rng.random() < _UNATTENDED_SHARE
        visit = {} if is_unattended else _visit(user, time_ms)
        return {"timestamp": stamp, "event_type": event, **visit, **said}

    def _search(self, stamp: str) -> dict[str, Any]:
        search = self._rng.choice(self._searches)
        results = search["results_count"]
        return {
            "service": "search",
            "message": f"Search answered with {results} results",
            "details": {**search, "searched_at": stamp},
        }

    def _error(self) -> dict[str, Any]:
        failure = self._failure(_ERRORS)
        if self._rng.random() < _PRODUCT_PAGE_SHARE:
            product = self._rng.choice(self._baskets).items[0]
            return {"product_id": product["product_id"], **failure._asdict()}
        return failure._asdict()

    def _order(self, event: Event, user: User, time_ms: int, stamp: str) -> dict[str, Any]:
        rng = self._rng
        items, amount = rng.choice(self._baskets)
        (payment_method,) = rng.choices(list(_PAYMENT_METHODS), list(_PAYMENT_METHODS.values()))
        order_id = f"ord-{rng.getrandbits(40):010x}"
        order = {"payment_method": payment_method, "order_id": order_id, "items": items}
        said: dict[str, Any] = {"product_id": items[0]["product_id"]}
        if event == "order_failed":
            said.update(self._failure(_ORDER_FAILURES)._asdict())
            said["details"] = {"attempted_amount": amount, **order, "failed_at": stamp}
        elif event == "order_complete":
            said.update(service="orders", message=f"Order {order_id} completed")
            said["details"] = {"amount": amount, **order, "completed_at": stamp}
        else:
            said.update(service="checkout", message=f"Order {order_id} placed")
            said["details"] = {"amount": amount, **order, **self._shipping(user, time_ms)}
        return said

    def _shipping(self, user: User, time_ms: int) -> dict[str, str]:
        method, days = self._rng.choice(list(_SHIPPING_DAYS.items()))
        estimate = iso_minute((time_ms // _DAY_MS + days) * _DAY_MIN)
        return {
            "shipping_method": method,
            "shipping_address": user.shipping_address,
            "delivery_estimate": estimate[:10],
        }

    def _failure(self, weighted: dict[_Failure, int]) -> _Failure:
        (failure,) = self._rng.choices(list(weighted), list(weighted.values()))
        return failure


def _visit(user: User, time_ms: int) -> dict[str, Any]:
    """Who comes from where. A session is a function of user and time: no line alters another."""
    offset_ms = user.secret % user.session_ms
    session, into_ms = divmod(time_ms + offset_ms, user.session_ms)
    number = (session * 0x9E3779B97F4B ^ user.secret) % 2**48
    way = user.ways[(number >> 24) % len(user.ways)]
    return {
        "user_id": user.user_id,
        "session_id": f"{number:012x}",
        "session_duration": into_ms // 1000,
        "device_type": way.device_type,
        "geo_location": {"country": way.country, "city": way.city},
    }


def _baskets(rng: Random) -> list[_Basket]:
    catalogue, baskets = products(), []
    for _ in range(_BASKETS):
        bought = rng.sample(catalogue, rng.choices((1, 2, 3, 4), (60, 25, 10, 5))[0])
        quantities = rng.choices((1, 2, 3), (80, 15, 5), k=len(bought))
        pairs = list(zip(bought, quantities, strict=True))
        items: list[dict[str, str | int]] = [
            {"product_id": product.product_id, "quantity": quantity} for product, quantity in pairs
        ]
        cents = sum(product.price_cents * quantity for product, quantity in pairs)
        baskets.append(_Basket(items, cents / 100))
    return baskets


def _search(rng: Random) -> dict[str, Any]:
    # Some things are looked for more often than others.
    query = _QUERIES[int(len(_QUERIES) * rng.random() ** 2)]
    is_empty = rng.random() < _EMPTY_SEARCH_SHARE
    search: dict[str, Any] = {
        "query": query,
        "results_count": 0 if is_empty else 1 + int(rng.expovariate(1 / 40)),
    }
    if filters := {
        key: rng.choice(values) for key, values in _FILTERS.items() if rng.random() < _FILTER_SHARE
    }:
        search["filters"] = filters
    return search


def _iso(time_ms: int) -> str:
    minute, in_minute_ms = divmod(time_ms, 60_000)
    second, ms = divmod(in_minute_ms, 1000)
    return f"{iso_minute(minute)}:{SECONDS[second]}.{ms:03d}Z"
