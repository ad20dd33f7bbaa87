"""Tells the Alertmanager which rules fire, which fire no more, and which are silenced."""

import logging
from datetime import UTC, datetime, timedelta

from millrace.alerts.evaluation import State
from millrace.alerts.messages import RULE_LABEL, Message, message
from millrace.alerts.rules import RuleError
from millrace.api.rule_minutes import digest, watched_by
from millrace.api.service import Service
from millrace.errors import ConfigurationError, UnreachableError, one_line
from millrace.io.alertmanager import Alertmanager
from millrace.io.mongo import alert_rules, alert_states
from millrace.io.mongo.alert_rules import StoredRule
from millrace.io.mongo.alert_states import Sent, StoredState
from millrace.records.alerts import KEPT_S
from millrace.telemetry import metrics

_AGAIN = timedelta(seconds=60)

_log = logging.getLogger(__name__)


class Deliverer:
    """Brings what the Alertmanager has in line with how rules stand: what fails is tried again.

    It has a state of its own in MongoDB, what was sent, so that nothing is new to it twice.
    """

    def __init__(self, own: Service) -> None:
        self._own = own
        url = own.conf.api.alertmanager_url
        self._manager = Alertmanager(url) if url else None
        self._is_failing = False

    def step(self) -> bool:
        """Sends what is due; False where the Alertmanager did not take all of it.

        Raises errors of MongoDB's where it is away.
        """
        db, now = self._own.db, datetime.now(UTC)
        rules = {one.id: one for one in alert_rules.every(db) if one.rule.enabled}
        states = alert_states.every(db)
        fault: ConfigurationError | None = None
        for state in states.values():
            try:
                self._silence(state, rules.get(state.id), now)
                self._deliver(state, rules.get(state.id), now)
            except ConfigurationError as error:
                metrics.ALERT_FAILURES.inc()
                fault = error
                if isinstance(error, UnreachableError):
                    break  # One that refuses an alert may take the others.
        if fault and not self._is_failing:
            _log.warning("alerts are not delivered: %s", one_line(fault))
        self._is_failing = fault is not None
        return fault is None

    def _deliver(self, state: StoredState, rule: StoredRule | None, now: datetime) -> None:
        db, wanted = self._own.db, self._wanted(state, rule, now)
        sent = state.sent
        if self._manager and sent and (wanted is None or wanted[0].labels != sent.labels):
            over = Message(sent.labels, {}, self._own.conf.api.address)
            self._manager.post([(over, sent.starts_at, now)])
            sent = None
            alert_states.note_sent(db, state.id, None)
        if self._manager and wanted and (sent is None or now - sent.at >= _AGAIN):
            told, starts_at, ends_at = wanted
            self._manager.post([(told, starts_at, ends_at)])
            alert_states.note_sent(db, state.id, Sent(dict(told.labels), starts_at, now))
        if rule is None:
            alert_states.forget(db, state.id)

    def _wanted(
        self, state: StoredState, rule: StoredRule | None, now: datetime
    ) -> tuple[Message, datetime, datetime] | None:
        """The alert that the Alertmanager is to have, with its times; None where it is none."""
        firing, ends_at = _firing(state, now)
        if rule is None or firing is None or state.meaning != digest(rule.rule):
            return None
        try:
            asked = watched_by(self._own, rule.rule)
        except RuleError:
            return None
        told = message(rule.id, rule.rule, asked, firing, self._own.conf.api.address)
        return told, firing.since or firing.until, ends_at

    def _silence(self, state: StoredState, rule: StoredRule | None, now: datetime) -> None:
        until = rule.silenced_until if rule else None
        if until and until <= now:
            until = None
        if self._manager is None or until == state.silence:
            return
        if until or (state.silence and state.silence > now):
            self._manager.silence(RULE_LABEL, state.id, until, now)
        alert_states.note_silence(self._own.db, state.id, until)


def _firing(state: StoredState, now: datetime) -> tuple[State | None, datetime]:
    """What fires, and until when that holds if nothing more is said.

    What had ended when it was found is told for some minutes, or nobody would hear of it.
    """
    latest = state.standing.latest
    if latest.status == "firing":
        return latest, now + timedelta(seconds=KEPT_S)
    if state.missed and state.missed_until and now < state.missed_until:
        return state.missed, state.missed_until
    return None, now
