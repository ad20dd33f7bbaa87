"""The signal by which a connector is asked for a snapshot while it goes on with changes."""

import json
from typing import Any
from uuid import uuid4

TYPE = "execute-snapshot"
MARKER = "millrace-marker"  # a type that connectors do not know, and pass over


def content(table: str, where: str | None) -> dict[str, Any]:
    """What is asked for: a snapshot of ``table``, of the rows that ``where`` names if given."""
    wanted: dict[str, Any] = {"data-collections": [table], "type": "incremental"}
    if where:
        condition = {"data-collection": table, "filter": where}
        wanted["additional-conditions"] = [condition]
    return wanted


def marker() -> tuple[str, str, str]:
    """A signal that asks for nothing, as a row: that it comes tells how far a connector is."""
    return f"millrace-{uuid4()}", MARKER, "{}"


def row(table: str, where: str | None) -> tuple[str, str, str]:
    """The signal as a row of a table: id, type and data."""
    return f"millrace-{uuid4()}", TYPE, json.dumps(content(table, where))
