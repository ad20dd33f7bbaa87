"""The command ``replay``: parse old lines with today's parser, and show what would change."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer
from bson.decimal128 import Decimal128
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from millrace import config
from millrace.cli.options import FAILED, ConfFile, console, end, instant
from millrace.config import Feed
from millrace.records.printable import printable_json
from millrace.tools.terminal import as_text

if TYPE_CHECKING:
    from millrace.proof.diff import Sample, Tally
    from millrace.proof.replay import OnProgress, Replayed

# In the order of the table: the outcome's name in JSON, and in words.
_PLACES = {
    "missing": "stored nowhere",
    "record_to_letter": "record -> letter",
    "letter_to_record": "letter -> record",
    "letter_changed": "letters changed",
    "settled": "settled letters, not changed",
    "extra": "extra: stored, not replayed",
}
_LONGEST = 200


def replay(
    feed: Annotated[str, typer.Option("--feed", help="Feed to replay.")],
    start: Annotated[
        str,
        typer.Option("--from", help="Received since: 90m, 6h, 2d, or an ISO 8601 time (UTC)."),
    ],
    until: Annotated[str, typer.Option("--to", help="Received before (same forms as --from).")],
    promote: Annotated[
        bool,
        typer.Option("--promote", help="Replace stored documents that differ; add missing ones."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Parse old lines with today's parser, rules and templates, and show what differs."""
    from py4j.protocol import Py4JJavaError
    from pymongo.errors import PyMongoError
    from pyspark.errors import PySparkException

    from millrace.errors import one_line
    from millrace.proof.replay import replay
    from millrace.runtime.session import spark_session

    span = instant(start), instant(until)
    if span[0] >= span[1]:
        raise typer.BadParameter("must be later than --from", param_hint="--to")
    loaded = config.load(conf)
    chosen = loaded.feed(feed)
    spark = spark_session("millrace-replay", loaded)
    try:
        with _progress(chosen) as on_progress:
            came = replay(spark, loaded, chosen, *span, promote=promote, on_progress=on_progress)
    except (Py4JJavaError, PyMongoError, PySparkException) as error:
        end(f"replay of {feed}: {one_line(error)}", FAILED)
    if as_json:
        outcome = _object(chosen, span, came, promote)
        print(printable_json(json.dumps(outcome, ensure_ascii=False)))
    else:
        _show(chosen, span, came, promote, Console(highlight=False))


@contextmanager
def _progress(feed: Feed) -> Iterator["OnProgress"]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"{feed.name}: parsing", total=None)

        def show(compared: int, lines: int) -> None:
            # What is stored and was not replayed is compared as well.
            total = max(compared, lines)
            description = f"{feed.name}: comparing"
            progress.update(task, completed=compared, total=total, description=description)

        yield show


def _object(
    feed: Feed, span: tuple[datetime, datetime], came: "Replayed", promoted: bool
) -> dict[str, Any]:
    """What came of the replay as one JSON object."""
    tally = came.tally
    return {
        "feed": feed.name,
        "from": _plain(span[0]),
        "to": _plain(span[1]),
        "lines": came.lines,
        "letters": came.letters,
        "same": tally.outcomes["same"],
        "parser_version_only": tally.outcomes["version"],
        "records_changed": tally.outcomes["changed"],
        "fields": {
            name: {
                "changed": count.changed,
                "added": count.added,
                "removed": count.removed,
                "samples": [_sample(one) for one in count.samples],
            }
            for name, count in _fields(tally)
        },
        "places": {
            name: {"count": count, "samples": [_sample(one) for one in samples]}
            for name, _, count, samples in _places(tally)
        },
        "different": tally.different,
        "promoted": promoted,
        "shadow": None if promoted else list(_shadow(feed)),
    }


def _show(
    feed: Feed,
    span: tuple[datetime, datetime],
    came: "Replayed",
    promoted: bool,
    out: Console,
) -> None:
    tally, times = came.tally, f"received from {_plain(span[0])} to {_plain(span[1])}"
    if tally.fields:
        out.print(_field_table(tally))
    if any(count for _, _, count, _ in _places(tally)):
        out.print(_place_table(tally))
    if not came.lines:
        out.print(f"no lines of {feed.name} were {times}", soft_wrap=True)
        return
    versions = tally.outcomes["version"]
    only = f" ({versions:,} only in parser_version)" if versions else ""
    out.print(
        f"{came.lines:,} lines of {feed.name} {times}: {tally.different:,} differ from what"
        f" {'was' if promoted else 'is'} stored{only}",
        soft_wrap=True,
    )
    if promoted:
        out.print(f"{tally.different:,} are now stored as parsed today")
    else:
        records, letters = _shadow(feed)
        out.print(f"collections until the next replay: {records}, {letters}", soft_wrap=True)


def _field_table(tally: "Tally") -> Table:
    table = Table(title=f"{tally.outcomes['changed']:,} records differ", title_justify="left")
    table.add_column("field", overflow="fold")
    for name in ("changed", "added", "removed"):
        table.add_column(name, justify="right")
    for name in ("before", "after"):
        table.add_column(name, overflow="fold")
    for name, count in _fields(tally):
        sample = count.samples[0]
        figures = (f"{figure:,}" for figure in (count.changed, count.added, count.removed))
        table.add_row(as_text(name), *figures, _text(sample.before), _text(sample.after))
    return table


def _place_table(tally: "Tally") -> Table:
    table = Table(title="places", title_justify="left")
    table.add_column("lines", justify="right")
    table.add_column("place", overflow="fold")
    for name in ("for example", "before", "after"):
        table.add_column(name, overflow="fold")
    for _, words, count, samples in _places(tally):
        sample = samples[0] if samples else None
        shown = (
            (_text(sample.id), _text(sample.before), _text(sample.after)) if sample else ("",) * 3
        )
        table.add_row(f"{count:,}", words, *shown)
    return table


def _fields(tally: "Tally") -> list[tuple[str, Any]]:
    """The fields that differ, those first that differ most."""

    def rank(pair: tuple[str, Any]) -> tuple[int, str]:
        name, count = pair
        return -(count.changed + count.added + count.removed), name

    return sorted(tally.fields.items(), key=rank)


def _places(tally: "Tally") -> Iterator[tuple[str, str, int, list["Sample"]]]:
    counts = tally.outcomes | {"settled": tally.settled}
    samples = tally.samples | {"settled": tally.samples.get("left", [])}
    for name, words in _PLACES.items():
        yield name, words, counts[name], samples.get(name, [])


def _shadow(feed: Feed) -> tuple[str, str]:
    from millrace.io.mongo import shadow

    return shadow.records_of(feed), shadow.LETTERS


def _sample(sample: "Sample") -> dict[str, Any]:
    before, after = _plain(sample.before), _plain(sample.after)
    return {"_id": sample.id, "before": before, "after": after}


def _text(value: object) -> Text:
    plain = _plain(value)
    return as_text("-" if plain is None else plain if isinstance(plain, str) else json.dumps(plain))


def _plain(value: object) -> Any:
    """The value as JSON has it: times in ISO 8601, bytes as text; what is long is cut."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="backslashreplace")
    if isinstance(value, dict | list):
        value = json.dumps(value, default=_plain, ensure_ascii=False)
    if isinstance(value, Decimal128) or (isinstance(value, float) and not isfinite(value)):
        value = str(value)
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}…"
    return value
