"""Archived lines in the warehouse: each once, in bounded batches, and held against the archive."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from delta.tables import DeltaTable
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from support.lines import recent
from support.pipeline import Pipeline, pipeline
from support.warehouse_content import content, empty, select

from millrace.config import Config
from millrace.io import delta, reference_data
from millrace.io.warehouse.ledger import WarehouseLedger
from millrace.proof import warehouse as proof
from millrace.records.reconciliations import ALL
from millrace.records.warehouse import EVENTS, REQUESTS
from millrace.runtime.context import FAILED
from millrace.simulate import products
from millrace.transform.chain import Letter, compiled

EVENTS_SENT, REQUESTS_SENT, CHANGES_SENT = 1_500, 600, 200
PRODUCTS = 500


class World:
    """Feeds of a test's own, with an archive, and a warehouse that has none of them yet."""

    def __init__(self, folder: Path, conf_file: Path, warehouse: Config, **stream: Any) -> None:
        self.shop, self.access, self.changes = (
            f"{name}_{uuid4().hex[:8]}" for name in ("shop", "access", "products")
        )
        pipe = pipeline(
            folder,
            conf_file,
            {"name": self.shop, "topic": self.shop, "format": "shop", "service_name": "shop"},
            {"name": self.access, "topic": self.access, "format": "combined", "service_name": "w"},
            {"name": self.changes, "topic": self.changes, "formats": ["json"], "service_name": "c"},
            **stream,
        )
        assert warehouse.warehouse
        self.own = warehouse.warehouse.model_copy(update={"products": self.changes})
        self.pipe = Pipeline(pipe.file, pipe.conf.model_copy(update={"warehouse": self.own}))

    def send(self, seed: int) -> dict[str, list[bytes]]:
        """Sends lines of each feed, some of them faulty; those."""
        end = datetime.now(UTC)
        changes = products.changes(
            CHANGES_SENT, seed=seed, start=end - timedelta(minutes=5), end=end
        )
        lines = {
            self.shop: recent("shop", EVENTS_SENT, seed=seed, faults=2.0),
            self.access: recent("combined", REQUESTS_SENT, seed=seed, faults=2.0),
            self.changes: [*changes, b"no change", b"{}"],
        }
        for feed, values in lines.items():
            self.pipe.send(feed, values)
        return lines

    def load(self, spark: SparkSession, **how: Any) -> None:
        """Archives what is in Kafka, and loads it."""
        self.pipe.run_within(spark, "archive")
        self.pipe.run_within(spark, "warehouse", "unloaded", **how)

    def batches(self, feed: str) -> list[tuple[int, int, int]]:
        """The ledger's counts of each batch of a feed, in order."""
        rows = select(
            self.own,
            "SELECT rows_in, rows_written, rows_dead FROM raw.batches WHERE feed = %(feed)s"
            " ORDER BY batch_id",
            feed=feed,
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def expected(self, lines: Sequence[bytes]) -> tuple[int, Decimal]:
        """How many events the lines are, and what was sold."""
        chain = compiled(reference_data.spec(self.pipe.conf, self.pipe.conf.feed(self.shop)))
        received_ms = int(datetime.now(UTC).timestamp() * 1000)
        records = [chain.outcome(line, None, received_ms) for line in lines]
        events = [one for one in records if not isinstance(one, Letter)]
        sold = [(one.get("details") or {}).get("amount") for one in events]
        return len(events), sum((amount for amount in sold if amount), Decimal(0))


@pytest.fixture
def world(tmp_path: Path, conf_file: Path, warehouse: Config, country_database: str) -> World:
    return World(tmp_path, conf_file, warehouse)


def test_each_line_is_loaded_once_however_often_the_job_runs(
    world: World, spark: SparkSession
) -> None:
    first = world.send(1)
    world.load(spark)
    second = world.send(2)
    world.load(spark)
    world.load(spark)
    events, sold = world.expected(first[world.shop] + second[world.shop])
    rows = select(
        world.own,
        "SELECT count(*), sum(amount), count(DISTINCT batch_id) FROM raw.events"
        " WHERE feed = %(feed)s",
        feed=world.shop,
    )
    assert rows == [(events, sold, 2)]
    for feed in (world.shop, world.access, world.changes):
        one, two, nothing = world.batches(feed)
        assert nothing == (0, 0, 0)
        for sent, (rows_in, written, dead) in ((first, one), (second, two)):
            assert rows_in == written + dead == len(sent[feed])
            assert dead
    (requests,) = select(
        world.own,
        "SELECT sum(requests), (SELECT sum(lines) FROM raw.loaded WHERE feed = %(feed)s)"
        " FROM raw.requests WHERE feed = %(feed)s",
        feed=world.access,
    )
    written = sum(batch[1] for batch in world.batches(world.access))
    assert requests[0] == requests[1] == written
    (changed,) = select(
        world.own,
        "SELECT count(*), count(DISTINCT product_id) FROM raw.products WHERE feed = %(feed)s",
        feed=world.changes,
    )
    assert changed == (2 * (PRODUCTS + CHANGES_SENT), PRODUCTS)


@pytest.mark.slow
def test_what_is_loaded_anew_or_in_other_batches_is_the_same(
    tmp_path: Path, conf_file: Path, warehouse: Config, country_database: str, spark: SparkSession
) -> None:
    world = World(tmp_path, conf_file, warehouse)
    world.send(3)
    world.load(spark)
    world.send(4)
    world.load(spark)
    feeds = (world.shop, world.access, world.changes)
    before = {feed: content(world.own, feed) for feed in feeds}
    assert all(before[world.shop][table] for table in ("events", "loaded", "dead"))
    empty(world.own)
    world.pipe.run_within(spark, "warehouse", "unloaded")
    assert {feed: content(world.own, feed) for feed in feeds} == before
    assert len(world.batches(world.shop)) == 1
    empty(world.own)
    cut = world.pipe.conf.stream.model_copy(update={"max_lines_per_batch": 400})
    in_parts = Pipeline(world.pipe.file, world.pipe.conf.model_copy(update={"stream": cut}))
    in_parts.run_within(spark, "warehouse", "unloaded")
    assert {feed: content(world.own, feed) for feed in feeds} == before
    assert len(world.batches(world.shop)) == 2 * EVENTS_SENT // 400 + 1


@pytest.mark.slow
def test_lines_that_the_archive_lost_stop_the_job_until_that_is_accepted(
    world: World, spark: SparkSession
) -> None:
    world.send(5)
    world.load(spark)
    world.send(6)
    world.pipe.run_within(spark, "archive")
    shop = world.pipe.conf.feed(world.shop)
    archive = world.pipe.conf.storage.archive
    newest = delta.beyond(WarehouseLedger(world.own, shop).taken()) & (F.col("offset") % 10 == 3)
    gone = delta.lines(spark, archive, shop).where(newest).count()
    assert gone
    DeltaTable.forPath(spark, delta.location(archive, shop)).delete(newest)
    world.pipe.run_within(spark, "warehouse", "unloaded", code=FAILED)
    assert len(world.batches(world.shop)) == 1
    world.pipe.run_within(spark, "warehouse", "unloaded", accept_loss=True)
    (loaded_first, *_), (loaded_then, *_) = world.batches(world.shop)
    assert loaded_first + loaded_then == 2 * EVENTS_SENT - gone
    world.pipe.run_within(spark, "warehouse", "unloaded")


@pytest.mark.slow
def test_an_archive_that_was_made_anew_stops_the_job_until_that_is_accepted(
    world: World, spark: SparkSession
) -> None:
    from shutil import rmtree

    world.send(7)
    world.load(spark)
    before = content(world.own, world.shop)
    rmtree(world.pipe.conf.storage.archive)
    world.pipe.forget("archive")
    world.pipe.run_within(spark, "archive")
    world.pipe.run_within(spark, "warehouse", "unloaded", code=FAILED)
    world.pipe.run_within(spark, "warehouse", "unloaded", accept_loss=True)
    world.pipe.run_within(spark, "warehouse", "unloaded")
    assert content(world.own, world.shop) == before


@pytest.mark.slow
def test_reconcile_finds_what_is_missing_and_what_differs(
    world: World, spark: SparkSession
) -> None:
    world.send(8)
    world.load(spark)
    world.pipe.run_within(spark, "aggregate")
    own, conf = world.own, world.pipe.conf
    shop, access = conf.feed(world.shop), conf.feed(world.access)
    _prove(conf, world)
    found = proof.reconcile(spark, conf, own, shop, EVENTS, ALL)
    assert found.holds, found
    assert (found.lines, found.lag) == (EVENTS_SENT, 0)
    assert found.minutes
    assert found.minutes >= 4
    assert proof.reconcile(spark, conf, own, access, REQUESTS, ALL).holds

    select(
        own,
        "UPDATE raw.events SET amount = amount + 0.01 WHERE ctid = (SELECT ctid FROM raw.events"
        " WHERE feed = %(feed)s AND event_type = 'purchase' LIMIT 1)",
        feed=world.shop,
    )
    differing = proof.reconcile(spark, conf, own, shop, EVENTS, ALL)
    assert differing.faults == {"missing": 0, "doubled": 0, "differing": 1}
    (minute,) = differing.differing
    assert minute.loaded.revenue - minute.figures.revenue == Decimal("0.01")

    select(
        own,
        "DELETE FROM raw.events WHERE ctid IN (SELECT ctid FROM raw.events WHERE feed = %(feed)s"
        " AND event_type = 'search' LIMIT 3)",
        feed=world.shop,
    )
    missing = proof.reconcile(spark, conf, own, shop, EVENTS, ALL)
    assert missing.faults["missing"] == 3
    select(own, "DELETE FROM raw.dead WHERE feed = %(feed)s", feed=world.access)
    unread = proof.reconcile(spark, conf, own, access, REQUESTS, ALL)
    assert unread.faults["missing"] == world.batches(world.access)[0][2]

    world.send(9)
    world.pipe.run_within(spark, "archive")
    assert proof.reconcile(spark, conf, own, access, REQUESTS, ALL).lag == REQUESTS_SENT


def _prove(conf: Config, world: World) -> None:
    """Notes the shop's minutes as equal, as `reconcile` does that has counted them again."""
    from millrace.io import mysql
    from millrace.records.reconciled import TABLE

    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} SELECT DISTINCT feed, 'shop_by_minute', window_start, 'equal', 0,"
            " UTC_TIMESTAMP(3), 2 FROM shop_by_minute WHERE feed = %s",
            world.shop,
        )
