"""Lines for a person to read: what the chain of a feed makes of each, as JSON has it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from millrace.records import types
from millrace.records.fields import Fields, document
from millrace.records.printable import printable_json
from millrace.records.received import EPOCH
from millrace.records.types import Type
from millrace.transform.chain import Letter, Outcome, compiled
from millrace.transform.spec import Spec

_LEFT_OUT = {"_id", "kafka", "raw", "parser_version"}


def parsed(lines: BinaryIO, spec: Spec, milliseconds: int) -> Iterator[str]:
    """One JSON object for each line, in order: a record, or why it is none.

    ``milliseconds`` is when they were received. Of a line that is longer than a record may be no
    more than that is held.
    """
    for value, raw_bytes in _bounded(lines, spec.max_record_bytes):
        for result in outcomes(spec, value, milliseconds, raw_bytes):
            yield printable_json(json.dumps(result, ensure_ascii=False))


def outcomes(
    spec: Spec, value: bytes | None, milliseconds: int, raw_bytes: int | None = None
) -> list[dict[str, Any]]:
    """What each line of a record comes to, nearly always one.

    That is the record's fields as JSON has them, times in ISO 8601; or ``dead`` and ``detail``.
    """
    if raw_bytes is None and value is not None and len(value) > spec.max_record_bytes:
        value, raw_bytes = value[: spec.max_record_bytes], len(value)
    return [_plainly(spec, one) for one in compiled(spec).outcomes(value, raw_bytes, milliseconds)]


def _plainly(spec: Spec, outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Letter):
        return {"dead": outcome.reason, "detail": outcome.detail}
    return _fields(spec, outcome)


def _fields(spec: Spec, fields: Fields) -> dict[str, Any]:
    shown = [field for field in document(spec.layout, raw=False) if field.name not in _LEFT_OUT]
    return {
        field.name: _plain(fields[field.name], types.parsed(field.type))
        for field in shown
        if fields.get(field.name) is not None
    }


def _plain(value: Any, type: Type) -> Any:
    if type.name == "timestamp":
        time = EPOCH + timedelta(milliseconds=value // 1_000)
        return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1_000:03}Z"
    if isinstance(value, Decimal):
        return float(value)
    if type.name == "array" and type.of:
        return [None if one is None else _plain(one, type.of) for one in value]
    if type.name == "struct":
        return {
            name: _plain(value[name], inner)
            for name, inner in type.fields
            if value.get(name) is not None
        }
    return value


def _bounded(lines: BinaryIO, most: int) -> Iterator[tuple[bytes, int | None]]:
    """Each line, or the beginning of one that is longer than ``most`` with its length."""
    while line := lines.readline(most + 1):
        kept, size = line.removesuffix(b"\n")[:most], len(line.removesuffix(b"\n"))
        while not line.endswith(b"\n") and (line := lines.readline(most)):
            size += len(line.removesuffix(b"\n"))
        yield kept, size if size > most else None
