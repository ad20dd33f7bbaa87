"""Nine weeks of a shop as the warehouse has it: events, orders, prices, drawn by a seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

WEEKS, USERS, RECENT = 9, 120, 90
HOSTILE = '<img src=x onerror="alert(1)">'
HOSTILE_CODE = "E_\u202e<script>alert(2)</script>"
DEVICES, COUNTRIES = ("mobile", "desktop", "unknown"), ("DE", "US", "BR", "unknown")
PAYMENTS = ("credit_card", "paypal", "gift_card", "unknown")
CODES = ("PAYMENT_DECLINED", "OUT_OF_STOCK", HOSTILE_CODE, None)
_SECOND, _HOUR, _WEEK = timedelta(seconds=1), timedelta(hours=1), timedelta(weeks=1)


@dataclass(frozen=True)
class Event:
    """A row of fact_event."""

    key: str
    at: datetime
    kind: str
    user: str
    session: str | None
    device: str
    country: str


@dataclass(frozen=True)
class Version:
    """A row of dim_product."""

    key: str
    product: str
    price: Decimal | None
    stock: int
    since: datetime
    until: datetime | None

    @property
    def name(self) -> str | None:
        """The product's name: of one, what would like to act."""
        return {"p-0": HOSTILE, "p-1": None}.get(self.product, f"Product {self.product}")


@dataclass(frozen=True)
class Item:
    """A row of fact_order_item."""

    version: Version | None
    product: str
    quantity: int


@dataclass(frozen=True)
class Order:
    """A row of fact_order, with its items."""

    id: str
    user: str
    payment: str
    amount: Decimal | None
    placed_at: datetime | None
    completed_at: datetime | None
    failed_at: datetime | None
    error_code: str | None
    items: tuple[Item, ...]

    @property
    def status(self) -> str:
        """What became of it."""
        return "completed" if self.completed_at else "failed" if self.failed_at else "placed"

    @property
    def at(self) -> datetime:
        """When it first was."""
        found = next(at for at in (self.placed_at, self.completed_at, self.failed_at) if at)
        return min(found, self.completed_at or found, self.failed_at or found)


@dataclass
class World:
    """What there is up to a time; ``until`` begins a minute."""

    until: datetime
    events: list[Event] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)

    @property
    def since(self) -> datetime:
        """Before anything was."""
        return self.until - WEEKS * _WEEK

    def seen(self) -> dict[str, list[datetime]]:
        """When each user was seen, in order."""
        found: dict[str, list[datetime]] = {}
        for event in sorted(self.events, key=lambda one: one.at):
            found.setdefault(event.user, []).append(event.at)
        return found


def drawn(until: datetime, seed: int = 3) -> World:
    """A world of that seed."""
    world, draw = World(until), random.Random(seed)
    world.versions = [one for n in range(12) for one in _versions(world, draw, n)]
    # Two that were not sold for a while: one came back at the price that it had.
    world.versions = [one for one in world.versions if one.key not in ("p-8/1", "p-9/2")]
    for number in range(USERS):
        first = world.since + draw.random() * (WEEKS - 0.2) * _WEEK
        for _ in range(draw.randrange(1, 7)):
            start = first + draw.random() * (until - first - _HOUR)
            _visit(world, draw, f"u-{number}", start)
    for _ in range(RECENT):
        _visit(world, draw, f"u-{draw.randrange(USERS)}", until - draw.uniform(60, 3500) * _SECOND)
    # Without a session, which no session's figure may count.
    world.events.append(Event("0/0/1/0", until - _SECOND, "error", "unknown", None, *_UNKNOWN))
    return world


_UNKNOWN = ("unknown", "unknown")


def _versions(world: World, draw: random.Random, number: int) -> Iterator[Version]:
    """Of each product a few: some change the price, some the stock alone."""
    price, times = Decimal(draw.randrange(100, 90_000)) / 100, [world.since]
    times += sorted(world.since + draw.random() * WEEKS * _WEEK for _ in range(number % 5))
    if number < 3:
        times.append(world.until - 1800 * _SECOND)
    for place, (since, until) in enumerate(zip(times, [*times[1:], None], strict=True)):
        if place and (number % 2 or since == times[-1]):
            price = (price * draw.choice((Decimal("0.9"), Decimal("1.25")))).quantize(
                Decimal("0.0001")
            )
        yield Version(f"p-{number}/{place}", f"p-{number}", price, draw.randrange(50), since, until)


def _visit(world: World, draw: random.Random, user: str, start: datetime) -> None:
    """A session: searches and purchases in any order, each purchase an order."""
    session, at = f"s-{len(world.events)}", start
    where = (draw.choice(DEVICES), draw.choice(COUNTRIES))

    def happened(kind: str) -> datetime:
        nonlocal at
        at += draw.randrange(1, 20_000) * timedelta(milliseconds=1)
        key = f"topic/{draw.randrange(4)}/{len(world.events)}/0"
        world.events.append(Event(key, at, kind, user, session, *where))
        return at

    kinds = draw.choices((("search",), ("search", "purchase"), ("purchase", "search"), ()), k=1)[0]
    for kind in kinds:
        when = happened(kind)
        if kind == "purchase":
            _order(world, draw, user, when, happened)
    if not kinds:
        happened("error")


def _order(
    world: World, draw: random.Random, user: str, placed: datetime, happened: object
) -> None:
    assert callable(happened)
    outcome = draw.choice(("order_complete", "order_complete", "order_failed", None))
    ended = happened(outcome) if outcome else None
    items = tuple(_item(world, draw, placed) for _ in range(draw.randrange(1, 4)))
    amount = sum(
        (one.quantity * one.version.price for one in items if one.version and one.version.price),
        Decimal(0),
    )
    world.orders.append(
        Order(
            id=f"o-{len(world.orders)}",
            user=user,
            payment=draw.choice(PAYMENTS),
            amount=amount.quantize(Decimal("0.0001")),
            placed_at=placed,
            completed_at=ended if outcome == "order_complete" else None,
            failed_at=ended if outcome == "order_failed" else None,
            error_code=draw.choice(CODES) if outcome == "order_failed" else None,
            items=items,
        )
    )


def _item(world: World, draw: random.Random, at: datetime) -> Item:
    product = f"p-{draw.randrange(12)}"
    held = [one for one in world.versions if one.product == product and _holds(one, at)]
    return Item(held[0] if held else None, product, draw.randrange(1, 4))


def _holds(version: Version, at: datetime) -> bool:
    return version.since <= at and (version.until is None or at < version.until)


def priced(versions: Sequence[Version]) -> Iterator[list[Version]]:
    """The versions of one product, those of one price that follow on one another together."""
    run: list[Version] = []
    for version in versions:
        if run and (version.price, version.since) != (run[-1].price, run[-1].until):
            yield run
            run = []
        run.append(version)
    yield run
