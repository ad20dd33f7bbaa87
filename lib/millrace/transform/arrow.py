"""Python's values <-> Arrow's columns, by the types of fields."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa

from millrace.records import types
from millrace.records.types import Type

_PLAIN = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
}
_MICROSECONDS = pa.timestamp("us", tz="UTC")

_NOTHING: Mapping[str, pa.Array] = {}


class Columns:
    """The columns that rows of a stage have: names and types, as Spark writes them."""

    def __init__(self, fields: Sequence[tuple[str, str]], *, apart: Collection[str] = ()) -> None:
        """``names`` are those of a row's values: all but the columns that are made ``apart``."""
        self.names = [name for name, _ in fields if name not in apart]
        self.ddl = ", ".join(f"`{name}` {type}" for name, type in fields)
        parsed = {name: types.parsed(type) for name, type in fields}
        self.schema = pa.schema([pa.field(name, arrow_type(type)) for name, type in parsed.items()])
        self._of_rows = [
            (name, self.schema.field(name).type, _prepared(parsed[name])) for name in self.names
        ]

    def batch(
        self, rows: Sequence[Sequence[Any]], apart: Mapping[str, pa.Array] = _NOTHING
    ) -> pa.RecordBatch:
        """The rows as a record batch; raises what Arrow raises of a value that does not fit."""
        arrays = dict(apart)
        for column, (name, type, prepared) in zip(
            zip(*rows, strict=True), self._of_rows, strict=True
        ):
            values: Sequence[Any] = column
            if prepared:
                values = [None if value is None else prepared(value) for value in column]
            arrays[name] = pa.array(values, type)
        return pa.RecordBatch.from_arrays(
            [arrays[name] for name in self.schema.names], schema=self.schema
        )


def arrow_type(type: Type, timestamp: pa.DataType = _MICROSECONDS) -> pa.DataType:
    """The type that Arrow has for a field's; times are of the type ``timestamp``."""
    if type.name == "timestamp":
        return timestamp
    if type.name == "decimal":
        return pa.decimal128(type.digits, type.scale)
    if type.name == "array" and type.of:
        return pa.list_(arrow_type(type.of, timestamp))
    if type.name == "map" and type.of:
        return pa.map_(pa.string(), arrow_type(type.of, timestamp))
    if type.name == "struct":
        return pa.struct([(name, arrow_type(inner, timestamp)) for name, inner in type.fields])
    return _PLAIN[type.name]


def _prepared(type: Type) -> Callable[[Any], Any] | None:
    """What makes a value one that Arrow takes, None where any is: a map is a list of pairs."""
    if type.name == "map" and type.of:
        inner = _prepared(type.of)
        if inner is None:
            return lambda value: list(value.items())
        return lambda value: [(key, inner(one)) for key, one in value.items()]
    if type.name == "struct":
        parts = {name: each for name, inner in type.fields if (each := _prepared(inner))}
        if parts:
            return lambda value: (
                value
                | {
                    name: each(value[name])
                    for name, each in parts.items()
                    if value.get(name) is not None
                }
            )
    return None
