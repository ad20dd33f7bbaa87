"""How many lines match, and how many a search may have to look at: by figures where they tell."""

import logging
import time
from datetime import timedelta

from millrace.api.exact import exact
from millrace.api.models import Plan, Total
from millrace.api.service import Search, Service
from millrace.errors import UnreachableError, one_line
from millrace.io.mongo import search
from millrace.io.mongo.search import OutOfTimeError
from millrace.io.mysql import figures
from millrace.records.tables import LEVEL, LEVELS, SERVICE

COUNTED_TO = 10_001
_MINUTE = timedelta(minutes=1)

_log = logging.getLogger(__name__)


def total(own: Service, asked: Search) -> Total:
    """How many lines match: by figures where they are proven, else counted up to 10,001.

    It is counted within half the time of a query.
    """
    proven = exact(own, asked)
    if proven is not None:
        return Total(value=proven, relation="exact", source="figures")
    counted, ends_at = 0, time.monotonic() + own.conf.api.max_query_s / 2
    for question in asked.questions():
        try:
            left_s = max(0.001, ends_at - time.monotonic())
            counted += search.count(own.db, question, COUNTED_TO - counted, left_s)
        except OutOfTimeError:
            return Total(value=counted or None, relation="unknown", source="none")
        if counted >= COUNTED_TO:
            break
    return Total(value=counted, relation="at_least", source="counted")


def plan(own: Service, asked: Search) -> Plan:
    """The index of each feed's question, and how many lines the figures say that it has."""
    questions = asked.questions()
    index = {question.feed: question.index for question in questions}
    return Plan(index=index, estimated=estimated(own, asked))


def estimated(own: Service, asked: Search) -> int | None:
    """How many lines the indexes lead to, of whole minutes; None where MySQL does not answer."""
    try:
        with own.mysql.cursor() as cursor:
            return figures.total(cursor, candidates(asked), "events")
    except UnreachableError as error:
        _log.warning("no estimate: %s", one_line(error))
        return None


def candidates(asked: Search) -> figures.Chosen:
    """The figures of the lines that the indexes lead to, in whole minutes."""
    keys = {
        key.name: {value[: key.characters] for value in values}
        for key in (SERVICE, LEVEL)
        if (values := asked.asked.required.get(key.name))
    }
    since = asked.since.replace(second=0, microsecond=0)
    until = asked.until.replace(second=0, microsecond=0)
    until += _MINUTE if until < asked.until else timedelta()
    return figures.Chosen(LEVELS, [feed.name for feed in asked.feeds], since, until, keys)
