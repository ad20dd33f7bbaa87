"""A captured table of products: its history and its ledger, written as the job `changes` does."""

import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import yaml
from bson import Decimal128

from millrace import config
from millrace.config import Config, captured_products
from millrace.config.passwords import WAREHOUSE
from millrace.io import mongo
from millrace.io.mongo import entity_history
from millrace.io.mongo.change_batches import ledger_row
from millrace.io.mongo.collections import prepare_ledger
from millrace.observe.observer import Observer
from millrace.parse.changes import Placed
from millrace.records.changes import Change
from millrace.records.entities import Entity
from millrace.records.ledger import COLLECTION, Batch, OffsetRange
from millrace.records.write_result import WriteResult
from millrace.runtime import loading
from millrace.runtime.context import JobContext

FIELDS = {"sku": "string", "price": "decimal", "stock": "int", "name": "string"}
START_MS = 1_774_735_200_000  # 2026-03-28 22:00 UTC
_MINUTE_MS = 60_000


def settings(folder: Path, shared: Path, entity: str, warehouse: Config) -> Path:
    """A configuration file over the servers of ``shared``, whose products are captured rows."""
    entities = folder / "entities.yaml"
    table = {"source": "postgres", "table": "public.goods", "key": ["sku"], "fields": FIELDS}
    entities.write_text(yaml.safe_dump({"entities": {entity: table}}))
    own = warehouse.warehouse
    assert own
    content = yaml.safe_load(shared.read_text())
    content["changes"] = {
        "postgres": {"host": "127.0.0.1"},
        "entities": str(entities),
        "history_days": None,
    }
    content["warehouse"] = {"host": own.host, "port": own.port, "products": entity}
    content["feeds"] = [{"name": "s", "topic": "s", "format": "syslog", "service_name": "s"}]
    file = folder / f"{entity}.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


@dataclass
class Goods:
    """The captured table: what was told of it so far, by minutes after the start."""

    conf: Config
    entity: Entity
    topic_id: str = field(default_factory=lambda: uuid4().hex)
    offset: int = 0
    batches: int = 0

    @classmethod
    def made(cls, folder: Path, shared: Path, warehouse: Config) -> "Goods":
        """A table of a test's own, with nothing told of it."""
        name = f"goods_{uuid4().hex[:8]}"
        loaded = config.load(settings(folder, shared, name, warehouse))
        loaded = loaded.model_copy(update={"mongo": warehouse.mongo, "mysql": warehouse.mysql})
        assert loaded.warehouse
        assert warehouse.warehouse
        secrets = {key: getattr(warehouse.warehouse, key) for key in WAREHOUSE}
        own = loaded.warehouse.model_copy(update=secrets)
        loaded = loaded.model_copy(update={"warehouse": own})
        entity = captured_products.of(loaded)
        assert entity
        db = mongo.database(loaded.mongo)
        prepare_ledger(db)
        entity_history.prepare(db, name, None)
        return cls(loaded, entity)

    def told(self, *changes: tuple[Any, ...]) -> list[Placed]:
        """Has the job `changes` take a batch: (op, sku, price, stock, minute, position) each."""
        placed = [self.placed(*change) for change in changes]
        self.keep(placed)
        return placed

    def placed(
        self,
        op: str,
        sku: str | None,
        price: Any = None,
        stock: int | None = None,
        minute: float = 0,
        position: int | None = None,
    ) -> Placed:
        """The next record of the topic."""
        at = self.offset if position is None else position
        row: dict[str, Any] = {}
        if op in "cur":
            money = None if price is None else Decimal128(str(price))
            row = {"sku": sku, "price": money, "stock": stock, "name": f"Good {sku}"}
        committed_ms = START_MS + round(minute * _MINUTE_MS)
        change = Change(cast("Any", op), sku, row, (at, 0), committed_ms)
        made = Placed(change, self.offset, START_MS + self.offset)
        self.offset += 1
        return made

    def keep(self, placed: list[Placed]) -> None:
        """Writes the history, and last the ledger's row, as its sink does."""
        db, query = mongo.database(self.conf.mongo), f"changes-{self.entity.name}"
        entity_history.write(db, self.entity.name, self.entity.topic, 0, placed)
        times = [one.received_ms for one in placed]
        offsets = OffsetRange(
            self.entity.topic, self.topic_id, 0, placed[0].offset, placed[-1].offset + 1
        )
        counts = {"partition": 0, "rows_written": len(placed)}
        counts |= {"earliest_ms": min(times), "latest_ms": max(times)}
        batch = Batch(query, "checkpoint", self.batches, (offsets,))
        self.batches += 1
        row = ledger_row(batch, [counts], WriteResult(rows_in=len(placed)))
        db[COLLECTION].replace_one({"_id": row["_id"]}, row, upsert=True)

    def load(self, *, accept_loss: bool = False) -> int:
        """Loads what is new as the job does; its exit code. No feed of it needs Spark."""
        conf = self.conf.model_copy(update={"feeds": loading.feeds(self.conf)})
        spark, observer = cast("Any", None), Observer("warehouse", conf)
        own = JobContext("warehouse", cast("Any", None), spark, conf, threading.Event(), observer)
        return loading.run(own, accept_loss=accept_loss)

    def load_killed(self, point: str, environment: dict[str, str]) -> int:
        """Loads in a process of its own that is killed at a point; its exit code."""
        own = self.conf.warehouse
        assert own
        secret = {WAREHOUSE["password"]: own.password.get_secret_value()}
        done = subprocess.run(
            [sys.executable, __file__, str(self.conf.file)],
            env=environment | secret | {"MILLRACE_CRASH_AT": point},
            check=False,
        )
        return done.returncode


def _main(file: Path) -> int:
    conf = config.load(file)
    entity = captured_products.of(conf)
    assert entity
    return Goods(conf, entity).load()


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1])))
