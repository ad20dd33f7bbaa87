"""POST /v1/alerts/preview: what a rule would have done, by the function that evaluates it live."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from millrace.alerts.evaluation import MINUTE, Minutes, State, Transition, evaluate, values
from millrace.alerts.rules import Watched
from millrace.alerts.standing import together
from millrace.api import instants
from millrace.api.alert_models import Firing, Preview, Previewed
from millrace.api.alerts import checked
from millrace.api.documents import time_text
from millrace.api.problems import ProblemError
from millrace.api.rule_minutes import read_minutes, watched_by
from millrace.api.rule_states import Shown
from millrace.api.service import Own, Service, span
from millrace.io.mongo import search
from millrace.io.mysql import figures
from millrace.records.alerts import SETTLE_S

_MOST_MINUTES = 10_080
_TOLD = 5  # times in the sentence

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])


@router.post("/preview", response_model=Previewed)
def preview(request: Request, own: Own, asked: Preview) -> JSONResponse:
    """What a rule would have done over past minutes, up to a week of them.

    It is evaluated as it would be live, over the figures of today, and stored nowhere.
    """
    began, rule = time.monotonic(), asked.rule
    checked(own, rule)
    watched = watched_by(own, rule)
    since, until = _minutes(own, asked, watched)
    max_s = own.conf.api.max_query_s
    try:
        first = since - rule.window_minutes * MINUTE
        found = read_minutes(own, watched, first, until, max_s)
    except (figures.OutOfTimeError, search.OutOfTimeError):
        told = f"the figures take longer than {max_s:g} s: name a feed, a service, or less time"
        raise ProblemError(422, told) from None
    minutes = Minutes(found, until, until)
    _, transitions = evaluate(rule, watched.metric, minutes, State(since))
    firings = _firings(transitions)
    sentence = _sentence(firings, until - since)
    request.state.told = sentence
    content = Previewed(
        since=time_text(since),
        until=time_text(until),
        sentence=sentence,
        firings=firings,
        values=[*values(rule, watched.metric, minutes, since)],
        bounds=rule.bounds,
        trust=Shown(own).trust(watched.source.table, watched.feeds, since, until),
        took_ms=round(1000 * (time.monotonic() - began), 1),
    )
    return JSONResponse(content.model_dump())


def _minutes(own: Service, asked: Preview, watched: Watched) -> tuple[datetime, datetime]:
    """The whole minutes that are asked for, those that are settled by now."""
    since, until = (instants.floor(one, MINUTE) for one in span(asked.from_, asked.to))
    settled = _settled(own, watched) or datetime.now(UTC) - timedelta(seconds=SETTLE_S)
    until = min(until, instants.floor(settled, MINUTE))
    if since >= until:
        raise ProblemError(422, "from, to: expected at least one whole minute that is settled")
    count = (until - since) // MINUTE
    if count > _MOST_MINUTES:
        raise ProblemError(422, f"from, to: {count:,} minutes: expected {_MOST_MINUTES:,} at most")
    return since, until


def _settled(own: Service, watched: Watched) -> datetime | None:
    """Up to when the rule's minutes are settled; None where Kafka does not tell."""
    letters = watched.source.letters
    with own.mysql.cursor() as cursor:
        reached = together(
            [
                own.settlement.reached(cursor, feed, with_letters=letters)
                for feed in own.conf.feeds
                if feed.name in watched.feeds
            ]
        )
    return reached.settled if reached else None


def _firings(transitions: Sequence[Transition]) -> list[Firing]:
    made: list[Firing] = []
    for one in transitions:
        if one.kind == "firing":
            made.append(
                Firing(since=time_text(one.at), until=None, value=one.value, cause=one.cause)
            )
        elif made:
            made[-1].until = time_text(one.at)
    return made


def _sentence(firings: Sequence[Firing], length: timedelta) -> str:
    minutes = length // MINUTE
    within = f"{minutes // 60} h" if minutes >= 120 and minutes % 60 == 0 else f"{minutes} minutes"
    if not firings:
        return f"would not have fired in {within}"
    count = "once" if len(firings) == 1 else f"{len(firings):,} times"
    times = ", ".join(one.since[:16] + "Z" for one in firings[-_TOLD:])
    last = "the last ones at" if len(firings) > _TOLD else "at"
    return f"would have fired {count} in {within}, {last} {times}"
