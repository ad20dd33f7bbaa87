"""Captured rows as products: which entities can be, and what a version of one comes to."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from bson import Decimal128, Int64
from support.places import FEEDS, settings_file

from millrace import config
from millrace.config import Config, ConfigurationError, captured_products
from millrace.parse.captured_products import parse
from millrace.runtime import loading

AT = datetime(2026, 3, 28, tzinfo=UTC)
Fields = dict[str, Any]


def conf(
    folder: Path, change: Callable[[Fields], object] = lambda table: None, products: str = "goods"
) -> Config:
    table: Fields = {
        "source": "postgres",
        "table": "public.goods",
        "key": ["id"],
        "fields": {"id": "int", "price": "decimal", "stock": "int", "name": "string"},
    }
    change(table)
    file = folder / "entities.yaml"
    file.write_text(yaml.safe_dump({"entities": {"goods": table}}))
    changes = {"postgres": {"host": "db.example.com"}, "entities": str(file)}
    warehouse = {"host": "db.example.com", "products": products}
    return config.load(settings_file(folder, changes=changes, warehouse=warehouse))


def test_the_entity_is_the_one_that_the_configuration_names(tmp_path: Path) -> None:
    found = captured_products.of(conf(tmp_path))
    assert found is not None
    assert found.name == "goods"
    assert captured_products.of(conf(tmp_path, products="other")) is None


def test_a_feed_of_that_name_is_taken_before_an_entity(tmp_path: Path) -> None:
    assert captured_products.of(conf(tmp_path, products="access")) is None


def test_no_feed_is_needed_where_products_are_captured(tmp_path: Path) -> None:
    loaded = conf(tmp_path)
    syslog = loaded.feeds[0].model_copy(update={"format": "syslog"})
    assert len(loading.feeds(loaded)) == len(FEEDS)
    assert loading.feeds(loaded.model_copy(update={"feeds": (syslog,)})) == ()


@pytest.mark.parametrize(
    ("name", "type", "expected"),
    [
        ("price", None, "a field price of the type decimal or int or bigint"),
        ("price", "double", "a field price of the type decimal or int or bigint"),
        ("stock", "string", "a field stock of the type int or bigint"),
        ("category", "json", "a field category of the type string"),
        ("id", "decimal", "a key of one field, of the type string or int or bigint"),
    ],
)
def test_an_entity_that_is_none_of_products_is_refused_in_one_line(
    tmp_path: Path, name: str, type: str | None, expected: str
) -> None:
    def change(table: Fields) -> None:
        table["fields"].pop(name, None)
        if type:
            table["fields"][name] = type

    with pytest.raises(ConfigurationError, match=f"entities.goods: .* expected {expected}$"):
        captured_products.of(conf(tmp_path, change))


def test_a_key_of_several_fields_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="a key of one field"):
        captured_products.of(conf(tmp_path, lambda table: table["key"].append("name")))


def version(**values: Any) -> Fields:
    row = {"id": 5, "price": Decimal128("9.99"), "stock": 3, "name": "Cup"} | values
    return {"key": 5, "op": "u", "order": "01", "committed_at": AT, "row": row}


def test_a_version_is_a_change_of_its_product() -> None:
    assert parse(version()) == (
        {
            "changed_at": AT,
            "product_id": "5",
            "price": Decimal("9.9900"),
            "stock": 3,
            "category": None,
            "name": "Cup",
            "is_deleted": False,
            "position": "01",
        },
        (),
    )


@pytest.mark.parametrize(
    ("values", "price", "stock", "unfit"),
    [
        ({"price": Decimal128("0.00005")}, Decimal("0.0001"), 3, ()),
        ({"price": Decimal128("1E+2")}, Decimal(100), 3, ()),
        ({"price": Int64(7)}, Decimal(7), 3, ()),
        ({"price": None, "stock": None}, None, None, ()),
        ({"price": Decimal128("NaN")}, None, 3, ("price",)),
        ({"price": Decimal128("-0.01")}, None, 3, ("price",)),
        ({"price": Decimal128("1E+14"), "stock": Int64(1 << 31)}, None, None, ("price", "stock")),
    ],
)
def test_numbers_are_those_that_the_warehouse_holds(
    values: Fields, price: Decimal | None, stock: int | None, unfit: tuple[str, ...]
) -> None:
    fields, found = parse(version(**values))
    assert (fields["price"], fields["stock"], found) == (price, stock, unfit)


def test_what_deletes_has_neither_price_nor_stock() -> None:
    deleted = {"key": "a", "op": "d", "order": "02", "committed_at": AT}
    fields, unfit = parse(deleted)
    assert fields["is_deleted"]
    assert (fields["price"], fields["stock"], unfit) == (None, None, ())
