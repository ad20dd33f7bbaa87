"""How many lines match, where the figures are known to be their number."""

import logging
from datetime import timedelta

from pymysql import MySQLError

from millrace.api import instants
from millrace.api.doubts import doubts
from millrace.api.row_facts import Rows, facts, look_s
from millrace.api.service import Search, Service
from millrace.config import Feed
from millrace.errors import UnreachableError, one_line
from millrace.io.mongo import search, standing
from millrace.io.mongo.question import SERVICE_TIME, Question
from millrace.io.mysql import figures
from millrace.io.mysql.standing import Counted, named
from millrace.records.tables import LEVEL, LEVELS, SERVICE, WINDOW_S, Key
from millrace.windows.key_matches import look_alikes, wanted

MINUTE = timedelta(seconds=WINDOW_S)

_log = logging.getLogger(__name__)


def exact(own: Service, asked: Search) -> int | None:
    """How many lines match, by figures; None where something may make it another number.

    The figures must be those of all lines, as `reconcile` found, and the documents those of the
    same lines: ``doubts`` says what speaks against it.
    """
    values = wanted(asked.asked)
    is_whole = all(instants.floor(time, MINUTE) == time for time in (asked.since, asked.until))
    if values is None or not is_whole:
        return None
    lines = 0
    try:
        for feed in asked.feeds:
            found = _of_feed(own, Rows(feed, LEVELS, asked.since, asked.until, values))
            if found is None:
                return None
            lines += found
    except (
        UnreachableError,
        MySQLError,
        standing.UnknownError,
        search.OutOfTimeError,
        figures.OutOfTimeError,
    ) as error:
        _log.info("no exact total: %s", one_line(error))
        return None
    return lines


def _of_feed(own: Service, rows: Rows) -> int | None:
    known = facts(own, rows)
    doubt = next(doubts(own, rows, known), None)
    if doubt:
        _log.debug("%s: no exact total: %s", rows.feed.name, doubt.detail)
        return None
    return known.counted.lines if are_told_apart(own, rows, known.counted) else None


def are_told_apart(own: Service, rows: Rows, counted: Counted) -> bool:
    """Whether the rows' keys are those of lines that have the same values in their fields.

    Not where a value has no name, or where others come to it. Raises OutOfTimeError where it takes
    too long to tell.
    """
    for key in rows.table.keys:
        values = set(rows.keys.get(key.name, ()))
        if values and counted.unnamed and not _are_named(own, rows.feed, key, values):
            return False
        if any(_has_look_alikes(own, rows, key, value) for value in values):
            return False
    return True


def _are_named(own: Service, feed: Feed, key: Key, values: set[str]) -> bool:
    """Whether each of the key's values is counted by name."""
    with own.mysql.cursor() as cursor:
        return key is LEVEL or values == named(cursor, feed.name, key, values)


def _has_look_alikes(own: Service, rows: Rows, key: Key, value: str) -> bool:
    """Whether lines have another text in a field, which comes to the same value of the key."""
    if key is LEVEL:
        return False  # There are five, and no others.
    alike, max_s = look_alikes(key, value), look_s(own)
    if key is SERVICE:
        times = {"timestamp": {"$gte": rows.since, "$lt": rows.until}}
        match = {"$or": [one | times for one in alike]}
        return standing.has_any(own.db, rows.feed.name, match, SERVICE_TIME, max_s)
    required = {name: values for name, values in rows.keys.items() if name != key.name}
    question = Question(rows.feed.name, {"$or": alike}, rows.since, rows.until, required)
    return bool(search.count(own.db, question, 1, max_s))
