"""Keys of rows as text, as it stands in a URL.

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
from millrace.records.entities import Entity

_ESCAPES = {"~": "~0", "/": "~1", ",": "~2"}
_ESCAPED = re.compile("[~/,]")


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


def _escaped(text: str) -> str:
    if text in (".", ".."):
        return text.replace(".", "~4")
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], text) or "~3"
