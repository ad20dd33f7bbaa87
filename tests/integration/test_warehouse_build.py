"""The warehouse as dbt builds it from raw, on a real server: versions, orders, cuts, roles."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from support.commandline import millrace
from support.pipeline import wait_until
from support.warehouse_rows import (
    Run,
    contents,
    cut,
    drop,
    emptied,
    event,
    lines,
    load,
    product,
)

from millrace.config import Config, Warehouse
from millrace.errors import JobError
from millrace.io.warehouse import connection
from millrace.io.warehouse.client import login
from millrace.records.warehouse import BI, DBT, WAREHOUSE
from millrace.setup.dbt import PROJECT
from millrace.tools import dbt

pytestmark = pytest.mark.slow

TABLES = {
    *("dim_country", "dim_date", "dim_device", "dim_payment", "dim_product", "dim_user"),
    *("fact_event", "fact_order", "fact_order_item", "fact_request", "fact_search"),
}


@pytest.fixture
def conf(warehouse_alone: Config) -> Config:
    """The configuration of the warehouse."""
    return warehouse_alone


@pytest.fixture
def empty(conf: Config) -> Warehouse:
    """The warehouse with nothing loaded and nothing built."""
    assert conf.warehouse
    emptied(conf.warehouse)
    return conf.warehouse


def built(conf: Config, *, is_full: bool = False) -> dbt.Outcome:
    """The outcome of a build, which must be without a failure."""
    outcome = dbt.build(conf, lambda _: None, is_full=is_full)
    assert not outcome.failures
    assert not outcome.skipped
    return outcome


def rows(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    """What who reads gets."""
    with connection(warehouse, BI) as opened:
        return opened.execute(query.encode()).fetchall()


def versions(warehouse: Warehouse, product_id: str) -> list[tuple[Any, ...]]:
    """Price, stock, and the minutes after the start from and to which each version holds."""
    return rows(
        warehouse,
        f"SELECT price::text, stock, {_minute('valid_from')}, {_minute('valid_to')}, is_current"
        f" FROM warehouse.dim_product WHERE product_id = '{product_id}' ORDER BY valid_from",
    )


def _minute(column: str) -> str:
    return f"(extract(epoch from {column} - timestamptz '2026-03-28 22:00Z') / 60)::int"


def test_whatever_the_cut_of_the_runs_the_bytes_are_the_same(
    conf: Config, empty: Warehouse
) -> None:
    arrived = lines(seed=1, count=1500)
    load(empty, cut(arrived, 1, Random(1))[0])
    built(conf)
    expected = contents(empty)
    assert expected.keys() == TABLES
    assert all(expected.values())
    built(conf)
    assert contents(empty) == expected, "of a build without anything new"
    drop(empty, WAREHOUSE)
    built(conf)
    assert contents(empty) == expected, "of a schema that was dropped"
    for runs in (3, 7):
        emptied(empty)
        for run in cut(arrived, runs, Random(runs)):
            load(empty, run)
            built(conf)
        assert contents(empty) == expected, f"of {runs} runs"
    built(conf, is_full=True)
    assert contents(empty) == expected, "of a full refresh"


def test_a_build_that_is_killed_goes_on_where_it_ended(conf: Config, empty: Warehouse) -> None:
    first, second = cut(lines(seed=2, count=600), 2, Random(2))
    load(empty, first)
    built(conf)
    load(empty, second)
    command = [sys.executable, "-m", "millrace", "warehouse", "build", "--conf", str(conf.file)]
    with subprocess.Popen(command, start_new_session=True) as process:
        wait_until(lambda: _users_have(empty, 6), "users are built", timeout_s=300, poll_s=0.1)
        os.killpg(process.pid, signal.SIGKILL)
    built(conf)
    resumed = contents(empty)
    built(conf, is_full=True)
    assert contents(empty) == resumed


def _users_have(warehouse: Warehouse, batches: int) -> bool:
    with connection(warehouse, DBT) as opened:
        query = "SELECT count(*) FROM staging.built WHERE model = 'stg_users'"
        return opened.execute(query).fetchall() == [(batches,)]


def test_three_changes_in_one_run_are_three_versions_and_one_of_a_snapshot(
    conf: Config, empty: Warehouse, tmp_path: Path
) -> None:
    changes = [product(n, 10 * n, "cup", price, 7) for n, price in enumerate((4, 5, 6))]
    load(empty, Run(products=changes))
    built(conf)
    assert versions(empty, "cup") == [
        ("4.0000", 7, 0, 10, False),
        ("5.0000", 7, 10, 20, False),
        ("6.0000", 7, 20, None, True),
    ]
    _snapshot(conf, tmp_path)
    with connection(empty, DBT) as opened:
        assert opened.execute("SELECT count(*) FROM staging.plain_snapshot").fetchall() == [(1,)]


def _snapshot(conf: Config, folder: Path) -> None:
    """What dbt's own way to keep history finds of the same lines: of each product the newest."""
    project = folder / "project"
    shutil.copytree(PROJECT, project)
    (project / "snapshots").mkdir()
    (project / "snapshots" / "plain.sql").write_text(
        "{% snapshot plain_snapshot %}\n"
        "{{ config(schema='staging', unique_key='product_id', strategy='check',"
        " check_cols=['price', 'stock']) }}\n"
        "select distinct on (product_id) product_id, price, stock from {{ ref('stg_products') }}"
        " order by product_id, changed_at desc\n"
        "{% endsnapshot %}\n"
    )
    own = dbt.environment(conf) | {
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
    }
    command = [str(dbt.dbt()), "snapshot"]
    done = subprocess.run(
        command, cwd=project, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_facts_move_to_the_versions_that_late_changes_make(conf: Config, empty: Warehouse) -> None:
    items = Jsonb([{"product_id": "cup", "quantity": 2}])
    load(
        empty,
        Run(
            events=[
                event(
                    minute,
                    minute,
                    product_id="cup",
                    event_type="purchase",
                    order_id=f"o{minute}",
                    items=items,
                )
                for minute in (5, 15, 35)
            ],
            products=[product(100, 10, "cup", 4, 1), product(101, 30, "cup", 6, 1)],
        ),
    )
    built(conf)
    assert _joined(empty) == [(5, None, None), (15, "4.0000", "4.0000"), (35, "6.0000", "6.0000")]
    # One from before all others, and one that makes the version that began at 30 no change.
    load(empty, Run(products=[product(102, 1, "cup", 3, 1), product(103, 12, "cup", 6, 1)]))
    built(conf)
    assert versions(empty, "cup") == [
        ("3.0000", 1, 1, 10, False),
        ("4.0000", 1, 10, 12, False),
        ("6.0000", 1, 12, None, True),
    ]
    assert _joined(empty) == [
        (5, "3.0000", "3.0000"),
        (15, "6.0000", "6.0000"),
        (35, "6.0000", "6.0000"),
    ]
    assert rows(empty, "SELECT count(*) FROM warehouse.dim_product") == [(4,)]


def _joined(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """The price that each event and each line of an order has by its version."""
    return rows(
        warehouse,
        f"SELECT {_minute('event_at')}, version.price::text, item.unit_price::text"
        " FROM warehouse.fact_event JOIN warehouse.dim_product version USING (product_version_key)"
        " JOIN warehouse.fact_order_item item ON item.ordered_at = event_at ORDER BY 1",
    )


def test_texts_of_any_length_and_kind_are_keys(conf: Config, empty: Warehouse) -> None:
    rng = Random(7)
    long = "".join(chr(rng.randrange(0x20, 0x2FFF)) for _ in range(5000))
    texts = (long, long + "x", "'; drop table x; --", "{{ this }}", "\\", "é", "unknown", "")
    found = [
        event(
            n,
            n,
            event_type="purchase",
            user_id=text,
            country=text,
            device_type=text,
            payment_method=text,
            order_id=text,
            product_id=text,
            error_code=text,
        )
        for n, text in enumerate(texts)
    ]
    load(
        empty,
        Run(events=found, products=[product(n, 0, text, 1, 1) for n, text in enumerate(texts[:3])]),
    )
    built(conf)
    count = "SELECT count(*), count(DISTINCT user_key) FROM warehouse.fact_event"
    assert rows(empty, count) == [(len(texts), len(texts) - 1)], "no text and unknown are one"
    assert rows(empty, "SELECT count(*) FROM warehouse.fact_order") == [(len(texts) - 1,)]


def test_who_reads_sees_what_tables_are_and_cannot_write(conf: Config, empty: Warehouse) -> None:
    load(empty, Run(events=[event(1, 1, user_id="u")]))
    built(conf)
    for statement in (
        "INSERT INTO warehouse.dim_device VALUES ('x')",
        "DELETE FROM warehouse.fact_event",
        "CREATE TABLE warehouse.own (n int)",
        "SELECT * FROM staging.stg_users",
        "SELECT * FROM raw.events",
    ):
        # That its transactions only read is a default, which it may change.
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(empty, f"SET TRANSACTION READ WRITE; {statement}")
    undescribed = rows(
        empty,
        "SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE relnamespace = 'warehouse'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0"
        " AND (col_description(attrelid, attnum) IS NULL OR obj_description(attrelid) IS NULL)",
    )
    assert undescribed == []
    keys = rows(empty, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'")
    assert keys[0][0] >= 20


def test_a_load_is_built_once_all_facts_have_it(conf: Config, empty: Warehouse) -> None:
    load(empty, Run(events=[event(1, 1)]))
    built(conf)
    load(empty, Run(events=[event(2, 2)]))
    told = rows(empty, "SELECT feed, is_built FROM warehouse.loads ORDER BY batch_id")
    assert [is_built for _, is_built in told] == [True] * 3 + [False] * 3


def test_another_build_and_another_load_are_refused(conf: Config, empty: Warehouse) -> None:
    load(empty, Run(events=[event(1, 1)]))
    built(conf)
    with connection(empty, DBT) as opened:
        opened.execute("SELECT pg_advisory_xact_lock(hashtext('millrace warehouse'))")
        with pytest.raises(JobError, match="another build is running"):
            built(conf)
    with connection(empty) as opened:
        opened.execute("UPDATE raw.batches SET committed_at = committed_at + interval '1 s'")
    ended = millrace("warehouse", "build", conf=conf.file)
    assert ended.code == 1
    first, *_, last = ended.err.strip().splitlines()
    assert first.startswith("batches: error: ")
    assert "raw was loaded anew: millrace warehouse build --full-refresh" in first
    assert "1 failed" in last
    ended = millrace("warehouse", "build", "--full-refresh", conf=conf.file)
    assert ended.code == 0, ended.err


def test_what_models_mean_is_as_their_unit_tests_say(conf: Config, empty: Warehouse) -> None:
    load(empty, Run())
    built(conf)
    assert dbt.run(conf, ["test", "--select", "test_type:unit"]) == 0
    assert dbt.run(conf, ["source", "freshness"]) == 0


def test_odbc_shows_tables_and_their_keys_and_is_refused_when_it_writes(
    conf: Config, empty: Warehouse
) -> None:
    pyodbc = pytest.importorskip("pyodbc", exc_type=ImportError, reason="there is no unixODBC")
    driver = next(Path("/usr/lib").glob("*/odbc/psqlodbcw.so"), None)
    if driver is None:
        pytest.skip("there is no odbc-postgresql")
    load(empty, Run(events=[event(1, 1, user_id="u", amount="9.99", event_type="purchase")]))
    built(conf)
    own = login(empty, BI)
    text = f"Driver={driver};Server={own['host']};Port={own['port']};Database={own['dbname']}"
    opened = pyodbc.connect(f"{text};Uid={BI};Pwd={own['password']}", autocommit=True)
    with contextlib.closing(opened), opened.cursor() as cursor:
        tables = {row.table_name for row in cursor.tables(schema=WAREHOUSE)}
        assert tables == {*TABLES, "loads"}
        columns = {row.column_name for row in cursor.columns("fact_event", schema=WAREHOUSE)}
        assert {"event_at", "revenue"} <= columns
        # psqlODBC's own lists leave the comments out.
        comments = "SELECT obj_description('warehouse.fact_event'::regclass)"
        assert cursor.execute(comments).fetchone()[0] == "A shop's events, one row each."
        keys = {
            (row.fkcolumn_name, row.pktable_name)
            for row in cursor.foreignKeys(foreignTable="fact_event", foreignSchema=WAREHOUSE)
        }
        assert {("user_key", "dim_user"), ("product_version_key", "dim_product")} <= keys
        found = cursor.execute("SELECT sum(revenue) FROM warehouse.fact_event").fetchone()
        assert found[0] == Decimal("9.99")
        with pytest.raises(pyodbc.Error, match=r"permission denied|read-only"):
            cursor.execute("DELETE FROM warehouse.fact_event")
