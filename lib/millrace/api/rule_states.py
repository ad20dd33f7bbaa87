"""How rules stand, as answers say it: their values, and how far the minutes can be trusted."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pymysql import MySQLError

from millrace.alerts.evaluation import MINUTE, State
from millrace.alerts.rules import Rule, RuleError, Watched
from millrace.api.alert_models import AlertRule, Delivery, RuleState, Window
from millrace.api.buckets import Steps, buckets
from millrace.api.documents import time_text
from millrace.api.figure_models import Bucket
from millrace.api.rule_minutes import digest, watched_by
from millrace.api.service import Service
from millrace.errors import UnreachableError
from millrace.io.mongo import search
from millrace.io.mongo.alert_rules import StoredRule
from millrace.io.mongo.alert_states import StoredState
from millrace.io.mysql import figures, standing
from millrace.io.mysql.figures import Chosen
from millrace.records.tables import Table

_Place = tuple[str, tuple[str, ...], datetime, datetime]


class Shown:
    """Makes the answers of one request; what several rules share is asked once."""

    def __init__(self, own: Service) -> None:
        self._own = own
        self._known: dict[_Place, Bucket | None] = {}

    def rule(self, stored: StoredRule, state: StoredState | None) -> AlertRule:
        """A rule and how it stands."""
        fault, asked = None, None
        try:
            asked = watched_by(self._own, stored.rule)
            fault = self._unsettled(stored.rule, asked)
        except RuleError as error:
            fault = str(error)
        is_its_own = state is not None and state.meaning == digest(stored.rule)
        shown = None
        if asked and state and is_its_own and stored.rule.enabled:
            shown = self._state(stored, asked, state)
        return AlertRule(
            id=stored.id,
            version=stored.version,
            rule=stored.rule,
            created_at=time_text(stored.created_at),
            updated_at=time_text(stored.updated_at),
            silenced_until=_silence(stored.silenced_until),
            fault=fault,
            state=shown,
            delivery=self._delivery(state, shown),
        )

    def _unsettled(self, rule: Rule, asked: Watched) -> str | None:
        """Why no minute of the rule is settled, where a feed has no topic; else None.

        By the clock a rule is evaluated all the same.
        """
        if not rule.enabled or rule.no_data == "alert":
            return None
        watched = (feed for feed in self._own.conf.feeds if feed.name in asked.feeds)
        for feed in watched:
            if self._own.settlement.lacks_topic(feed):
                return (
                    f"feed {feed.name}: Kafka has no topic {feed.topic}, so none of its minutes is"
                    " evaluated: create the topic, or choose other feeds"
                )
        return None

    def trust(
        self, table: Table, feeds: Sequence[str], since: datetime, until: datetime
    ) -> Bucket | None:
        """How far the minutes of a table can be trusted, all together; None if MySQL is away."""
        place = (table.name, tuple(feeds), since, until)
        if place not in self._known:
            try:
                self._known[place] = self._trust(table, feeds, since, until)
            except (
                UnreachableError,
                MySQLError,
                figures.OutOfTimeError,
                search.OutOfTimeError,
            ):
                self._known[place] = None
        return self._known[place]

    def _trust(
        self, table: Table, feeds: Sequence[str], since: datetime, until: datetime
    ) -> Bucket:
        own, steps = self._own, Steps(since, until, until - since)
        chosen = Chosen(table, feeds, since, until)
        configured = [feed for feed in own.conf.feeds if feed.name in feeds]
        with own.mysql.cursor() as cursor:
            counted = standing.counted(cursor, chosen, own.conf.api.max_query_s)
            revised = [0] if counted.is_revised else []
            (found,) = buckets(own, cursor, table, configured, steps, revised)
        return found

    def _state(self, stored: StoredRule, asked: Watched, state: StoredState) -> RuleState:
        latest: State = state.standing.latest
        since = latest.until - stored.rule.window_minutes * MINUTE
        table = asked.source.table
        return RuleState(
            status=latest.status,
            since=time_text(latest.since) if latest.since else None,
            value=latest.value,
            cause=latest.cause,
            evaluated_until=time_text(latest.until),
            counted_until=time_text(state.standing.counted_until),
            final_until=time_text(state.standing.final.until),
            window=Window(
                since=time_text(since),
                until=time_text(latest.until),
                table=table.name,
                trust=self.trust(table, asked.feeds, since, latest.until),
            ),
        )

    def _delivery(self, state: StoredState | None, shown: RuleState | None) -> Delivery:
        if self._own.conf.api.alertmanager_url is None:
            return Delivery(state="off", sent_at=None)
        if state and state.sent:
            return Delivery(state="sent", sent_at=time_text(state.sent.at))
        is_waiting = shown is not None and shown.status == "firing"
        return Delivery(state="waiting" if is_waiting else "none", sent_at=None)


def _silence(until: datetime | None) -> str | None:
    """Until when it is silenced, where that is not over."""
    return time_text(until) if until and until > datetime.now(UTC) else None
