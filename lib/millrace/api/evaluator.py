"""Evaluates the rules of users, minute by minute, as one of all processes that could."""

import logging
import os
import secrets
import socket
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pymongo.errors import PyMongoError
from pymysql import MySQLError

from millrace.alerts.evaluation import MINUTE
from millrace.alerts.rules import RuleError, Watched
from millrace.alerts.standing import Due, News, Reached, Standing, missed_of, together
from millrace.api.rule_minutes import advanced, digest, watched_by
from millrace.api.service import Service
from millrace.config import ConfigurationError
from millrace.errors import one_line
from millrace.io.mongo import alert_rules, alert_states, leases, search
from millrace.io.mongo.alert_rules import StoredRule
from millrace.io.mongo.alert_states import OvertakenError, StoredState
from millrace.io.mysql import figures
from millrace.records.alerts import KEPT_S, SETTLE_S
from millrace.telemetry import metrics

LEASE, LEASE_S = "alerts", 20

_log = logging.getLogger(__name__)


class Evaluator:
    """Evaluates all rules whose minutes are settled, while it has the lease."""

    def __init__(self, own: Service) -> None:
        self._own = own
        self._holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._reached: dict[tuple[str, bool], Reached] = {}
        self._oldest: datetime | None = None
        self._held_at = 0.0
        self._failing: set[str] = set()
        self.is_holder = False

    def step(self) -> None:
        """Evaluates what is due; raises errors of MongoDB's and of MySQL's where they are away."""
        self.is_holder = self._hold()
        rules = [one for one in alert_rules.every(self._own.db) if one.rule.enabled]
        states = alert_states.every(self._own.db)
        if self.is_holder:
            now, asked = datetime.now(UTC), self._watched(rules)
            self._look(asked.values(), now)
            for rule in rules:
                if rule.id in asked and self._holds_on():
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

    def _hold(self) -> bool:
        self.is_holder, self._held_at = False, time.monotonic()
        return leases.hold(self._own.db, LEASE, self._holder, LEASE_S)

    def _holds_on(self) -> bool:
        """Whether it has the lease still, which it renews in time where rules take long."""
        if self.is_holder and time.monotonic() - self._held_at > LEASE_S / 4:
            self.is_holder = self._hold()
        return self.is_holder

    def _watched(self, rules: Iterable[StoredRule]) -> dict[str, Watched]:
        found = {}
        for one in rules:
            try:
                found[one.id] = watched_by(self._own, one.rule)
            except RuleError as error:
                self._fails(one, error)
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
            self._failing.discard(rule.id)
        except OvertakenError:
            _log.info("alert rule %s: another process has evaluated it meanwhile", rule.id)
        except (
            ConfigurationError,
            MySQLError,
            PyMongoError,
            figures.OutOfTimeError,
            search.OutOfTimeError,
        ) as error:
            self._fails(rule, error)

    def _fails(self, rule: StoredRule, error: Exception) -> None:
        """Says why a rule is not evaluated, once until it is again."""
        if rule.id not in self._failing:
            _log.warning("alert rule %s is not evaluated: %s", rule.id, one_line(error))
        self._failing.add(rule.id)

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
        due = Due.of(rule.rule, known, reached, now)
        if due is None:
            return None
        standing = known or Standing.at(due.until - rule.rule.for_minutes * MINUTE)
        if due.until <= standing.latest.until and due.final_until <= standing.final.until:
            return None
        after, news = advanced(self._own, rule.rule, asked, standing, due)
        metrics.ALERT_EVALUATIONS.inc(
            max(0, (after.latest.until - standing.latest.until) // MINUTE)
        )
        alert_states.add_history(self._own.db, rule, meaning, news, now)
        kept = before or StoredState(rule.id, meaning, 0, standing)
        missed = missed_of(news)
        if missed and not kept.sent:
            kept = replace(kept, missed=missed, missed_until=now + timedelta(seconds=KEPT_S))
        elif known is None:
            kept = replace(kept, missed=None, missed_until=None)
        state = replace(kept, meaning=meaning, standing=after)
        alert_states.save(self._own.db, state)
        for one in news:
            _log.info("alert rule %s: %s", rule.id, _told(one))
        return replace(state, revision=state.revision + 1)


def _evaluated_until(rule: StoredRule, states: Mapping[str, StoredState]) -> datetime:
    state = states.get(rule.id)
    if state is None or state.meaning != digest(rule.rule):
        return rule.updated_at
    return state.standing.latest.until


def _told(news: News) -> str:
    own = news.transition
    withdrawn = "withdrawn: " if news.is_withdrawn else ""
    return f"{withdrawn}{own.kind} at {own.at:%Y-%m-%dT%H:%MZ}, value {own.value}"
