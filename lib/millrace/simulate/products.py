"""Changes of the simulated shop's products: prices and stock, some of them told late."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from millrace.simulate.catalogue import Product, products

_LATE_SHARE = 0.05
_LATE = timedelta(hours=2)
_PRICE_SHARE = 0.3  # of the changes; the others are of the stock alone
_STOCK = 200
_FACTORS = (0.8, 0.9, 0.95, 1.05, 1.1, 1.25)
_CENTS = 100

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def changes(count: int, *, seed: int, start: datetime, end: datetime) -> Iterator[bytes]:
    """Every product as it is at ``start``, then ``count`` changes until ``end``, one a line.

    They are in the order in which they are told; some are told up to two hours late. Equal
    arguments give equal bytes.
    """
    shop = _Shop(Random(f"{seed} products"))
    for product in shop.all:
        yield shop.line(product, start)
    step = (end - start) / max(count, 1)
    for number in range(1, count + 1):
        told_at = start + number * step
        yield shop.changed(told_at, max(start, shop.late(told_at)))


class _Shop:
    """The products with the prices and the stock that they have by now."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.all = products()
        self._cents = {one.product_id: one.price_cents for one in self.all}
        self._stock = {one.product_id: rng.randrange(_STOCK) for one in self.all}

    def late(self, told_at: datetime) -> datetime:
        """When a change that is told then has happened: nearly always then."""
        if self._rng.random() >= _LATE_SHARE:
            return told_at
        return told_at - self._rng.random() * _LATE

    def changed(self, told_at: datetime, happened_at: datetime) -> bytes:
        """One product that changes, as it is told."""
        product = self._rng.choice(self.all)
        key = product.product_id
        if self._rng.random() < _PRICE_SHARE:
            changed = round(self._cents[key] * self._rng.choice(_FACTORS))
            # Prices come back to where they were: none runs away.
            near = product.price_cents // 2 <= changed <= product.price_cents * 2
            self._cents[key] = max(changed, 1) if near else product.price_cents
        self._stock[key] = max(self._stock[key] + self._rng.choice((-3, -2, -1, -1, 20)), 0)
        return self.line(product, happened_at)

    def line(self, product: Product, at: datetime) -> bytes:
        """The product as it is."""
        number = int(product.product_id.removeprefix("P"))
        sent = {
            "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "product_id": product.product_id,
            "price": self._cents[product.product_id] / _CENTS,
            "stock": self._stock[product.product_id],
            "category": product.category,
            "name": f"{product.category.capitalize()} No. {number}",
        }
        return _encode(sent).encode()
