"""An hour of a shop's systems with an incident in it, as the documentation shows it; no Spark.

From the 32nd minute on the card processor does not answer for some minutes: payments fail, orders
with them, and `checkout` is slow. Requests from Germany are refused towards the end.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from api.worlds import empty
from support.counted import CountedFeed

from millrace.alerts.rules import Rule
from millrace.api.evaluator import Evaluator
from millrace.api.service import Service
from millrace.config import Config, Feed
from millrace.io import kafka, mongo
from millrace.io.mongo import alert_rules, reconciliations
from millrace.records.alerts import COLLECTIONS
from millrace.records.reconciliations import ALL, Fault, Reconciliation
from millrace.simulate.lines import generate
from millrace.simulate.send import send

MINUTES = 60
INCIDENT = range(32, 38)
REFUSED = range(44, 60)  # minutes in which Germany's requests are
FAULTS_PERCENT = 1.0
_MINUTE = timedelta(minutes=1)
_A_MINUTE = {"combined": 90, "app": 60, "shop": 45, "syslog": 30}
_NAMES = {"combined": "edge", "app": "services", "shop": "orders", "syslog": "hosts"}
# Of the simulated lines that tell of a failure so many are kept: usually little fails.
_FAILURES_KEPT = 0.12
_GERMAN = "84.128.7.{}"
_TOLD = {
    "level": "ERROR",
    "status_code": 504,
    "error_code": "CARD_PROCESSOR_TIMEOUT",
    "message": "Payment failed: the card processor did not answer within 3 s",
}
NOTHING_WRONG: dict[Fault, int] = dict.fromkeys(get_args(Fault), 0)
RULE = {
    "name": "Checkout is slow",
    "metric": "p95_ms",
    "filter": {"service_name": ["checkout"]},
    "threshold": 800,
    "for_minutes": 5,
    "severity": "critical",
}


def feeds() -> tuple[Feed, ...]:
    """Four feeds, whose minutes close soon."""
    options: dict[str, Any] = {"max_lateness_s": 120, "max_future_skew_s": 60}
    return tuple(
        Feed(name=name, topic=name, format=format, service_name="web", **options)
        for format, name in _NAMES.items()
    )


@dataclass(frozen=True)
class Gallery:
    """The feeds, with their lines stored, counted and compared, and an alert rule over them."""

    conf: Config
    rule_id: str


def filled(conf: Config, until: datetime) -> Gallery:
    """The feeds with an hour of lines up to ``until``, which begins a minute, and an alert rule."""
    own = conf.model_copy(update={"feeds": feeds()})
    # Of one partition: what waits in it is told by its end alone.
    one = own.kafka.model_copy(update={"partitions": 1})
    kafka.create_topics(one, [feed.topic for feed in own.feeds])
    for feed in own.feeds:
        empty(own, feed)
        world = CountedFeed(own, feed, kafka.topic(one, feed.topic).id)
        _fill(world, until)
        held = Reconciliation(feed.name, ALL, datetime.now(UTC), True, NOTHING_WRONG)
        reconciliations.save(mongo.database(own.mongo), held)
    return Gallery(own, _ruled(own))


def _fill(world: CountedFeed, until: datetime) -> None:
    draw = random.Random(3)
    for minute in range(MINUTES):
        start = until - (MINUTES - minute) * _MINUTE
        made = _lines(str(world.feed.format), minute, start, draw)
        _receive(world, [(line, start + at) for at, line in made])
        if minute % 6 == 5:
            world.aggregate()
    world.ingest()
    world.reconcile()


def _receive(world: CountedFeed, lines: list[tuple[bytes, datetime]]) -> None:
    """The lines come, to Kafka as well."""
    for line, at in lines:
        world.send(line, at)
    send(world.conf.kafka, world.feed.topic, [line for line, _ in lines])


def _lines(
    format: str, minute: int, start: datetime, draw: random.Random
) -> Iterator[tuple[timedelta, bytes]]:
    """A minute's lines, each with when it comes after the beginning."""
    count = round(_A_MINUTE[format] * draw.uniform(0.85, 1.15))
    span = {"seed": minute, "start": start, "end": start + _MINUTE}
    made = generate(format, count, faults_percent=FAULTS_PERCENT, **span)
    for number, one in enumerate(made):
        line = one.value if one.fault else _as_usual(format, one.value, minute, draw)
        if line is not None:
            yield number * _MINUTE / count + timedelta(milliseconds=20), line
    if format == "combined" and minute in REFUSED:
        for number in range(minute - REFUSED.start + 4):
            at = start + number * _MINUTE / 40
            request = f'"POST /api/v1/orders HTTP/1.1" 503 312 "-" "Mozilla/5.0" {2000 + number}'
            stamp = f"{at:%d/%b/%Y:%H:%M:%S} +0000"
            yield at - start, f"{_GERMAN.format(number)} - - [{stamp}] {request}".encode()


def _as_usual(format: str, line: bytes, minute: int, draw: random.Random) -> bytes | None:
    """The line as it is in that minute; None of a failure that does not come."""
    if format not in ("app", "shop"):
        return line
    told: dict[str, Any] = json.loads(line)
    is_hit = minute in INCIDENT
    if format == "app":
        told["service_name"] = {"api-gateway": "checkout"}.get(
            told["service_name"], told["service_name"]
        )
        if is_hit and told["service_name"] == "payment":
            told |= _TOLD | {"response_time_ms": round(draw.uniform(3000, 3100), 2)}
        elif is_hit and told["service_name"] == "checkout":
            told["response_time_ms"] = round(draw.uniform(700, 3200), 2)
        elif told["level"] != "INFO" and draw.random() > _FAILURES_KEPT:
            return None
        return json.dumps(told).encode()
    if is_hit and told["event_type"] == "order_complete" and draw.random() < 0.7:
        amount = told["details"].pop("amount", 10)
        told |= {"event_type": "order_failed", "error_code": "PAYMENT_TIMEOUT"}
        told["message"] = "Payment timed out: the order is cancelled"
        told["details"] |= {"attempted_amount": amount, "payment_method": "credit_card"}
    elif told["event_type"] in ("order_failed", "error") and draw.random() > 2 * _FAILURES_KEPT:
        return None
    return json.dumps(told).encode()


def _ruled(conf: Config) -> str:
    """The id of a rule that was evaluated; there is no other."""
    db = mongo.database(conf.mongo)
    for name in COLLECTIONS:
        db[name].delete_many({})
    alert_rules.prepare(db)
    stored = alert_rules.create(db, Rule.model_validate(RULE), datetime.now(UTC))
    evaluator = Evaluator(Service.of(conf))
    evaluator.step()
    evaluator.release()
    return stored.id
