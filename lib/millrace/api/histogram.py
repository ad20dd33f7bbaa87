"""GET /v1/logs/histogram: how many lines match, in steps of time."""

import time
from collections import Counter
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from millrace.api import instants
from millrace.api.buckets import Steps
from millrace.api.documents import time_text
from millrace.api.logs import trusted
from millrace.api.models import Trust
from millrace.api.named_values import field_of
from millrace.api.problems import ProblemError
from millrace.api.service import Own, Search, Searched
from millrace.api.tallies import Tally, tally
from millrace.telemetry import metrics

MOST_STEPS = 1_500
_FEW_STEPS = 100  # where none is asked for
_SECOND = timedelta(seconds=1)
_USUAL = tuple(
    timedelta(seconds=seconds)
    for seconds in (1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 10_800, 43_200, 86_400, 604_800)
)
_TOLD = 10  # values that are told by name

Source = Literal["figures", "counted", "both", "none"]

router = APIRouter(prefix="/v1/logs", tags=["logs"])


class Value(BaseModel):
    """How many lines have a value; null where they have none."""

    value: str | int | float | bool | None
    lines: int


class Bar(BaseModel):
    """The lines of a step.

    They are from figures, counted, or both, where there are several feeds. Where not
    ``is_complete``, there was no time to count them all: there are at least so many. Lines with
    other values than those ``by`` are in ``rest``.
    """

    start: str
    lines: int
    is_complete: bool
    source: Source
    by: list[Value] | None
    rest: int


class Histogram(Trust):
    """The lines that match in steps, those at the ends as far as they are within the span.

    Down to ``searched_until`` all are counted; before that, figures tell what they do.
    """

    since: str
    until: str
    step_s: int
    values: list[str | int | float | bool | None] | None
    steps: list[Bar]
    searched_until: str


@router.get("/histogram", response_model=Histogram)
def histogram(
    request: Request,
    own: Own,
    asked: Searched,
    step: Annotated[
        str | None, Query(max_length=16, description="As 30s, 5m, 1h; by the span if not given.")
    ] = None,
    by: Annotated[
        str | None, Query(max_length=256, description="A field, as level or service_name.")
    ] = None,
) -> JSONResponse:
    """How many lines match in each step of time, and how many of these have which value.

    Where figures tell it of whole closed minutes they do, and it takes no longer for any number of
    lines. All else is counted, the newest first, for as long as a query may take.
    """
    began = time.monotonic()
    field = field_of(own, by, asked.feeds, "by") if by else None
    if field and field.is_list:
        raise ProblemError(422, f"by: a line may have several values of {field.name}")
    made = tally(own, asked, _steps(asked, step), field)
    if made.searched_until > asked.since:
        metrics.API_PARTIAL.labels("/v1/logs/histogram").inc()
    values = _most_frequent(made) if field else None
    bars = [_bar(asked, made, number, values) for number in range(len(made.steps))]
    content = {
        "since": time_text(asked.since),
        "until": time_text(asked.until),
        "step_s": int(made.steps.length.total_seconds()),
        "values": values,
        "steps": bars,
        "searched_until": time_text(made.searched_until),
        **trusted(own, asked, began),
    }
    request.state.told = f"{len(bars)} steps"
    return JSONResponse(content)


def _steps(asked: Search, text: str | None) -> Steps:
    span = asked.until - asked.since
    try:
        if text is None:
            length = next((one for one in _USUAL if span / one <= _FEW_STEPS), None)
            length = length or -(-span // (_FEW_STEPS * _USUAL[-1])) * _USUAL[-1]
        else:
            length = instants.step(text, _SECOND)
        since, until = instants.floor(asked.since, length), instants.ceiling(asked.until, length)
    except (ValueError, OverflowError) as error:
        raise ProblemError(422, f"step: {error}") from None
    steps = Steps(since, until, length)
    if len(steps) > MOST_STEPS:
        raise ProblemError(422, f"step: {len(steps):,} steps: expected {MOST_STEPS:,} at most")
    return steps


def _most_frequent(made: Tally) -> list[Any]:
    total: Counter[Any] = Counter()
    for lines in made.lines.values():
        total.update(lines)
    return [value for value, _ in total.most_common(_TOLD)]


def _bar(asked: Search, made: Tally, number: int, values: list[Any] | None) -> dict[str, Any]:
    lines, unnamed = made.lines.get(number, Counter()), made.unnamed[number]
    told = [made.is_told(feed.name, number) for feed in asked.feeds]
    start = made.steps.start(number)
    end = start + made.steps.length
    is_searched = made.searched_until <= max(start, asked.since)
    is_partly = made.searched_until < end
    sources: dict[tuple[bool, bool], Source] = {
        (True, True): "both",
        (True, False): "figures",
        (False, True): "counted",
        (False, False): "none",
    }
    shown = None if values is None else {value: lines[value] for value in values}
    return {
        "start": time_text(start),
        "lines": lines.total() + unnamed,
        "is_complete": all(told) or is_searched,
        "source": sources[any(told), not all(told) and (is_searched or is_partly)],
        "by": None
        if shown is None
        else [{"value": value, "lines": n} for value, n in shown.items()],
        "rest": 0 if shown is None else lines.total() + unnamed - sum(shown.values()),
    }
