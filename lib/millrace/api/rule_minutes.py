"""A rule over the minutes that there are: what it asks of figures, read and evaluated."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from json import dumps

from millrace.alerts.evaluation import MINUTE, Minute, Minutes
from millrace.alerts.measures import DEAD_LETTERS
from millrace.alerts.rules import Rule, Watched, watched
from millrace.alerts.standing import Due, News, Standing, advance
from millrace.api.service import Service
from millrace.io.mongo import search
from millrace.io.mongo.dead_minutes import dead_minutes
from millrace.io.mysql import alert_minutes, figures
from millrace.records.alerts import LONGEST_MINUTES

_READ_S = 10
_SLOW_MINUTES = 15  # at once, where a day's cannot be read in time


def read_minutes(
    own: Service, asked: Watched, since: datetime, until: datetime, max_s: float
) -> dict[datetime, Minute]:
    """What figures say of the minutes between two times; raises OutOfTimeError of either server."""
    with own.mysql.cursor() as cursor:
        found = alert_minutes.minutes(cursor, asked, since, until, max_s)
    if asked.source.letters:
        dead = dead_minutes(own.db, asked.feeds, since, until, max_s)
        for start, count in dead.items():
            known = found.get(start, Minute())
            sums = {**known.sums, DEAD_LETTERS: count}
            found[start] = Minute(known.lines + count, sums)
    return found


def watched_by(own: Service, rule: Rule) -> Watched:
    """What the rule watches among the feeds of this configuration; raises RuleError."""
    layouts = {feed.name: feed.layout for feed in own.conf.feeds}
    return watched(rule, layouts, own.conf.api.hidden)


def digest(rule: Rule) -> str:
    """What stands for the rule's meaning: another one where it fires at other times."""
    return sha256(dumps(rule.meaning, sort_keys=True).encode()).hexdigest()[:16]


def advanced(
    own: Service, rule: Rule, asked: Watched, standing: Standing, due: Due
) -> tuple[Standing, Sequence[News]]:
    """The standing after what is due, a day of minutes at most, and the news of it.

    There are fewer minutes where a day's cannot be read in time. Raises OutOfTimeError of either
    server where not even those can.
    """
    since = standing.final.until - rule.window_minutes * MINUTE
    for most in (LONGEST_MINUTES, _SLOW_MINUTES):
        until = min(due.until, standing.latest.until + most * MINUTE)
        try:
            found = read_minutes(own, asked, since, until, _READ_S)
        except (figures.OutOfTimeError, search.OutOfTimeError):
            if most == _SLOW_MINUTES:
                raise
            continue
        minutes = Minutes(found, until, due.counted_until)
        return advance(rule, asked.metric, minutes, due.final_until, standing)
    raise AssertionError
