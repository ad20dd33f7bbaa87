"""Evaluates the rules of users, minute by minute, as one of all processes that could."""

import logging
import os
import secrets
import socket
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from json import dumps

from pymongo.errors import PyMongoError
from pymysql import MySQLError

from millrace.alerts.evaluation import MINUTE, Minute, Minutes, State
from millrace.alerts.measures import DEAD_LETTERS
from millrace.alerts.rules import Rule, RuleError, Watched, watched
from millrace.alerts.standing import News, Standing, advance
from millrace.api.service import Service
from millrace.api.settled import Reached, together
from millrace.config import ConfigurationError
from millrace.errors import one_line
from millrace.io.mongo import alert_rules, alert_states, leases, search
from millrace.io.mongo.alert_rules import StoredRule
from millrace.io.mongo.alert_states import OvertakenError, StoredState
from millrace.io.mongo.dead_minutes import dead_minutes
from millrace.io.mysql import alert_minutes, figures
from millrace.records.alerts import LONGEST_MINUTES, OVERDUE_S, SETTLE_S
from millrace.records.received import EPOCH
from millrace.telemetry import metrics

LEASE, LEASE_S = "alerts", 20
KEPT = timedelta(minutes=15)
"""How long an alert stays with the Alertmanager that nobody sends again."""

_READ_S = 10
_SLOW_MINUTES = 15  # at once, where a day's cannot be read in time

_log = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class _Due:
    """What is to be evaluated of a rule: up to when, and up to when for good."""

    until: datetime
    counted_until: datetime
    final_until: datetime


class Evaluator:
    """Evaluates all rules whose minutes are settled, while it has the lease."""

    def __init__(self, own: Service) -> None:
        self._own = own
        self._holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._reached: dict[tuple[str, bool], Reached] = {}
        self._oldest: datetime | None = None
        self.is_holder = False

    def step(self) -> None:
        """Evaluates what is due; raises errors of MongoDB's and of MySQL's where they are away."""
        self.is_holder = False
        self.is_holder = leases.hold(self._own.db, LEASE, self._holder, LEASE_S)
        rules = [one for one in alert_rules.every(self._own.db) if one.rule.enabled]
        states = alert_states.every(self._own.db)
        if self.is_holder:
            now, asked = datetime.now(UTC), self._watched(rules)
            self._look(asked.values(), now)
            for rule in rules:
                if rule.id in asked:
                    self._take(rule, asked[rule.id], states, now)
        self._oldest = min((_evaluated_until(one, states) for one in rules), default=None)

    def release(self) -> None:
        """Gives the lease back, so that another one need not wait for its end."""
        if self.is_holder:
            leases.release(self._own.db, LEASE, self._holder)

    def lag_s(self) -> float:
        """How long ago the last minute ended up to which every rule is evaluated; 0 of no rule."""
        oldest = self._oldest
        return (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0

    def _watched(self, rules: Iterable[StoredRule]) -> dict[str, Watched]:
        found = {}
        for one in rules:
            try:
                found[one.id] = watched_by(self._own, one.rule)
            except RuleError as error:
                _log.warning("alert rule %s cannot be evaluated: %s", one.id, one_line(error))
        return found

    def _look(self, asked: Collection[Watched], now: datetime) -> None:
        """Asks how far feeds are, once a further minute of theirs may be settled."""
        feeds = {feed.name: feed for feed in self._own.conf.feeds}
        for name, letters in {(name, one.source.letters) for one in asked for name in one.feeds}:
            known = self._reached.get((name, letters))
            if known and now < known.settled + MINUTE + timedelta(seconds=SETTLE_S):
                continue
            with self._own.mysql.cursor() as cursor:
                found = self._own.settlement.reached(cursor, feeds[name], with_letters=letters)
            if found:
                self._reached[name, letters] = found

    def _take(
        self, rule: StoredRule, asked: Watched, states: dict[str, StoredState], now: datetime
    ) -> None:
        """Evaluates a rule; one that fails does not keep others from it."""
        letters = asked.source.letters
        reached = together([self._reached.get((feed, letters)) for feed in asked.feeds])
        try:
            if found := self._evaluated(rule, asked, states.get(rule.id), reached, now):
                states[rule.id] = found
        except OvertakenError:
            _log.info("alert rule %s: another process has evaluated it meanwhile", rule.id)
        except (
            ConfigurationError,
            MySQLError,
            PyMongoError,
            figures.OutOfTimeError,
            search.OutOfTimeError,
        ) as error:
            _log.warning("alert rule %s is not evaluated: %s", rule.id, one_line(error))

    def _evaluated(
        self,
        rule: StoredRule,
        asked: Watched,
        before: StoredState | None,
        reached: Reached | None,
        now: datetime,
    ) -> StoredState | None:
        """The rule's state after what is due; None where nothing is."""
        meaning = digest(rule.rule)
        known = before.standing if before and before.meaning == meaning else None
        due = _due(rule.rule, known, reached, now)
        if due is None:
            return None
        standing = known or Standing.at(due.until - rule.rule.for_minutes * MINUTE)
        if due.until <= standing.latest.until and due.final_until <= standing.final.until:
            return None
        after, news = self._advanced(rule.rule, asked, standing, due)
        metrics.ALERT_EVALUATIONS.inc(
            max(0, (after.latest.until - standing.latest.until) // MINUTE)
        )
        alert_states.add_history(self._own.db, rule, meaning, news, now)
        kept = before or StoredState(rule.id, meaning, 0, standing)
        missed = _missed(news)
        if missed and not kept.sent:
            kept = replace(kept, missed=missed, missed_until=now + KEPT)
        elif known is None:
            kept = replace(kept, missed=None, missed_until=None)
        state = replace(kept, meaning=meaning, standing=after)
        alert_states.save(self._own.db, state)
        for one in news:
            _log.info("alert rule %s: %s", rule.id, _told(one))
        return replace(state, revision=state.revision + 1)

    def _advanced(
        self, rule: Rule, asked: Watched, standing: Standing, due: _Due
    ) -> tuple[Standing, Sequence[News]]:
        """The standing after a day of minutes at most; of fewer where that takes too long."""
        since = standing.final.until - rule.window_minutes * MINUTE
        for most in (LONGEST_MINUTES, _SLOW_MINUTES):
            until = min(due.until, standing.latest.until + most * MINUTE)
            try:
                found = read_minutes(self._own, asked, since, until, _READ_S)
            except (figures.OutOfTimeError, search.OutOfTimeError):
                if most == _SLOW_MINUTES:
                    raise
                continue
            minutes = Minutes(found, until, due.counted_until)
            return advance(rule, asked.metric, minutes, due.final_until, standing)
        raise AssertionError


def _due(rule: Rule, known: Standing | None, reached: Reached | None, now: datetime) -> _Due | None:
    """What of the rule is due: settled minutes, and by the clock those without data.

    None where it is not known what is settled.

    A rule that does not alert on missing data waits until minutes are settled: an outage of
    `aggregate` is no reason to end an alert.
    """
    counted = max(reached.settled if reached else EPOCH, known.counted_until if known else EPOCH)
    overdue = (now - timedelta(seconds=OVERDUE_S)).replace(second=0, microsecond=0)
    until = max(counted, overdue) if rule.no_data == "alert" else counted
    if until == EPOCH:
        return None
    return _Due(until, counted, reached.final if reached else EPOCH)


def _missed(news: Sequence[News]) -> State | None:
    """The last time of firing that had ended when it was found."""
    found, firing = None, None
    for one in news:
        own = one.transition
        if one.is_withdrawn:
            continue
        if own.kind == "firing":
            firing = own
        elif firing:
            found = State(own.at, "firing", 0, firing.at, firing.value, firing.cause)
            firing = None
    return found


def _evaluated_until(rule: StoredRule, states: Mapping[str, StoredState]) -> datetime:
    state = states.get(rule.id)
    if state is None or state.meaning != digest(rule.rule):
        return rule.updated_at
    return state.standing.latest.until


def _told(news: News) -> str:
    own = news.transition
    withdrawn = "withdrawn: " if news.is_withdrawn else ""
    return f"{withdrawn}{own.kind} at {own.at:%Y-%m-%dT%H:%MZ}, value {own.value}"
