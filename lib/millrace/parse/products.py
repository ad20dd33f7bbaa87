"""Changes of products: one JSON object a line, with the price and the stock from then on."""

from decimal import Decimal
from typing import Any

from millrace.parse import json
from millrace.parse.members import decimal, integer, read, text, timestamp
from millrace.parse.options import DEFAULT, Options
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

_MONEY = (18, 4)


def parse(line: str, options: Options = DEFAULT) -> Fields:
    """What the line says: ``changed_at``, ``product_id``, ``price``, ``stock`` and the rest.

    A product that ``is_deleted`` needs neither price nor stock; no line has a ``position``. Raises
    RejectedError where the line is no change of a product.
    """
    sent = json.line_object(line)
    changed_at = timestamp(sent, options, {})
    product_id = (text(sent.get("product_id")) or "").strip(" ")
    if not product_id:
        raise RejectedError("missing_field", "product_id")
    is_deleted = bool(read("deleted", sent.get("deleted"), _truth))
    for name in () if is_deleted else ("price", "stock"):
        if sent.get(name) is None:
            raise RejectedError("missing_field", name)
    return {
        "changed_at": changed_at,
        "product_id": product_id,
        "price": read("price", sent.get("price"), price),
        "stock": read("stock", sent.get("stock"), integer),
        "category": text(sent.get("category")),
        "name": text(sent.get("name")),
        "is_deleted": is_deleted,
        "position": None,
    }


def price(sent: Any) -> Decimal | None:
    """A price as the warehouse holds it; None where it does not, as below 0."""
    found = decimal(sent, *_MONEY)
    return None if found is None or found < 0 else found


def _truth(sent: Any) -> bool | None:
    return sent if sent.__class__ is bool else None
