"""What a request for figures names: a table, its feeds, values of its keys, steps of time."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any

from fastapi import Path, Query, Request

from millrace.api import instants
from millrace.api.buckets import Steps
from millrace.api.columns import FEED
from millrace.api.problems import ProblemError
from millrace.api.service import Service, chosen_feeds, span
from millrace.config import Feed
from millrace.records import views
from millrace.records.tables import LE_MS, TABLES, WINDOW_S, Key, Table
from millrace.windows.key_matches import as_stored, path

MINUTE = timedelta(seconds=WINDOW_S)
MOST_ROWS = 20_000

TableName = Annotated[
    str,
    Path(
        max_length=64,
        description="A table of /v1/figures.",
        json_schema_extra={"enum": [table.name for table in TABLES]},
    ),
]
FeedNames = Annotated[
    list[str],
    Query(alias="feed", description="Feeds; all that have the table where none is named."),
]
Step = Annotated[
    str, Query(max_length=16, description="A multiple of a minute, as 1m, 5m, 1h: rows are of it.")
]
By = Annotated[
    list[str],
    Query(max_length=8, description="Keys, and feed, that rows are told apart by; else summed."),
]
KEY_PARAMETERS: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": "Values of the key, of a table that has it.",
            "schema": {"type": "array", "items": {"type": "string"}},
        }
        for name in dict.fromkeys(key.name for table in TABLES for key in table.keys)
    ]
}


def known_table(name: str) -> Table:
    """The table of that name; raises ProblemError where there is none."""
    for table in TABLES:
        if table.name == name:
            return table
    for view in views.DESCRIBED:
        if view.name == name:
            raise ProblemError(404, f"{name} is a view of {view.table}: ask for that")
    near = get_close_matches(name, [table.name for table in TABLES], 3) or None
    raise ProblemError(404, f"no table is named {name!r}; see /v1/figures", nearest=near)


def shown_keys(own: Service, table: Table) -> list[Key]:
    """The table's keys but those that are made of a hidden field."""
    hidden = own.conf.api.hidden
    return [key for key in table.keys if path(key).partition(".")[0] not in hidden]


def feeds_of(own: Service, table: Table, names: Sequence[str]) -> tuple[Feed, ...]:
    """The chosen feeds, those that have the table; raises ProblemError where one is named without.

    It is raised as well where no feed has it.
    """
    chosen = chosen_feeds(own.conf, names)
    found = tuple(feed for feed in chosen if feed.layout in table.layouts)
    if not found or (any(names) and len(found) < len(chosen)):
        without = next(feed for feed in chosen if feed.layout not in table.layouts)
        raise ProblemError(422, f"feed: lines of {without.name} are not counted in {table.name}")
    return found


def columns_of(own: Service, table: Table, names: Sequence[str]) -> list[str]:
    """The keys of a table that rows are told apart by; raises ProblemError where it lacks one."""
    wanted = [name for text in names for name in text.split(",") if name]
    known = [FEED, *(key.name for key in shown_keys(own, table))]
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, known, 3) or None
            told = f"by: {name[:64]!r} is none of {', '.join(known)}"
            raise ProblemError(422, told, nearest=near)
    return list(dict.fromkeys(wanted))


def key_values(
    request: Request, own: Service, table: Table, others: Collection[str]
) -> dict[str, list[str]]:
    """The values of the table's keys that are asked for; raises ProblemError where none can be."""
    keys = {key.name: key for key in shown_keys(own, table)}
    values: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if name in others:
            continue
        if name not in keys:
            known = ", ".join(keys) or "none"
            near = get_close_matches(name, keys, 3) or None
            told = f"{name[:64]}: {table.name} has no such key; it has {known}"
            raise ProblemError(422, told, nearest=near)
        held = as_stored(keys[name], value)
        if held is None:
            raise ProblemError(422, f"{name}: {_expected(keys[name])}")
        values.setdefault(name, []).append(held)
    return values


def whole_steps(from_: str, to: str, step: str, most: int | None = MOST_ROWS) -> Steps:
    """The steps that a span has a part of; raises ProblemError where there are more than ``most``.

    It is raised as well where they are none.
    """
    since, until = span(from_, to)
    try:
        length = instants.step(step, MINUTE)
        steps = Steps(instants.floor(since, length), instants.ceiling(until, length), length)
    except (ValueError, OverflowError) as error:
        raise ProblemError(422, f"step: {error}") from None
    if most is not None and len(steps) > most:
        raise ProblemError(422, f"step: {len(steps):,} steps: expected {most:,} at most")
    return steps


def _expected(key: Key) -> str:
    if key is LE_MS:
        return "expected the upper bound of a bucket, as rows by le_ms have it"
    return f"expected 1 to {key.characters} characters"
