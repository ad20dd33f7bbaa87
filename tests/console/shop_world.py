"""Half an hour of a shop, with failures, searches in vain, hostile names and dead letters."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from api.worlds import empty
from console import hostile
from support.counted import CountedFeed

from millrace.config import Config, Feed
from millrace.simulate.lines import generate

MINUTES = 30
LINES = 1_500
NAME = "console_shop"
SALES = ("purchase", "order_complete")
READ, OPERATE = "r" * 24, "o" * 24
_MINUTE = timedelta(minutes=1)
# Sums of these have other digits where they are summed as binary fractions.
_AMOUNTS = ("0.1", "0.2", "0.0700", "1234567.8900", "0.0005")
DEAD = (
    b"\x1b[31mred\x07 \xe9 no JSON \xff",
    hostile.IMAGE.encode(),
    f"{hostile.BIDI} {hostile.SCRIPT}\r\n".encode(),
    b"",
    b'{"event_type": "search", "timestamp": "yesterday"}',
)
MENDED = '{"timestamp": "%s", "event_type": "search", "details": {"query": "mended"}}'


def filled(conf: Config, until: datetime, name: str = NAME) -> CountedFeed:
    """A feed of that name, its lines counted, stored and compared; ``until`` begins a minute."""
    options: dict[str, Any] = {"max_lateness_s": 120, "max_future_skew_s": 60}
    feed = Feed(name=name, topic=name, format="shop", service_name="shop", **options)
    world = empty(conf, feed)
    since, draw = until - MINUTES * _MINUTE, random.Random(4)
    made = generate("shop", LINES, seed=9, start=since, end=until - _MINUTE)
    lines = [one.value for one in made]
    for number, line in enumerate([*lines, *_special(since, until)]):
        at = since + number * (until - _MINUTE - since) / (LINES + 20)
        world.send(line, at, draw.randrange(2))
    for number, line in enumerate(DEAD):
        world.send(line, until - _MINUTE + timedelta(seconds=number), 0)
    world.ingest()
    world.aggregate()
    world.reconcile()
    return world


def _special(since: datetime, until: datetime) -> Iterator[bytes]:
    """Orders whose amounts must add up to the last place, and names that would like to act."""
    at = (since + (until - since) / 2).isoformat()
    for amount in _AMOUNTS:
        details = {"order_id": f"o-{amount}", "payment_method": "paypal"}
        # The amount as it stands, without a float.
        sent = json.dumps({"timestamp": at, "event_type": "order_complete", "details": details})
        yield sent.replace('"details": {', f'"details": {{"amount": {amount}, ').encode()
    named = {"query": hostile.IMAGE, "results_count": 0}
    yield json.dumps({"timestamp": at, "event_type": "search", "details": named}).encode()
    failed = {"payment_method": hostile.IMAGE[:30], "attempted_amount": 1}
    code = {"error_code": hostile.SCRIPT[:60], "message": hostile.BIDI}
    said = {"timestamp": at, "event_type": "order_failed", "details": failed, **code}
    yield json.dumps(said).encode()


def fields(world: CountedFeed) -> list[dict[str, Any]]:
    """The fields of every line that is a record."""
    return [dict(one.outcome) for one in world.sent if isinstance(one.outcome, dict)]


def revenue(world: CountedFeed, *events: str) -> Decimal:
    """What the lines of these events come to, summed as decimals."""
    amounts = (
        Decimal(str((one.get("details") or {}).get("amount") or 0))
        for one in fields(world)
        if one["event_type"] in events
    )
    return sum(amounts, Decimal(0))


def events(world: CountedFeed, event: str) -> int:
    """How many lines are of an event."""
    return sum(one["event_type"] == event for one in fields(world))


def money(amount: Decimal) -> str:
    """An amount as the console has it: two places, or as many as it needs."""
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{places}f}"
