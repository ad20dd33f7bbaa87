"""Captured products in the warehouse: each version once, in the order of their database."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.captured_products import START_MS, Goods
from support.commandline import millrace
from support.warehouse_content import content, select
from support.warehouse_rows import contents, emptied

from millrace.config import Config, Warehouse
from millrace.config.passwords import WAREHOUSE
from millrace.io import mongo
from millrace.io.failpoints import POINTS
from millrace.io.mongo import entity_history, entity_store, letters, mends
from millrace.io.warehouse import connection
from millrace.proof import warehouse_captured
from millrace.records.reconciliations import ALL
from millrace.records.warehouse import BI
from millrace.runtime.context import DONE, FAILED
from millrace.tools import dbt

AT = datetime.fromtimestamp(START_MS / 1000, tz=UTC)


@pytest.fixture
def goods(tmp_path: Path, conf_file: Path, warehouse: Config) -> Goods:
    """A captured table of products, and a warehouse with nothing in it."""
    made = Goods.made(tmp_path, conf_file, warehouse)
    emptied(_own(made))
    return made


def _own(goods: Goods) -> Warehouse:
    assert goods.conf.warehouse
    return goods.conf.warehouse


def loaded(goods: Goods) -> list[tuple[str, str | None, int | None, bool]]:
    """What of each change is in raw, by when it was committed."""
    rows = select(
        _own(goods),
        "SELECT product_id, price::text, stock, is_deleted FROM raw.products"
        " WHERE feed = %(feed)s ORDER BY changed_at, product_id",
        feed=goods.entity.name,
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def verdict(goods: Goods) -> tuple[bool, int, int]:
    """Whether the proof holds, how many versions it compared, and how many wait."""
    found = warehouse_captured.reconcile(goods.conf, _own(goods), goods.entity, ALL)
    return found.holds, found.lines, found.lag


def test_each_version_is_loaded_once_however_often_the_job_runs(goods: Goods) -> None:
    goods.told(("r", "cup", "4.00", 7, 0), ("u", "cup", "5.00", 7, 1))
    goods.told(("u", "cup", "6.00", 6, 2), ("r", "pot", None, 1, 3))
    assert verdict(goods) == (True, 0, 4)
    assert goods.load() == DONE
    expected = [
        ("cup", "4.0000", 7, False),
        ("cup", "5.0000", 7, False),
        ("cup", "6.0000", 6, False),
        ("pot", None, 1, False),
    ]
    assert loaded(goods) == expected
    before = content(_own(goods), goods.entity.name)
    assert goods.load() == DONE
    assert content(_own(goods), goods.entity.name) == before
    goods.told(("u", "pot", "1.5", 0, 4), ("d", "cup", None, None, 5))
    assert goods.load() == DONE
    assert loaded(goods) == [*expected, ("pot", "1.5000", 0, False), ("cup", None, None, True)]
    assert verdict(goods) == (True, 6, 0)
    select(_own(goods), "DELETE FROM raw.products WHERE product_id = 'pot'")
    assert verdict(goods)[0] is False


def test_the_command_tells_whether_captured_products_are_all_there(
    goods: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, name in WAREHOUSE.items():
        monkeypatch.setenv(name, getattr(_own(goods), key).get_secret_value())
    command = ("reconcile", "--warehouse", "--feed", goods.entity.name)
    goods.told(("c", "cup", 1, 1, 0), ("u", "cup", 2, 1, 1))
    assert goods.load() == DONE
    ended = millrace(*command, conf=goods.conf.file)
    assert (ended.code, ended.out) == (0, ""), ended.said
    assert f"{goods.entity.name}: 2 archived lines: holds" in ended.err
    select(_own(goods), "DELETE FROM raw.products WHERE price = 2")
    ended = millrace(*command, conf=goods.conf.file)
    assert ended.code == 1
    assert "2 archived, 2 read, 2 rows expected, 1" in ended.err


def test_a_truncate_ends_all_products_that_there_were(goods: Goods) -> None:
    goods.told(("c", "cup", 1, 1, 0), ("c", "pot", 2, 2, 1), ("t", None, None, None, 2))
    goods.told(("c", "cup", 3, 3, 3))
    assert goods.load() == DONE
    assert loaded(goods)[2:] == [
        ("cup", None, None, True),
        ("pot", None, None, True),
        ("cup", "3.0000", 3, False),
    ]
    assert verdict(goods) == (True, 3, 0)


def test_what_comes_into_the_history_late_is_loaded_once(goods: Goods) -> None:
    dead = goods.placed("c", "late", 9, 9, 0)
    first = goods.placed("c", "cup", 1, 1, 1)
    truncate = goods.placed("t", None, None, None, 2)
    # The record of the first is a dead letter: it is taken, and no version comes of it.
    name, db = goods.entity.name, mongo.database(goods.conf.mongo)
    goods.keep([first, truncate])
    assert goods.load() == DONE
    letter = f"{name}/{dead.received_ms:013}-00000-{dead.offset:012}"
    db.dead_letters.insert_one({"_id": letter, "feed": name, "status": "new"})
    letters.claim(db, [letter], None)
    entity_history.write(db, name, goods.entity.topic, 0, [dead])
    letters.resolve_requeued(db, [letter])
    cup = goods.placed("c", "mug", 2, 2, 3)
    goods.keep([cup])
    db[name].bulk_write([entity_store.update(cup, goods.entity.topic, 0)])
    seen = db[name].find_one({"_id": "mug"})
    values = {"sku": "mug", "price": 5, "stock": 5, "name": "Mug"}
    assert mends.mend(db, name, "mug", values, seen, AT + timedelta(minutes=4))
    assert verdict(goods) == (True, 1, 3)
    for _ in range(2):
        assert goods.load() == DONE
        assert loaded(goods) == [
            ("late", "9.0000", 9, False),
            ("cup", "1.0000", 1, False),
            ("cup", None, None, True),
            ("late", None, None, True),
            ("mug", "2.0000", 2, False),
            ("mug", "5.0000", 5, False),
        ]
        assert verdict(goods) == (True, 4, 0)


def test_changes_that_may_have_been_deleted_by_age_stop_the_job_until_that_is_accepted(
    goods: Goods,
) -> None:
    goods.told(("c", "cup", 1, 1, 0))
    assert goods.conf.changes
    age = datetime.now(UTC) - AT
    for days, expected in ((age.days + 2, DONE), (max(1, age.days - 1), FAILED)):
        kept = goods.conf.changes.model_copy(update={"history_days": days})
        other = Goods(goods.conf.model_copy(update={"changes": kept}), goods.entity)
        assert other.load() == expected
        goods.told(("u", "cup", 2, 1, 1))
    assert other.load(accept_loss=True) == DONE
    assert len(loaded(goods)) == 3


def test_a_price_that_the_warehouse_does_not_hold_is_loaded_as_none(
    goods: Goods, caplog: pytest.LogCaptureFixture
) -> None:
    goods.told(("c", "a", "NaN", 1, 0), ("c", "b", "1E+20", 1, 1), ("c", "c\0", "-1", 1, 2))
    assert goods.load() == DONE
    assert [(sku, price) for sku, price, *_ in loaded(goods)] == [
        ("a", None),
        ("b", None),
        ("c\ufffd", None),
    ]
    assert "3 versions with a price that is loaded as none" in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("point", sorted(one for one in POINTS if "warehouse" in one))
def test_a_load_that_is_killed_there_loses_and_doubles_nothing(goods: Goods, point: str) -> None:
    goods.told(*(("c" if n < 9 else "u", f"p{n % 9}", n, n, n) for n in range(60)))
    goods.told(("t", None, None, None, 61), ("c", "p1", 1, 1, 62))
    assert goods.load_killed(point, {**os.environ}) == -signal.SIGKILL
    assert bool(loaded(goods)) == point.startswith("after")
    assert goods.load() == DONE
    found = content(_own(goods), goods.entity.name)
    emptied(_own(goods))
    assert goods.load() == DONE
    assert content(_own(goods), goods.entity.name) == found
    assert len(found["products"]) == 61 + 9


@pytest.mark.slow
def test_three_changes_captured_in_one_run_are_three_versions(goods: Goods) -> None:
    own = _own(goods)
    goods.told(*(("u", "cup", price, 7, 10 * n) for n, price in enumerate((4, 5, 6))))
    # Dated before one that stands ahead of it, as clocks of databases do: it never was to be seen.
    goods.told(("u", "cup", 9, 7, 40, 9), ("u", "cup", 8, 7, 50, 8))
    assert goods.load() == DONE
    _build(goods)
    assert _versions(own) == [
        ("4.0000", 0, 10),
        ("5.0000", 10, 20),
        ("6.0000", 20, 40),
        ("9.0000", 40, None),
    ]
    expected = contents(own)
    assert goods.load() == DONE
    _build(goods)
    assert contents(own) == expected, "of a run without anything new"
    emptied(own)
    assert goods.load() == DONE
    _build(goods)
    assert contents(own) == expected, "of all that was loaded anew"


def _build(goods: Goods) -> None:
    outcome = dbt.build(goods.conf, lambda _: None)
    assert not outcome.failures


def _versions(own: Warehouse) -> list[tuple[str, int, int | None]]:
    minute = "(extract(epoch from {} - timestamptz '2026-03-28 22:00Z') / 60)::int"
    first, last = minute.format("valid_from"), minute.format("valid_to")
    with connection(own, BI) as opened:
        rows = opened.execute(
            (
                f"SELECT price::text, {first}, {last} FROM warehouse.dim_product"
                " WHERE product_id = 'cup' ORDER BY valid_from"
            ).encode()
        ).fetchall()
    return [(price, since, until) for price, since, until in rows]
