"""/v1/pipeline and /v1/proof: where each feed stands, and whether its lines are all there, once."""

import time
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pymysql import MySQLError

from millrace.api.documents import plain, time_text
from millrace.api.logs import trusted
from millrace.api.models import Trust
from millrace.api.service import FeedNames, From, Own, Service, To, all_lines, chosen_feeds, span
from millrace.api.trust import Freshness
from millrace.config import Feed
from millrace.config import api as settings
from millrace.errors import ConfigurationError
from millrace.io.mongo import newest_batch, reconciliations
from millrace.io.mongo.newest_batch import Newest
from millrace.io.mysql import rate_anomalies
from millrace.io.mysql.counting import Counting, counting
from millrace.records.dead_letters import COLLECTION, OPEN
from millrace.records.reconciliations import Reconciliation

_COUNTED_TO = 100_000

router = APIRouter(prefix="/v1", tags=["pipeline"])


class LastBatch(BaseModel):
    """The last batch that a job committed, and how many lines it took."""

    key: str
    committed_at: str
    lines: int


class AggregateStage(BaseModel):
    """Where `aggregate` stands with a feed.

    `lag_lines` wait for it in Kafka; null where that does not answer. The newest minute that has
    figures begins at `newest_window`.
    """

    last_batch: LastBatch | None
    lag_lines: int | None
    newest_window: str | None


class Links(BaseModel):
    """Where to look further: each as `api.links` names it, null where it does not.

    ``spark`` has the Spark UI of each job by its name.
    """

    spark: dict[str, str]
    history: str | None
    traces: str | None
    dashboards: str | None
    runbooks: str | None


class Stage(BaseModel):
    """Where a feed stands: what waits in Kafka, what is stored, what is dead and open.

    `freshness` and `last_batch` are those of `ingest`. `aggregate` is null where MySQL does not
    answer. `archive` keeps its own books, in the archive: its metrics tell where it stands.
    """

    feed: str
    topic: str
    freshness: Freshness
    last_batch: LastBatch | None
    aggregate: AggregateStage | None
    documents: int
    open_dead_letters: int
    links: Links


class Advice(BaseModel):
    """What mends some kinds of fault: in words, and the command to type, where there is one."""

    faults: list[str]
    text: str
    command: str | None


class Verdict(BaseModel):
    """What the last reconcile of a feed found, by kind of fault, and what mends it."""

    feed: str
    holds: bool
    since: str
    ended_at: str
    faults: dict[str, int]
    advice: list[Advice]


class AnomalousMinute(BaseModel):
    """A minute whose figure lies outside of what is usual."""

    window_start: str
    feed: str
    service_name: str
    metric: str
    observed: float
    expected: float
    lower: float
    upper: float
    reason: str


class AnomalousMinutes(Trust):
    """Those minutes, the latest first; ``is_cut`` where there are more."""

    items: list[AnomalousMinute]
    is_cut: bool


@router.get("/pipeline", response_model=list[Stage])
def pipeline(own: Own, feed: FeedNames = []) -> JSONResponse:  # noqa: B006
    """Where each feed stands. Documents are as many as the server estimates."""
    stages = [_stage(own, one) for one in chosen_feeds(own.conf, feed)]
    return JSONResponse([stage.model_dump() for stage in stages])


@router.get("/proof", response_model=list[Verdict])
def proof(own: Own, feed: FeedNames = []) -> JSONResponse:  # noqa: B006
    """What the last reconcile of each feed found, and what mends it.

    A feed that had none is left out.
    """
    names = [one.name for one in chosen_feeds(own.conf, feed)]
    verdicts = [verdict_of(one) for one in reconciliations.latest(own.db, names).values()]
    return JSONResponse([verdict.model_dump() for verdict in verdicts])


@router.get("/anomalies/minutes", response_model=AnomalousMinutes)
def anomalous_minutes(
    request: Request,
    own: Own,
    feed: FeedNames = [],  # noqa: B006
    from_: From = "now-24h",
    to: To = "now",
    size: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> JSONResponse:
    """The minutes whose rates are unusual, the latest first."""
    began, (since, until) = time.monotonic(), span(from_, to)
    feeds = chosen_feeds(own.conf, feed)
    names = [one.name for one in feeds]
    with own.mysql.cursor() as cursor:
        rows = rate_anomalies.latest(cursor, names, since, until, size + 1)
    items = [plain(row) for row in rows[:size]]
    told = trusted(own, all_lines(request, own, feeds, since, until), began)
    return JSONResponse({"items": items, "is_cut": len(rows) > size} | told)


def verdict_of(one: Reconciliation) -> Verdict:
    """What the last reconcile found, as it is told."""
    return Verdict(
        feed=one.feed,
        holds=one.holds,
        since=time_text(one.since),
        ended_at=time_text(one.ended_at),
        faults=dict(one.faults.items()),
        advice=[
            Advice(faults=list(told.faults), text=told.text, command=told.command)
            for told in one.mending
        ],
    )


def _stage(own: Service, feed: Feed) -> Stage:
    newest = newest_batch.newest(own.db, f"ingest-{feed.name}")
    (freshness,) = own.freshness.of(own.db, [feed])
    dead = own.db[COLLECTION].count_documents(
        {"feed": feed.name, "status": {"$in": list(OPEN)}}, limit=_COUNTED_TO
    )
    return Stage(
        feed=feed.name,
        topic=feed.topic,
        freshness=freshness,
        last_batch=last_batch(newest) if newest else None,
        aggregate=_counted(own, feed),
        documents=own.db[feed.name].estimated_document_count(),
        open_dead_letters=dead,
        links=Links(**(own.conf.api.links or settings.Links()).model_dump()),
    )


def _counted(own: Service, feed: Feed) -> AggregateStage | None:
    """Where `aggregate` stands; None where MySQL does not answer: all else is told without it."""
    try:
        with own.mysql.cursor() as cursor:
            found = counting(cursor, feed.name)
            (counted,) = own.settlement.counted(cursor, [feed])
    except (ConfigurationError, MySQLError):
        return None
    newest = found.newest_window if found else None
    return AggregateStage(
        last_batch=last_batch(found) if found else None,
        lag_lines=counted.lag_lines,
        newest_window=time_text(newest) if newest else None,
    )


def last_batch(of: Newest | Counting) -> LastBatch:
    """The last batch of a job, as it is told."""
    return LastBatch(key=of.key, committed_at=time_text(of.committed_at), lines=of.lines)
