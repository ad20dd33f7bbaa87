"""The figures of the business, counted from a world by other means than SQL."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median_low
from typing import Any

from support.warehouse_world import Event, World, priced

_WEEK = timedelta(weeks=1)
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


def revenue(
    world: World, since: datetime, until: datetime, step: timedelta
) -> Iterator[dict[str, Any]]:
    """Of each step: orders and their amounts where they were placed, completed, failed."""
    for start in _steps(since, until, step):
        placed = [o for o in world.orders if _is_in(o.placed_at, start, start + step)]
        completed = [o for o in world.orders if _is_in(o.completed_at, start, start + step)]
        failed = [o for o in world.orders if _is_in(o.failed_at, start, start + step)]
        yield {
            "window_start": start,
            "placed": len(placed),
            "completed": len(completed),
            "failed": len(failed),
            "placed_amount": _sum(o.amount for o in placed),
            "revenue": _sum(o.amount for o in completed),
            "failed_amount": _sum(o.amount for o in failed),
        }


def conversion(
    world: World, since: datetime, until: datetime, step: timedelta
) -> Iterator[dict[str, Any]]:
    """Of each step: the sessions that began in it, by how far they came."""
    sessions = _sessions(world, since, until)
    for start in _steps(since, until, step):
        own = [events for events in sessions if _is_in(events[0].at, start, start + step)]
        stages = [_stages(events) for events in own]
        yield {
            "window_start": start,
            "sessions": len(own),
            "searched": stages.count(1) + stages.count(2) + stages.count(3),
            "purchased": stages.count(2) + stages.count(3),
            "ordered": stages.count(3),
        }


def _stages(events: list[Event]) -> int:
    """How many of the stages follow on one another."""
    kinds, reached = ("search", "purchase", "order_complete"), 0
    for event in events:
        if reached < len(kinds) and event.kind == kinds[reached]:
            reached += 1
    return reached


def failures(world: World, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """By reason and payment method."""
    found: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    ended: dict[str, int] = defaultdict(int)
    for order in world.orders:
        if _is_in(order.failed_at, since, until):
            found[order.error_code or "unknown", order.payment].append(order.amount or Decimal(0))
        if _is_in(order.failed_at, since, until) or _is_in(order.completed_at, since, until):
            ended[order.payment] += 1
    return [
        {
            "error_code": code,
            "payment_method": payment,
            "failed": len(amounts),
            "ended": ended[payment],
            "failed_amount": _sum(amounts),
        }
        for (code, payment), amounts in found.items()
    ]


def sessions(world: World, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """All together, by device and by country."""
    groups: dict[tuple[str, str], list[list[Event]]] = defaultdict(list)
    for events in _sessions(world, since, until):
        first = events[0]
        for key in (("all", "all"), ("device", first.device), ("country", first.country)):
            groups[key].append(events)
    return [
        {
            "by": by,
            "value": value,
            "sessions": len(own),
            "events": sum(map(len, own)),
            "single": sum(len(events) == 1 for events in own),
            "mean_ms": _rounded(Decimal(sum(map(_length_ms, own))) / len(own)),
            "median_ms": median_low(map(_length_ms, own)),
        }
        for (by, value), own in groups.items()
    ]


def cohorts(world: World, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """Of each week of users and each week since: how many ordered."""
    seen = {user: times for user, times in world.seen().items() if user != "unknown"}
    last = max(times[-1] for times in seen.values())
    orders: dict[str, list[datetime]] = defaultdict(list)
    for order in sorted(world.orders, key=lambda one: one.at):
        if order.status != "failed" and order.at < until:
            orders[order.user].append(order.at)
    for start in _steps(since, until, _WEEK):
        own = [user for user, times in seen.items() if _is_in(times[0], start, start + _WEEK)]
        for later, week in enumerate(_steps(start, min(until, last), _WEEK)):
            if not own:
                break
            in_week = [
                [number for number, at in enumerate(orders[user]) if _is_in(at, week, week + _WEEK)]
                for user in own
            ]
            yield {
                "week_start": start,
                "users": len(own),
                "weeks_later": later,
                "ordered": sum(bool(numbers) for numbers in in_week),
                "ordered_again": sum(any(numbers) for numbers in in_week),
            }


def prices(world: World, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """Of each product whose price changed: its prices, and what was sold at them."""
    for product in sorted({one.product for one in world.versions}):
        own = [one for one in world.versions if one.product == product]
        runs = list(priced(own))
        changes = [(a[0].price, b[0]) for a, b in pairwise(runs)]
        if not any(b.price != price and _is_in(b.since, since, until) for price, b in changes):
            continue
        for run in runs:
            begin, end = run[0].since, run[-1].until
            if begin >= until or (end and end <= since):
                continue
            sold = [
                (order, item)
                for order in world.orders
                if order.status != "failed" and _is_in(order.at, since, until)
                for item in order.items
                if item.version in run
            ]
            yield {
                "product_id": product,
                "name": run[0].name,
                "category": "toys",
                "price": run[0].price,
                "valid_from": begin,
                "valid_to": end,
                "held_s": _rounded(
                    Decimal(repr((min(end or until, until) - max(begin, since)).total_seconds()))
                ),
                "orders": len({(order.id, item.version) for order, item in sold}),
                "units": sum(item.quantity for _, item in sold),
                "revenue": _sum(
                    item.quantity * (item.version.price or 0) for _, item in sold if item.version
                ),
            }


def _sessions(world: World, since: datetime, until: datetime) -> list[list[Event]]:
    """The events of each session within the time, in order."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(world.events, key=lambda one: one.at):
        if event.session and _is_in(event.at, since, until):
            found[event.session].append(event)
    return list(found.values())


def _length_ms(events: list[Event]) -> int:
    return (events[-1].at - events[0].at) // timedelta(milliseconds=1)


def _steps(since: datetime, until: datetime, step: timedelta) -> Iterator[datetime]:
    at = since
    while at < until:
        yield at
        at += step


def _is_in(at: datetime | None, since: datetime, until: datetime) -> bool:
    return at is not None and since <= at < until


def _sum(amounts: Any) -> Decimal:
    return sum(amounts, Decimal(0))


def _rounded(value: Decimal) -> int:
    """As PostgreSQL rounds: halves away from zero."""
    return int(value.quantize(Decimal(1), rounding="ROUND_HALF_UP"))
