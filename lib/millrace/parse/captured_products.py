"""A version of a captured row -> the change of a product that it tells."""

from collections.abc import Mapping
from typing import Any

from millrace.parse import numbers
from millrace.parse.products import price
from millrace.records.fields import Fields

_NUMBERS = ("price", "stock")


def parse(version: Mapping[str, Any]) -> tuple[Fields, tuple[str, ...]]:
    """What a version of ``<entity>_history`` says, as of a line, and the fields that do not fit.

    A ``price`` or ``stock`` that the warehouse does not hold, as a price below 0, is None. A
    version that deletes has neither.
    """
    row = version.get("row") or {}
    fields = {
        "changed_at": version["committed_at"],
        "product_id": _text(str(version["key"])),
        "price": price(_number(row.get("price"))),
        "stock": numbers.integer(_number(row.get("stock"))),
        "category": _text(row.get("category")),
        "name": _text(row.get("name")),
        "is_deleted": version["op"] in ("d", "t"),
        "position": version["order"],
    }
    unfit = (name for name in _NUMBERS if row.get(name) is not None and fields[name] is None)
    return fields, tuple(unfit)


def _number(value: Any) -> str:
    return "" if value is None else str(value)


def _text(value: str | None) -> str | None:
    """A text as PostgreSQL takes it, which has no NUL."""
    return value.replace("\0", "\ufffd") if value else value
