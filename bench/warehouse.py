"""What ten minutes of a shop cost the warehouse, loaded and built, as its archive grows."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from bench.measure import environment
from bench.place import FOLDER, ROOT
from bench.settings import variant
from millrace.config import Config
from millrace.errors import SetupError
from millrace.io import delta
from millrace.io.sink import MicroBatch
from millrace.io.warehouse import connection
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.warehouse import DBT, STAGING, TABLES, WAREHOUSE
from millrace.runtime.session import spark_session
from millrace.setup.dbt import dbt as installed_dbt
from millrace.simulate import products
from millrace.simulate.lines import generate
from millrace.tools import dbt

SHOP, PRODUCTS = "shop", "products"
RUN_LINES, SPAN = 600_000, timedelta(minutes=10)  # 1,000 a second
MARKS = (1_000_000, 5_000_000, 20_000_000)
ROUNDS = 2
_PARTITIONS = 4
_CHANGES = 2_000  # of prices and stock, over all of the time
_ARROW_LINES = 20_000
_AT_ONCE = 2_500_000  # lines
_HEADER = pa.list_(pa.struct([("key", pa.string()), ("value", pa.binary())]))
_ARROW = pa.schema(
    {
        **dict.fromkeys(("key", "value"), pa.binary()),
        **{"topic": pa.string(), "partition": pa.int32(), "offset": pa.int64()},
        **{"timestamp": pa.timestamp("us", tz="UTC"), "timestampType": pa.int32()},
        **{"headers": _HEADER, "topic_id": pa.string()},
    }
)
_SCHEMA = StructType([one for one in delta.SCHEMA.fields if one.name != "date"])


@dataclass(frozen=True)
class Built:
    """One run over ``lines`` new lines where ``archived`` are loaded and built already.

    ``mark`` is how many of these there were to be at least.
    ``load_s`` and ``build_s`` are whole programs, their start included. ``database_mb`` is what the
    warehouse takes afterwards; ``caught_up_s`` what it took to come to the mark before the run.
    """

    mark: int
    archived: int
    lines: int
    load_s: float
    build_s: float
    database_mb: int
    caught_up_s: float

    @property
    def seconds(self) -> float:
        """Load and build together."""
        return self.load_s + self.build_s


def settings() -> Path:
    """The configuration: a warehouse, an archive of its own, and no other server."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    storage = {"checkpoints": f"{FOLDER}/checkpoints-warehouse"}
    return variant(
        "warehouse",
        [],
        storage=storage | {"archive": f"{FOLDER}/archive-warehouse"},
        stack={"directory": str(FOLDER), "servers": [], "warehouse": ["warehouse-postgres"]},
        warehouse={"host": "127.0.0.1", "port": 29433},
        feeds=[
            {"name": SHOP, "topic": SHOP, "format": "shop", "service_name": SHOP},
            {"name": PRODUCTS, "topic": PRODUCTS, "formats": ["json"], "service_name": SHOP},
        ],
    )


def measured(
    conf: Config,
    marks: tuple[int, ...],
    lines: int,
    rounds: int,
    on_step: Callable[[str, int], None],
    on_end: Callable[[Built], None],
) -> list[Built]:
    """At each mark ``rounds`` runs over ``lines`` lines.

    ``on_step`` is told what goes on, and how many lines are archived.
    """
    _empty(conf)
    installed_dbt()  # where it is missing
    archive = _Archive(conf, marks[-1] + rounds * lines, lines)
    found = []
    for mark in marks:
        began = time.monotonic()
        while archive.lines < mark:
            archive.add(max(_PARTITIONS, min(lines, mark - archive.lines)))
            on_step(f"on the way to {mark:,}", archive.lines)
            # In parts, as runs come: a build of all at once would need as much disk again.
            if archive.lines >= mark or archive.unbuilt >= _AT_ONCE:
                archive.close()
                _run(conf)
        caught_up_s = round(time.monotonic() - began, 1)
        for number in range(rounds):
            before = archive.lines
            on_step(f"{mark:,} lines: run {number + 1}", before)
            archive.add(lines)
            archive.close()
            load_s, build_s = _run(conf)
            found.append(
                Built(mark, before, lines, load_s, build_s, _database_mb(conf), caught_up_s)
            )
            on_end(found[-1])
    _empty(conf)  # It takes gigabytes.
    return found


class _Archive:
    """The archive of both feeds, written as the job `archive` does, its lines made in tasks."""

    def __init__(self, conf: Config, most: int, run_lines: int) -> None:
        self._conf = conf
        self._spark: SparkSession | None = None
        self._sinks: dict[str, delta.DeltaSink] = {}
        self._start = datetime.now(UTC) - most / run_lines * SPAN
        self._line = SPAN / run_lines
        self.lines, self.unbuilt, self._batches = 0, 0, 0

    def add(self, lines: int) -> None:
        """So many events, which go on in time where the last ended; first of all the products."""
        spark = self._session()
        if not self.lines:
            told = products.changes(_CHANGES, seed=1, start=self._start, end=datetime.now(UTC))
            values = [*told]
            rows = [_record(value, PRODUCTS, 0, n, self._start) for n, value in enumerate(values)]
            self._write(PRODUCTS, spark.createDataFrame(rows, _SCHEMA), 0, len(values), 1)
        each = lines // _PARTITIONS
        first, at = self.lines // _PARTITIONS, self._start + self.lines * self._line
        task = partial(_lines, each, first, at, at + lines * self._line)
        rows_of = spark.range(_PARTITIONS, numPartitions=_PARTITIONS).mapInArrow(task, _SCHEMA)
        self._write(SHOP, rows_of, first, first + each, _PARTITIONS)
        self.lines += each * _PARTITIONS
        self.unbuilt += each * _PARTITIONS

    def close(self) -> None:
        """Ends its session: what loads and builds has the machine to itself."""
        self.unbuilt = 0
        if self._spark is not None:
            self._spark.stop()
            self._spark = None
            self._sinks.clear()

    def _session(self) -> SparkSession:
        if self._spark is None:
            os.environ["PYTHONPATH"] = str(ROOT)  # for the tasks, which import this module
            self._spark = spark_session("bench", self._conf)
        return self._spark

    def _write(self, name: str, rows: DataFrame, first: int, until: int, partitions: int) -> None:
        ranges = (OffsetRange(name, name, n, first, until) for n in range(partitions))
        batch = Batch(f"archive-{name}", f"bench-{name}", self._batches, tuple(ranges))
        self._sink(name).write(MicroBatch.of(batch, rows))
        self._batches += 1

    def _sink(self, name: str) -> delta.DeltaSink:
        if name not in self._sinks:
            feed, archive = self._conf.feed(name), self._conf.storage.archive
            self._sinks[name] = delta.DeltaSink(self._session(), archive, feed)
            self._sinks[name].prepare()
        return self._sinks[name]


def _record(value: bytes, topic: str, partition: int, offset: int, at: datetime) -> tuple[Any, ...]:
    return (None, value, topic, partition, offset, at, 1, None, topic)


def _lines(
    count: int, first: int, start: datetime, end: datetime, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The lines of each partition that the batches name, received as they are dated."""
    for batch in batches:
        for partition in batch.column(0).to_pylist():
            seed = first * _PARTITIONS + partition
            made = generate("shop", count, seed=seed, start=start, end=end)
            step, rows = (end - start) / max(count, 1), []
            for number, line in enumerate(made):
                at = start + number * step
                rows.append(_record(line.value, SHOP, partition, first + number, at))
                if len(rows) == _ARROW_LINES:
                    yield _arrow(rows)
                    rows = []
            if rows:
                yield _arrow(rows)


def _arrow(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, one.type) for column, one in zip(columns, _ARROW, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_ARROW)


def _run(conf: Config) -> tuple[float, float]:
    """The seconds of the load and of the build, as users run them."""
    log = FOLDER / "logs" / "warehouse-load.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(ROOT / "spark-submit.sh"), "warehouse", "--load-only", "--conf", str(conf.file)]
    began = time.monotonic()
    with log.open("ab") as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, cwd=ROOT, env=environment(), check=False
        )
    if done.returncode:
        raise SetupError(f"the load failed: see {log}")
    loaded = time.monotonic()
    outcome = dbt.build(conf, lambda _: None)
    if outcome.failures:
        raise SetupError(f"the build failed: {outcome.failures[0]}")
    return round(loaded - began, 1), round(time.monotonic() - loaded, 1)


def _empty(conf: Config) -> None:
    """Nothing archived, loaded or built."""
    own = dbt.of(conf)
    shutil.rmtree(conf.storage.archive, ignore_errors=True)
    with connection(own, DBT) as opened:
        for schema in (STAGING, WAREHOUSE):
            opened.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    with connection(own) as opened:
        for table in TABLES:
            opened.execute(f"DROP TABLE IF EXISTS {table.full_name} CASCADE")


def _database_mb(conf: Config) -> int:
    with connection(dbt.of(conf)) as opened:
        row = opened.execute("SELECT pg_database_size(current_database()) / 1000000").fetchone()
    return int(row[0]) if row else 0
