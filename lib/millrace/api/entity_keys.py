"""Keys of rows as text, as it stands in a URL, and back.

The values of the key's fields in their order, with commas between them. In a text ``~`` is written
``~0``, ``/`` ``~1``, ``,`` ``~2`` (the first two as in RFC 6901); a text that is empty is ``~3``,
and where it is one or two dots alone each is ``~4``, as clients take such parts out of a path.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from millrace.api.documents import time_text
from millrace.api.problems import ProblemError
from millrace.records.entities import Entity

_ESCAPES = {"~": "~0", "/": "~1", ",": "~2"}
_ESCAPED = re.compile("[~/,]")
_CODES = {"0": "~", "1": "/", "2": ",", "3": "", "4": "."}
_CODE = re.compile("~(.?)", re.DOTALL)
_WHOLE = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def key_text(entity: Entity, key: Any) -> str:
    """The text of a key, as the store has it."""
    values = [key[name] for name in entity.key] if len(entity.key) > 1 else [key]
    types = [field.type for field in entity.key_fields]
    return ",".join(
        _escaped(value_text(type, value)) for type, value in zip(types, values, strict=True)
    )


def path(values: Sequence[object]) -> str:
    """The text of a key that has these values, in the order of its fields."""
    return ",".join(_escaped(value_text("", value)) for value in values)


def value_text(type: str, value: Any) -> str:
    """A value of a plain type as text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        text = time_text(value)
        return text.partition("T")[0] if type == "date" else text
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return str(value)


def key_of(entity: Entity, text: str) -> Any:
    """The key that a text is, as the store has it; raises ProblemError where it is none."""
    parts = text.split(",")
    if len(parts) != len(entity.key):
        names = ", ".join(entity.key)
        raise ProblemError(422, f"key: expected {names}: {len(entity.key)} values, with commas")
    values = {
        field.name: value_of(field.name, field.type, _unescaped(part))
        for field, part in zip(entity.key_fields, parts, strict=True)
    }
    return values if len(values) > 1 else next(iter(values.values()))


def value_of(name: str, type: str, text: str) -> Any:
    """The value of a plain type that a text is; raises ProblemError where it is none."""
    # Here alone, as it takes much to import.
    from millrace.parse.changes.casts import cast
    from millrace.parse.rejection import RejectedError

    given: Any = text
    if type == "boolean":
        given = _BOOLEANS.get(text, text)
    elif type in ("int", "bigint") and _WHOLE.fullmatch(text):
        given = int(text)
    elif type == "double":
        given = _number(text)
    try:
        return cast(type)(name, given)
    except RejectedError as error:
        raise ProblemError(422, error.detail or f"{name}: expected a {type}") from None


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _escaped(text: str) -> str:
    if text in (".", ".."):
        return text.replace(".", "~4")
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], text) or "~3"


def _unescaped(text: str) -> str:
    def decoded(found: re.Match[str]) -> str:
        if found[1] not in _CODES:
            raise ProblemError(422, "key: expected ~0, ~1, ~2, ~3 or ~4 in place of ~")
        return _CODES[found[1]]

    return _CODE.sub(decoded, text)
