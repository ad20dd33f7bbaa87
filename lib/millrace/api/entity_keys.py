"""Keys of rows, read from the text that stands in a URL: see ``entity_paths``."""

import re
from typing import Any

from millrace.api.problems import ProblemError
from millrace.records.entities import Entity

_CODES = {"0": "~", "1": "/", "2": ",", "3": "", "4": "."}
_CODE = re.compile("~(.?)", re.DOTALL)
_WHOLE = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


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


def _unescaped(text: str) -> str:
    def decoded(found: re.Match[str]) -> str:
        if found[1] not in _CODES:
            raise ProblemError(422, "key: expected ~0, ~1, ~2, ~3 or ~4 in place of ~")
        return _CODES[found[1]]

    return _CODE.sub(decoded, text)
