"""Lines of three feeds for exports, hostile ones among them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from support.stored import store

from millrace.config import Config, Feed
from millrace.io import mongo
from millrace.io.mysql import tables

WEB = Feed(name="export_web", topic="export_web", format="combined", service_name="web")
APP = Feed(name="export_app", topic="export_app", format="app", service_name="app")
SHOP = Feed(name="export_shop", topic="export_shop", format="shop", service_name="shop")
FEEDS = (WEB, APP, SHOP)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPAN = {"from": "2026-03-01T11:00:00Z", "to": "2026-03-01T15:00:00Z"}

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1,2)",
    "\t=1",
    "\r=1",
    "'=1",
    "''@x",
    "'quoted'",
    'a "b", c',
    "two\nlines\r\n",
    "\u2028\u2029\x85\x0b\x0c\x1e",
    "\x00\x1b]0;x\x07",
    "\u202eabc",
    "😀 ünï",
    "",
    " ",
    '{"complete": true, "lines": 1}',
    "</script><img onerror=1>",
)
"""What a log line may have in it."""


def stored(conf: Config) -> list[tuple[str, dict[str, Any]]]:
    """Stores the lines, and returns the feed and document of each."""
    tables.prepare(conf.mysql)
    db = mongo.database(conf.mongo)
    found = []
    for hours, (feed, lines) in enumerate(((WEB, _web()), (APP, _app()), (SHOP, _shop())), 1):
        db[feed.name].drop()
        documents = store(conf, feed, [*lines], START + timedelta(hours=hours))
        found += [(feed.name, one) for one in documents]
    return found


def _web() -> Iterator[bytes]:
    for number in range(40):
        at = START + timedelta(seconds=7 * number)
        request = f'"GET /item/{number}?q=-1 HTTP/1.1" {200 + number} 612 "-" "=curl/{number}"'
        yield f"203.0.113.9 - =me [{at:%d/%b/%Y:%H:%M:%S} +0000] {request} {number}".encode()


def _app() -> Iterator[bytes]:
    for number, text in enumerate(HOSTILE * 3):
        at = START + timedelta(seconds=5 * number % 90, milliseconds=number)
        values = {"timestamp": at.isoformat(), "level": "ERROR", "message": text, "=key": text}
        yield json.dumps(values | {"service_name": "cart", "tags": [text, "b"]}).encode()


def _shop() -> Iterator[bytes]:
    for number in range(30):
        at = START + timedelta(minutes=number)
        details = {"amount": -19.5 + number, "items": [{"product_id": "=p", "quantity": number}]}
        values = {"timestamp": at.isoformat(), "event_type": "purchase", "user_id": f"@u{number}"}
        yield json.dumps(values | {"details": details, "session_duration": 5}).encode()
