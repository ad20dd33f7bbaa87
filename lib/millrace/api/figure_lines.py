"""GET /v1/figures/{table}/lines: the lines that a row of figures counts, held against it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from millrace.api import cursors, instants
from millrace.api.buckets import Steps, buckets
from millrace.api.documents import time_text
from millrace.api.doubts import Doubt, doubts
from millrace.api.figure_models import Bucket, Compared, FigureLines
from millrace.api.figure_parameters import (
    KEY_PARAMETERS,
    MINUTE,
    Step,
    TableName,
    feeds_of,
    key_values,
    known_table,
)
from millrace.api.figures import shown_figures
from millrace.api.logs import LARGEST_PAGE, After, shown, trusted
from millrace.api.pages import Page
from millrace.api.problems import ProblemError
from millrace.api.row_facts import Facts, Rows, facts
from millrace.api.row_lines import RowLines, lines_of
from millrace.api.service import Own, Service, all_lines
from millrace.api.settled import Counted
from millrace.io.mongo.routes import MongoRoutes
from millrace.io.mongo.search import OutOfTimeError
from millrace.io.mongo.standing import UnknownError
from millrace.io.mysql import figures
from millrace.io.mysql.figures import Chosen
from millrace.records.names import OTHER
from millrace.records.tables import ROUTE

_MORE = 10_000  # lines that are counted beyond the figure
_PARAMETERS = {"feed", "window_start", "step", "after", "size"}

router = APIRouter(prefix="/v1/figures", tags=["figures"])

FeedName = Annotated[str, Query(max_length=32, description="The row's feed.")]
Start = Annotated[str, Query(max_length=64, description="Where the row's minute or step begins.")]
Size = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Lines a page.")]


@router.get("/{table}/lines", response_model=FigureLines, openapi_extra=KEY_PARAMETERS)
def lines(
    request: Request,
    own: Own,
    table: TableName,
    feed: FeedName,
    window_start: Start,
    step: Step = "1m",
    after: After = None,
    size: Size = 100,
) -> JSONResponse:
    """The very lines that a row counts, and whether they are as many as its figure says.

    A row is named by its feed, its minute and its keys; without a key it is the sum over it, and
    of a longer `step` the sum over its minutes. Lines are found by what makes the row's keys. Where
    they are not as many as the figure, `why` says all that can be the reason.
    """
    began, of = time.monotonic(), known_table(table)
    if feed not in {each.name for each in own.conf.feeds}:
        raise ProblemError(422, f"feed: {feed[:64]!r} is no feed")
    (one,) = feeds_of(own, of, [feed])
    steps = _one_step(window_start, step)
    rows = Rows(one, of, steps.since, steps.until, key_values(request, own, of, _PARAMETERS))
    found = lines_of(own, rows, request.state.request_id)
    shown_row, bucket, known, counted = _read(own, rows, steps)
    compared = _compared(own, rows, known, found)
    page, following = _page(own, rows, found, after, size)
    request.state.told = compared.sentence
    content = {
        "table": of.name,
        "figures": shown_row,
        "compared": compared.model_dump(),
        "bucket": bucket.model_dump(),
        "counted": [counted.model_dump()],
        "items": [shown(own, item) for item in page.items],
        "next": following,
        "searched_until": time_text(rows.since if page.is_complete else page.searched_until),
        **trusted(own, all_lines(request, own, (one,), rows.since, rows.until), began),
    }
    return JSONResponse(content)


def _one_step(window_start: str, step: str) -> Steps:
    try:
        length = instants.step(step, MINUTE)
        start = instants.instant(window_start, datetime.now(UTC))
        if start != instants.floor(start, MINUTE):
            raise ValueError("expected the beginning of a minute")
        return Steps(start, start + length, length)
    except (ValueError, OverflowError) as error:
        raise ProblemError(422, f"window_start, step: {error}") from None


def _read(
    own: Service, rows: Rows, steps: Steps
) -> tuple[dict[str, int | float | str | None], Bucket, Facts, Counted]:
    """The row's figures, how far they can be trusted, what is known of them, how far they are."""
    max_s = own.conf.api.max_query_s
    chosen = Chosen(rows.table, [rows.feed.name], rows.since, rows.until, rows.keys)
    try:
        known = facts(own, rows)
        with own.mysql.cursor() as cursor:
            (counted,) = own.settlement.counted(cursor, [rows.feed])
            found = figures.rows(cursor, chosen, [], steps.length, 1, max_s)
            revised = [0] if known.counted.is_revised else []
            (bucket,) = buckets(own, cursor, rows.table, [rows.feed], steps, revised)
    except (UnknownError, OutOfTimeError, figures.OutOfTimeError) as error:
        told = str(error) or f"the row takes longer than {max_s:g} s: ask for a shorter step"
        raise ProblemError(422, told) from None
    return (shown_figures(rows.table, found[0]) if found else {}), bucket, known, counted


def _compared(own: Service, rows: Rows, known: Facts, of: RowLines) -> Compared:
    figure, lines = known.counted.lines, None
    try:
        lines = of.count(own.db, figure + _MORE, own.conf.api.max_query_s / 2)
    except OutOfTimeError:
        why = [Doubt(reason="unchecked", detail="the lines take too long to be counted")]
        told = f"figure {figure:,}, lines not counted"
        return Compared(figure=figure, lines=None, is_equal=False, sentence=told, why=why)
    if lines == figure:
        told = f"figure {figure:,} = lines {lines:,}"
        return Compared(figure=figure, lines=lines, is_equal=True, sentence=told, why=[])
    why = [*doubts(own, rows, known), *_other_names(own, rows)]
    if not why:
        told = "no reason is known: run `millrace reconcile`"
        why = [Doubt(reason="unexplained", detail=told)]
    least = "at least " if lines == figure + _MORE else ""
    told = f"figure {figure:,}, lines {least}{lines:,}: {'; '.join(one.detail for one in why)}"
    return Compared(figure=figure, lines=lines, is_equal=False, sentence=told, why=why)


def _other_names(own: Service, rows: Rows) -> Iterator[Doubt]:
    """Whether documents may have another value in a key whose values are bounded in number."""
    if any(OTHER in values for values in rows.keys.values()):
        told = f"what is {OTHER} is told by the names of today"
        yield Doubt(reason="other", detail=told)
    elif ROUTE.name in rows.keys and MongoRoutes(own.conf.mongo, rows.feed.name).taken():
        told = "documents have other routes from times when MySQL did not answer"
        yield Doubt(reason="other", detail=told)


def _page(
    own: Service, rows: Rows, of: RowLines, after: str | None, size: int
) -> tuple[Page, str | None]:
    """A page of the lines, and where they go on."""
    key, max_s = own.tokens.key, own.conf.api.max_query_s / 2
    question = repr(
        (rows.table.name, rows.feed.name, rows.since, rows.until, sorted(rows.keys.items()))
    )
    reached, id = None, None
    if after is not None:
        try:
            values = cursors.opened(key, question, after)
        except cursors.CursorError as error:
            raise ProblemError(422, f"after: {error}") from None
        reached, id = datetime.fromisoformat(values["reached"]), values["id"]
    try:
        found = of.page(own.db, size, max_s, reached, id)
    except OutOfTimeError:
        raise ProblemError(422, "the lines take too long to be read: name more keys") from None
    if found.is_complete:
        return found, None
    if not found.items and found.searched_until == (reached or rows.until):
        raise ProblemError(422, "the lines take too long to be read: name more keys")
    place = found.items[-1].place if found.items else None
    last = place[1] if place and place[0] == found.searched_until else None
    values = {"reached": found.searched_until.isoformat(), "id": last}
    return found, cursors.seal(key, question, values)
