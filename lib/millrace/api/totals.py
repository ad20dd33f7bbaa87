"""How many lines match, and how many a search may have to look at: by figures where they tell."""

import logging
import time
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from millrace.api.exact import exact
from millrace.api.models import Plan, Total
from millrace.api.pages import Page
from millrace.api.service import Search, Service
from millrace.errors import UnreachableError, one_line
from millrace.io.mongo import search
from millrace.io.mongo.question import FAILED, FAILED_TIME, Question
from millrace.io.mongo.search import OutOfTimeError
from millrace.io.mysql import figures
from millrace.records.tables import LEVEL, LEVELS, SERVICE, STATUS_CLASS, TRAFFIC
from millrace.windows.keys import OTHER_CLASS, STATUS_CLASSES

COUNTED_TO = 10_001
_LOOKED_AT = 2_000  # of each feed: a line that has to be read takes some microseconds
_FAILED_CLASSES = {name for hundreds, name in STATUS_CLASSES.items() if 100 * hundreds >= FAILED}
_FAILED_CLASSES |= {OTHER_CLASS}  # of 600 and above, though there are others
_MINUTE = timedelta(minutes=1)

_log = logging.getLogger(__name__)


def total(own: Service, asked: Search, first: Page | None, size: int) -> Total:
    """How many lines match: by figures where they are proven, else counted up to 10,001.

    ``first`` is the first page, of up to ``size`` lines, where there is no other before it. Where
    it has all lines, or there was no time to find so many, they are not looked at again. Else the
    newest are counted: of so many that it takes little time. If there are others, the number is
    unknown, but for how many it is more than.
    """
    proven = exact(own, asked)
    if proven is not None:
        return Total(value=proven, relation="exact", source="figures")
    shown = len(first.items) if first else 0
    if first and first.is_complete:
        return Total(value=shown, relation="at_least", source="counted")
    if first and shown < size:
        return _unknown(shown)
    return _counted(own, asked, shown)


def _counted(own: Service, asked: Search, shown: int) -> Total:
    """The newest lines, counted within half the time of a query; at least those ``shown``."""
    counted, is_whole = 0, True
    ends_at = time.monotonic() + own.conf.api.max_query_s / 2
    for question in asked.questions():
        try:
            lines, is_all = _of_feed(own, question, COUNTED_TO - counted, ends_at)
        except OutOfTimeError:
            return _unknown(max(shown, counted))
        counted, is_whole = counted + lines, is_whole and is_all
        if counted >= COUNTED_TO:
            return Total(value=COUNTED_TO, relation="at_least", source="counted")
    if is_whole:
        return Total(value=counted, relation="at_least", source="counted")
    return _unknown(max(shown, counted))


def _of_feed(own: Service, question: Question, most: int, ends_at: float) -> tuple[int, bool]:
    """How many lines of a feed match, up to ``most``, and whether none was left out for its age."""
    if question.is_told:
        return search.count(own.db, question, most, _left_s(ends_at)), True
    unread = replace(question, match={})
    candidates = search.count(own.db, unread, _LOOKED_AT + 1, _left_s(ends_at))
    lines = search.count_newest(own.db, question, _LOOKED_AT, _left_s(ends_at))
    return lines, candidates <= _LOOKED_AT


def _left_s(ends_at: float) -> float:
    return max(0.001, ends_at - time.monotonic())


def _unknown(lines: int) -> Total:
    return Total(value=lines or None, relation="unknown", source="none")


def plan(own: Service, asked: Search) -> Plan:
    """The index of each feed's question, and how many lines the figures say that it has."""
    questions = asked.questions()
    index = {question.feed: question.index for question in questions}
    return Plan(index=index, estimated=estimated(own, asked))


def estimated(own: Service, asked: Search) -> int | None:
    """How many lines the indexes lead to, of whole minutes; None where MySQL does not answer."""
    try:
        with own.mysql.cursor() as cursor:
            chosen = candidates(asked)
            return figures.total(cursor, chosen, chosen.table.lines)
    except UnreachableError as error:
        _log.warning("no estimate: %s", one_line(error))
        return None


def candidates(asked: Search) -> figures.Chosen:
    """The figures of the lines that the indexes lead to, in whole minutes."""
    is_failed = any(question.index == FAILED_TIME for question in asked.questions())
    table = TRAFFIC if is_failed else LEVELS
    keys: dict[str, Collection[str]] = {
        key.name: {value[: key.characters] for value in values}
        for key in (SERVICE, LEVEL)
        if key in table.keys and (values := asked.asked.required.get(key.name))
    }
    if is_failed:
        keys[STATUS_CLASS.name] = _FAILED_CLASSES
    since = asked.since.replace(second=0, microsecond=0)
    until = asked.until.replace(second=0, microsecond=0)
    until += _MINUTE if until < asked.until else timedelta()
    return figures.Chosen(table, [feed.name for feed in asked.feeds], since, until, keys)
