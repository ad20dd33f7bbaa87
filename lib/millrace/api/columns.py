"""Lines as a table: the columns that the layouts of their feeds have, and each line's values."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson.decimal128 import Decimal128
from bson.int64 import Int64

from millrace.api.documents import plain
from millrace.api.pages import Found
from millrace.records import types
from millrace.records.fields import document
from millrace.records.formats import Layout
from millrace.records.types import Type

FEED, OTHER = "feed", "other"
_TEXT = Type("string")
_BITS = {"int": 32, "bigint": 64}
_KINDS = {"string": str, "timestamp": datetime, "boolean": bool, "binary": bytes}

Row = dict[str, Any]
"""The values of a line by the names of its columns, times as datetime, decimals as Decimal."""
_Converter = Callable[[Any], Any]


class _UnfitError(ValueError):
    """A value is none of its column's type."""


@dataclass(frozen=True)
class Columns:
    """The type of each column by its name, and the names of fields that have none: the hidden."""

    types: dict[str, Type]
    hidden: frozenset[str]

    @classmethod
    def of(cls, layouts: Iterable[Layout], hidden: Collection[str]) -> "Columns":
        """The feed, the fields of these layouts, and what else a line may have."""
        fields = {
            field.name: types.parsed(field.type)
            for layout in layouts
            for field in document(layout)
            if field.name not in hidden
        }
        return cls({FEED: _TEXT, **fields, OTHER: _TEXT}, frozenset(hidden))

    def rows(self, found: Iterable[Found]) -> Iterator[Row]:
        """The row of each line.

        ``other`` is JSON of what has no column, or is none of its column's type: lines have some
        that were stored while their feed had another format.
        """
        converters = {
            name: _converter(type) for name, type in self.types.items() if name not in (FEED, OTHER)
        }
        for one in found:
            row: Row = {FEED: one.feed}
            others: dict[str, Any] = {}
            for name, value in one.document.items():
                convert = converters.get(name)
                try:
                    if convert is None:
                        others[name] = value
                    else:
                        row[name] = convert(value)
                except _UnfitError:
                    others[name] = value
            if others and (shown := plain(others, self.hidden)):
                row[OTHER] = json.dumps(shown)
            yield row


def _converter(type: Type) -> _Converter:
    """What makes a value of the type of one that MongoDB has; raises _UnfitError where none is."""
    if type.name == "array" and type.of:
        return _array(_or_none(type.of))
    if type.name == "map" and type.of:
        return _map(_or_none(type.of))
    if type.name == "struct":
        return _struct({name: _or_none(inner) for name, inner in type.fields})
    if type.name == "decimal":
        return _decimal(type)
    if type.name == "double":
        return _double
    if type.name in _BITS:
        return _integer(_BITS[type.name])
    return _of_kind(_KINDS[type.name])


def _or_none(type: Type) -> _Converter:
    convert = _converter(type)
    return lambda value: None if value is None else convert(value)


def _of_kind(kind: type) -> _Converter:
    def convert(value: Any) -> Any:
        if value.__class__ is not kind:
            raise _UnfitError
        return value

    return convert


def _integer(bits: int) -> _Converter:
    limit = 1 << bits - 1

    def convert(value: Any) -> Any:
        if value.__class__ not in (int, Int64) or not -limit <= value < limit:
            raise _UnfitError
        return value

    return convert


def _double(value: Any) -> Any:
    if value.__class__ not in (float, int, Int64):
        raise _UnfitError
    return float(value)


def _decimal(type: Type) -> _Converter:
    def convert(value: Any) -> Any:
        if value.__class__ is not Decimal128:
            raise _UnfitError
        number = value.to_decimal()
        try:
            types.checker(type)(number)
        except types.UnstorableError:
            raise _UnfitError from None
        return number

    return convert


def _array(convert_item: _Converter) -> _Converter:
    def convert(value: Any) -> Any:
        if value.__class__ is not list:
            raise _UnfitError
        return [convert_item(one) for one in value]

    return convert


def _map(convert_member: _Converter) -> _Converter:
    def convert(value: Any) -> Any:
        if value.__class__ is not dict:
            raise _UnfitError
        return {key: convert_member(one) for key, one in value.items()}

    return convert


def _struct(converters: dict[str, _Converter]) -> _Converter:
    def convert(value: Any) -> Any:
        if value.__class__ is not dict or not converters.keys() >= value.keys():
            raise _UnfitError
        return {name: converters[name](one) for name, one in value.items()}

    return convert
