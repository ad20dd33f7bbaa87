"""Rules over figures of the last minutes, and an Alertmanager to tell."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import yaml
from api.worlds import MINUTE, empty, send_minute
from monitoring.alertmanagers import running
from support.counted import CountedFeed

from millrace.alerts.rules import Rule
from millrace.api.deliverer import Deliverer
from millrace.api.evaluator import Evaluator
from millrace.api.service import Service
from millrace.config import Config, Feed
from millrace.io import mongo
from millrace.io.mongo import alert_rules
from millrace.io.mongo.alert_rules import StoredRule
from millrace.records.alerts import COLLECTIONS

_TIMEOUT_S = 30


def last_minute() -> datetime:
    """The beginning of the last minute that is settled by the clock."""
    settled = datetime.now(UTC) - timedelta(seconds=31)
    return settled.replace(second=0, microsecond=0) - MINUTE


class Figures:
    """Figures of a feed's last minutes, each with so many failed requests of ten."""

    def __init__(self, conf: Config, feed: Feed) -> None:
        self.world: CountedFeed = empty(conf, feed)
        self.conf, self._draw = self.world.conf, random.Random(1)
        db = mongo.database(conf.mongo)
        for name in COLLECTIONS:
            db[name].delete_many({})
        alert_rules.prepare(db)

    def minute(self, start: datetime, failed: int, **values: Any) -> None:
        """Ten requests of a minute, of which so many failed; counted at once."""
        usual = {"method": "GET", "path": "/pay", "response_time_ms": 12, "service_name": "cart"}
        for status, lines in ((500, failed), (200, 10 - failed)):
            given = usual | {"status_code": status} | values
            send_minute(self.world, self._draw, start, lines, **given)
        self.world.aggregate()

    def breach(self, minutes: int = 4) -> list[datetime]:
        """Minutes of which nearly all fails, whichever of them is the last one that is settled.

        A rule begins with that one, and a further minute may be settled at any time.
        """
        starts = [last_minute() + number * MINUTE for number in range(minutes)]
        for start in starts:
            self.minute(start, failed=9)
        return starts

    def requests(self, start: datetime, succeeded: int) -> None:
        """Further requests of a minute, which succeeded; counted at once."""
        given = {"method": "GET", "path": "/pay", "service_name": "cart", "status_code": 200}
        send_minute(self.world, self._draw, start, succeeded, **given)
        self.world.aggregate()

    def rule(self, **values: Any) -> StoredRule:
        """A rule that is stored: by default of which half of all requests fail."""
        usual = {"name": "Half of it fails", "metric": "server_error_ratio", "threshold": 0.5}
        made = Rule.model_validate(usual | values)
        return alert_rules.create(mongo.database(self.conf.mongo), made, datetime.now(UTC))

    def service(self, **api: Any) -> Service:
        """The service of an API process of its own."""
        own = self.conf.api.model_copy(update=api)
        return Service.of(self.conf.model_copy(update={"api": own}))

    def evaluator(self, **api: Any) -> Evaluator:
        """The evaluator of an API process of its own."""
        return Evaluator(self.service(**api))

    def evaluate(self) -> None:
        """Evaluates what is due, as an API process that ends after it: the lease is free again."""
        evaluator = self.evaluator()
        evaluator.step()
        evaluator.release()

    def deliverer(self, address: str) -> Deliverer:
        """What delivers to the Alertmanager at an address."""
        return Deliverer(self.service(alertmanager_url=address))


@contextmanager
def alertmanager(folder: Path, port: int | None = None) -> Iterator[str]:
    """A real one that tells nobody; its address."""
    file = folder / "quiet.yaml"
    content = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}
    file.write_text(yaml.safe_dump(content))
    with running(folder, file, port) as address:
        yield address


def alerts_at(address: str) -> list[dict[str, Any]]:
    """The alerts that fire, as the Alertmanager has them."""
    with urlopen(f"{address}/api/v2/alerts", timeout=_TIMEOUT_S) as answer:
        found: list[dict[str, Any]] = json.loads(answer.read())
    return found


def silences_at(address: str) -> list[dict[str, Any]]:
    """The silences that have not ended, as the Alertmanager has them."""
    with urlopen(f"{address}/api/v2/silences", timeout=_TIMEOUT_S) as answer:
        found: list[dict[str, Any]] = json.loads(answer.read())
    return [one for one in found if one["status"]["state"] != "expired"]
