"""Staging tables: a batch's own for as long as it runs, however long that is, and gone after it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from support.lines import kafka_rows, offsets, store, values
from support.pipeline import wait_until
from support.places import SILENT, settings

from millrace import stack
from millrace.config import Config, Feed, Mysql
from millrace.detect.rates import DEFAULT_RULES
from millrace.io import mysql, reference_data
from millrace.io.mysql.reconciled import Moment
from millrace.io.mysql.revision import revised
from millrace.io.mysql.sink import MysqlSink
from millrace.io.mysql.snapshot import snapshot
from millrace.io.mysql.staging import drop_abandoned, staging_table
from millrace.records import tables
from millrace.records.ledger import Batch
from millrace.stack import mariadb
from millrace.transform import stage
from millrace.windows.figures import figures as to_figures

LINES = 200
DAYS = 2  # more than the one day after which a table that nobody renews is dropped


def feed_named(name: str) -> Feed:
    return Feed(name=name, topic="lines", format="app", service_name="app")


# The first's name begins the second's.
APP, APP_2 = feed_named("app"), feed_named("app_2")


def rows(conf: Mysql, statement: str, *values: object) -> list[dict[str, Any]]:
    with mysql.connection(conf) as opened, opened.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


def staged(conf: Mysql) -> set[str]:
    """The staging tables that there are."""
    found = rows(
        conf,
        "SELECT table_name AS name FROM information_schema.tables"
        r" WHERE table_schema = DATABASE() AND table_name LIKE 'staging\_%'",
    )
    return {row["name"] for row in found} - {"staging_tables"}


def registered(conf: Mysql) -> set[str]:
    return {row["name"] for row in rows(conf, "SELECT name FROM staging_tables")}


def age(conf: Mysql, name: str, days: int = DAYS) -> None:
    """As if that table had been renewed so many days earlier than it was."""
    rows(
        conf,
        f"UPDATE staging_tables SET renewed_at = renewed_at - INTERVAL {days} DAY WHERE name = %s",
        name,
    )


def is_fresh(conf: Mysql, name: str) -> bool:
    fresh = "SELECT name FROM staging_tables WHERE renewed_at > UTC_TIMESTAMP() - INTERVAL 1 HOUR"
    return name in {row["name"] for row in rows(conf, fresh)}


def revise_nothing(conf: Mysql, feed: Feed, figures: DataFrame) -> None:
    """What `revise` does to the tables, of a minute without lines."""
    revised(conf, feed, figures.limit(0), [datetime(2020, 1, 1)], DEFAULT_RULES, now(conf, feed))


def now(conf: Mysql, feed: Feed) -> Moment:
    with snapshot(conf) as stored:
        return stored.moment(feed)


@pytest.fixture(scope="module")
def figures(spark: SparkSession, conf: Config, country_database: str) -> DataFrame:
    """The figures of some lines."""
    lines = kafka_rows(spark, values("app", LINES, faults=0), topic="lines")
    spec = reference_data.spec(conf, APP)
    counts = lines.transform(stage.to_counts, spec, APP.max_lateness_s)
    return to_figures(counts, APP.max_lateness_s)


@pytest.fixture
def server(servers: Config) -> Iterator[Mysql]:
    mysql.prepare(servers.mysql)
    for left in registered(servers.mysql):  # by drivers that other tests killed
        age(servers.mysql, left)
    drop_abandoned(servers.mysql)
    yield servers.mysql
    assert staged(servers.mysql) == registered(servers.mysql) == set()


def test_a_batch_that_runs_for_days_keeps_its_table(server: Mysql, figures: DataFrame) -> None:
    with staging_table(server, APP) as own:
        age(server, own)
        # Neither a repair nor another feed's is the one that drops.
        revise_nothing(server, APP, figures)
        assert staged(server) == registered(server) == {own}
    assert staged(server) == set()


def test_a_table_is_renewed_while_its_batch_runs(server: Mysql) -> None:
    with staging_table(server, APP, renewed_every_s=0.05) as own:
        age(server, own)
        wait_until(lambda: is_fresh(server, own), "a renewal", timeout_s=60)
        for feed in (APP, APP_2):
            MysqlSink(server, feed).prepare()  # As `aggregate` starts.
        assert staged(server) == {own}


def test_feeds_named_alike_leave_each_others_tables(server: Mysql, figures: DataFrame) -> None:
    with staging_table(server, APP) as one, staging_table(server, APP_2) as other:
        for feed in (APP, APP_2):
            MysqlSink(server, feed).prepare()
            revise_nothing(server, feed, figures)
        assert staged(server) == {one, other}


@pytest.mark.slow
def test_the_table_of_a_driver_that_died_goes_after_a_day(
    servers: Config, server: Mysql, conf_file: Path
) -> None:
    dying = (
        "import os, sys\nfrom pathlib import Path\nfrom millrace import config\n"
        "from millrace.io.mysql.staging import staging_table\n"
        "conf = config.load(Path(sys.argv[1]))\n"
        "with staging_table(conf.mysql, conf.feeds[0]):\n    os.kill(os.getpid(), 9)\n"
    )
    command = [sys.executable, "-c", dying, str(conf_file)]
    assert subprocess.run(command, check=False, timeout=120, env=os.environ).returncode == -9
    (left,) = staged(server)
    assert registered(server) == {left}

    drop_abandoned(server)
    assert staged(server) == {left}
    age(server, left)
    # By any feed's start: its own may be none of the configuration's any more.
    MysqlSink(server, APP_2).prepare()


def test_a_batch_leaves_no_table_whether_it_is_written_or_fails(
    server: Mysql, figures: DataFrame
) -> None:
    sink = MysqlSink(server, APP)
    batch = Batch("aggregate-staged", "a", 0, offsets("lines", 0, LINES))
    store(sink, figures, batch)
    assert staged(server) == set()
    with pytest.raises(Exception, match="no_such"):
        store(sink, figures.selectExpr("*", "1 AS no_such"), batch)
    assert staged(server) == set()


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mysql]:
    """A server of its own that refuses tables without a primary key, as managed ones may."""
    folder = tmp_path_factory.mktemp("strict")
    own = settings(folder, servers=("mysql",), feeds=({**APP.model_dump(), "mask": []},))
    with pytest.MonkeyPatch.context() as patched:
        options = (*mariadb.OPTIONS, "--innodb-force-primary-key=1")
        patched.setattr(mariadb, "OPTIONS", options)
        try:
            yield stack.up(own, SILENT).mysql
        finally:
            stack.down(own, SILENT)


def test_a_server_that_asks_for_primary_keys_takes_every_table(
    strict: Mysql, figures: DataFrame
) -> None:
    with pytest.raises(Exception, match="primary key"):
        rows(strict, "CREATE TABLE without_a_key (n INT)")
    mysql.prepare(strict)
    batch = Batch("aggregate-app", "a", 0, offsets("lines", 0, LINES))
    store(MysqlSink(strict, APP), figures, batch)
    counted = f"SELECT SUM(events) AS n FROM {tables.LEVELS.name}"
    assert rows(strict, counted) == [{"n": LINES}]
    minutes = rows(strict, f"SELECT DISTINCT window_start AS w FROM {tables.LEVELS.name}")
    windows = [row["w"] for row in minutes]
    assert revised(strict, APP, figures, windows, DEFAULT_RULES, now(strict, APP))
    assert rows(strict, counted) == [{"n": LINES}]
    assert staged(strict) == set()
