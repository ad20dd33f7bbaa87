"""An hour of two feeds with what Anomalies, Pipeline and Geography are to show, without Spark."""

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from support.counted import CountedFeed

from millrace.config import Config, Feed
from millrace.detect.templates import Template, template_id
from millrace.io import kafka, mongo, template_files
from millrace.io.mongo import reconciliations
from millrace.io.template_files import Templates
from millrace.records.reconciliations import Fault, Reconciliation
from millrace.simulate.lines import generate
from millrace.simulate.send import send

HOSTILE = '<img src=x onerror="alert(1)"></script>\u202e\x1b[31m disk'
WAITING = 7  # lines of the app that no job has read
MINUTES = 60
_MINUTE = timedelta(minutes=1)
_TEXTS = {
    "login": "user <*> logged in",
    "disk": "disk <*> is full",
    "cache": "cache <*> is cold",
}
TEMPLATES = {name: Template(template_id(text), text, 10) for name, text in _TEXTS.items()}


@dataclass(frozen=True)
class World:
    """What there is: feeds, counted and stored, up to a time; ``hot`` has what is unusual."""

    web: CountedFeed
    app: CountedFeed
    until: datetime

    @property
    def since(self) -> datetime:
        """When the hour begins."""
        return self.until - MINUTES * _MINUTE

    @property
    def hot(self) -> datetime:
        """The minute in which the app has many errors."""
        return self.until - 10 * _MINUTE


def filled(conf: Config, web: Feed, app: Feed, until: datetime) -> World:
    """The world of two feeds that have no line yet; ``until`` begins a minute."""
    template_files.save(
        Path(conf.detection.templates),
        app.name,
        Templates(3, until, "mongo", 20, tuple(TEMPLATES.values())),
    )
    topic_id = kafka.topic(conf.kafka, app.topic).id
    world = World(CountedFeed(conf, web), CountedFeed(conf, app, topic_id), until)
    _send_app(world)
    times = [world.since + n * _MINUTE / 40 for n in range(40 * MINUTES)]
    lines = generate("combined", len(times), seed=5, start=times[0], end=times[-1])
    for number, (at, line) in enumerate(zip(times, lines, strict=True)):
        world.web.send(line.value, at + timedelta(seconds=0.5), number % 2)
    world.web.send(b"no access log", until - _MINUTE)
    for own in (world.web, world.app):
        own.ingest()
        own.aggregate()
    world.web.reconcile()
    db = mongo.database(conf.mongo)
    faults: dict[Fault, int] = {"missing": 2, "doubled": 0}
    reconciliations.save(db, Reconciliation(app.name, world.since, until, False, faults))
    reconciliations.save(db, Reconciliation(web.name, world.since, until, True, {"missing": 0}))
    _wait_in_kafka(conf, world.app)
    return world


def _wait_in_kafka(conf: Config, own: CountedFeed) -> None:
    """Puts as many lines into the topic, of one partition, as were read, and some more."""
    send(conf.kafka, own.feed.topic, [b"{}"] * (len(own.sent) + WAITING))


def _send_app(world: World) -> None:
    draw = random.Random(7)
    two_hours_ago = world.until.replace(minute=0) - 2 * timedelta(hours=1)
    for n in range(3):
        world.app.send(_line(two_hours_ago + n * _MINUTE, "login"), two_hours_ago + n * _MINUTE)
    world.app.send(_line(two_hours_ago, "disk"), two_hours_ago)
    for minute in range(MINUTES):
        start = world.since + minute * _MINUTE
        is_hot = start == world.hot
        for n in range(30):
            at = start + timedelta(seconds=n * 2)
            took = draw.lognormvariate(4, 0.4) * (40 if is_hot else 1)
            values: dict[str, Any] = {"response_time_ms": round(took, 2), "path": "/pay/1"}
            if is_hot and n % 2:
                values |= {"level": "ERROR", "error_code": "E_PAY"}
            world.app.send(_line(at, "login", **values), at + timedelta(seconds=0.5))
        if minute > MINUTES - 6:
            world.app.send(_line(start, "cache"), start)
    last = world.until - 2 * _MINUTE
    hostile = {"message": HOSTILE, "level": "FATAL", "service_name": "pay <b>&"}
    world.app.send(_line(last, "login", **hostile), last)


def _line(at: datetime, template: str, **values: Any) -> bytes:
    usual: dict[str, Any] = {
        "timestamp": at.isoformat(),
        "service_name": "pay",
        "level": "INFO",
        "message": _TEXTS[template].replace("<*>", "7"),
        "method": "POST",
        "status_code": 200,
    }
    return json.dumps({**usual, **values}).encode()
