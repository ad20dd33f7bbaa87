"""Documents as BSON, whatever in Python writes them: letters, and records that are requeued.

The bytes are those that the Spark connector writes of the same values: fields in their order, what
is None left out, whole numbers as wide as their column, times in whole milliseconds.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import bson
from bson import Decimal128, Int64
from bson.raw_bson import RawBSONDocument

from millrace.records import dead_letters, types
from millrace.records.fields import document
from millrace.records.formats import Layout
from millrace.records.received import EPOCH
from millrace.records.types import Type

_Converter = Callable[[Any], Any]


def record(layout: Layout, values: Mapping[str, Any], *, raw: bool) -> RawBSONDocument:
    """The document of a record's values: times in microseconds since 1970, None where absent."""
    return _encoded(_of_records(layout, raw), values)


def letter(values: Mapping[str, Any]) -> RawBSONDocument:
    """The document of a dead letter's values, which are of the same kinds."""
    return _encoded(_of_letters(), values)


def _encoded(converters: dict[str, _Converter], values: Mapping[str, Any]) -> RawBSONDocument:
    encoded = {
        name: convert(values[name])
        for name, convert in converters.items()
        if values.get(name) is not None
    }
    return RawBSONDocument(bson.encode(encoded))


@cache
def _of_records(layout: Layout, raw: bool) -> dict[str, _Converter]:
    fields = document(layout, raw=raw)
    return {field.name: _converter(types.parsed(field.type)) for field in fields}


@cache
def _of_letters() -> dict[str, _Converter]:
    return {name: _converter(types.parsed(type)) for name, type in dead_letters.TYPES.items()}


def _converter(type: Type) -> _Converter:
    if type.name == "decimal":
        unit = Decimal(1).scaleb(-type.scale)
        return lambda value: Decimal128(value.quantize(unit))
    if type.name == "array" and type.of:
        convert_item = _converter(type.of)
        return lambda value: [None if one is None else convert_item(one) for one in value]
    if type.name == "map" and type.of:
        member = _converter(type.of)
        return lambda value: {key: member(one) for key, one in value.items() if one is not None}
    if type.name == "struct":
        fields = {name: _converter(inner) for name, inner in type.fields}
        return lambda value: {
            name: convert(value[name])
            for name, convert in fields.items()
            if value.get(name) is not None
        }
    return _CONVERTERS.get(type.name, lambda value: value)


_CONVERTERS: dict[str, _Converter] = {
    "bigint": Int64,
    "timestamp": lambda value: EPOCH + timedelta(milliseconds=value // 1_000),
}
