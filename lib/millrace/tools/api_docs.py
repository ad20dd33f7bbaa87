"""The endpoints in docs/api.md, made from the API's schema: ``python -m millrace.tools.api_docs``.

What stands above them is written by hand.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from millrace.api import app

MARK = "<!-- From here on made by `make docs` from the API's schema; a test holds it to it. -->\n"
_METHODS = ("get", "post", "put", "delete")
_COLUMNS = "| {} | type | default | what it is |\n|---|---|---|---|"
_PLACES = {"path": "in the path", "header": "a header"}

Schema = dict[str, Any]
Row = tuple[str, str, str, str]  # name, type, default, what it is


def page(written: str) -> str:
    """The whole page in Markdown; ``written`` is the page as it is, or its part up to the mark."""
    schema = app.described().openapi()
    parts = [f"{written.partition(MARK)[0]}{MARK}", *_endpoints(schema)]
    return "\n".join(parts) + "\n"


def _endpoints(schema: Schema) -> Iterator[str]:
    """Those of each tag under a heading of its own, in the order in which the schema has them."""
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in _METHODS
    ]
    for tag in dict.fromkeys(tag for _, operation in operations for tag in operation["tags"]):
        yield f"\n## Endpoints: {tag}"
        for name, operation in operations:
            if tag in operation["tags"]:
                yield from _endpoint(name, operation, schema)


def _endpoint(name: str, operation: Schema, schema: Schema) -> Iterator[str]:
    yield f"\n### `{name}`\n"
    yield str(operation.get("description", operation["summary"]))
    if parameters := operation.get("parameters"):
        yield "\n" + _COLUMNS.format("parameter")
        yield from _table(_parameter(parameter, schema) for parameter in parameters)
    body = _content(operation.get("requestBody", {}), schema)
    if body:
        yield "\n" + _COLUMNS.format("key of the JSON body")
        needed = body.get("required", ())
        yield from _table(
            _row(key, own, schema, "required" if key in needed else "")
            for key, own in body["properties"].items()
        )
    done = next(own for status, own in operation["responses"].items() if status.startswith("2"))
    answer = _content(done, schema)
    each = "a list; each item has " if answer.get("type") == "array" else ""
    keys = _resolved(answer.get("items", answer), schema).get("properties", ())
    if keys:
        yield f"\nAnswers with {each}{', '.join(f'`{key}`' for key in keys)}."


def _parameter(parameter: Schema, schema: Schema) -> Row:
    own = parameter["schema"] | {"description": parameter.get("description", "")}
    note = _PLACES.get(parameter["in"], "required" if parameter["required"] else "")
    return _row(parameter["name"], own, schema, note)


def _table(rows: Iterable[Row]) -> Iterator[str]:
    """The rows in Markdown; those that differ in their names alone are one."""
    for rest, group in groupby(rows, key=lambda row: row[1:]):
        names = ", ".join(f"`{name}`" for name, *_ in group)
        yield f"| {' | '.join([names, *rest])} |".replace("|  |", "| |").replace("|  |", "| |")


def _content(holder: Schema, schema: Schema) -> Schema:
    """The schema of JSON that is sent; without anything where none is."""
    own = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return _resolved(own, schema)


def _resolved(own: Schema, schema: Schema) -> Schema:
    """The schema itself, where it is named by a reference."""
    if "$ref" in own:
        named: Schema = schema["components"]["schemas"][own["$ref"].rpartition("/")[2]]
        return named
    return own


def _row(name: str, own: Schema, schema: Schema, note: str) -> Row:
    default = own.get("default")
    values = (
        default if isinstance(default, list) else [None if isinstance(default, dict) else default]
    )
    shown = ", ".join(
        f"`{_text(value)}`"
        for value in values
        if value not in (None, "") and not isinstance(value, dict)
    )
    told = " ".join(str(own.get("description", "")).split())
    return name, _type(own, schema), note or shown, told


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _type(own: Schema, schema: Schema) -> str:
    own = _resolved(own, schema)
    if "anyOf" in own:
        kinds = [_type(one, schema) for one in own["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "const" in own:
        return f"`{own['const']}`"
    if "enum" in own:
        return ", ".join(f"`{value}`" for value in own["enum"])
    if own.get("type") == "array":
        return f"list of {_type(own.get('items', {}), schema)}"
    kind = str(own.get("type", "any"))
    if "minimum" in own and "maximum" in own:
        return f"{kind}, {own['minimum']:g} to {own['maximum']:g}"
    return kind


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(page(file.read_text(encoding="utf-8")), encoding="utf-8")
