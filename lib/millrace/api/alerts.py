"""/v1/alerts: rules of users over figures, how they stand, and what they would have done."""

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.convertors import StringConvertor, register_url_convertor

from millrace.alerts.measures import METRICS
from millrace.alerts.rules import Rule, RuleError
from millrace.api import instants
from millrace.api.alert_models import (
    AlertRule,
    AlertRules,
    Change,
    History,
    MetricOfRules,
    MetricsOfRules,
    Silence,
)
from millrace.api.documents import plain
from millrace.api.problems import ProblemError
from millrace.api.rule_minutes import watched_by
from millrace.api.rule_states import Shown
from millrace.api.service import From, Own, Service, To, operator, span
from millrace.io.mongo import alert_rules, alert_states
from millrace.io.mongo.alert_rules import StoredRule, TooManyError
from millrace.records.alerts import MOST_RULES

_LONGEST_SILENCE = timedelta(days=366)
_VERSION = re.compile(r'"(\d{1,9})"')

_ID = "[0-9a-f]{16}"


class _RuleIds(StringConvertor):
    """What can be the id of a rule: other names below the path are routes of their own."""

    regex = _ID


register_url_convertor("rule", _RuleIds())
router = APIRouter(prefix="/v1/alerts", tags=["alerts"])

RuleId = Annotated[str, Path(pattern=f"^{_ID}$", description="The rule's id.")]
IfMatch = Annotated[
    str | None,
    Header(max_length=64, description="The rule's `ETag`: its version in quotes."),
]
_OPERATOR = [Depends(operator)]

_log = logging.getLogger(__name__)


@router.get("", response_model=AlertRules)
def rules(own: Own) -> JSONResponse:
    """All rules, each with how it stands: its last value, and how far that can be trusted."""
    states, shown = alert_states.every(own.db), Shown(own)
    items = [shown.rule(one, states.get(one.id)) for one in alert_rules.every(own.db)]
    return JSONResponse(AlertRules(items=items).model_dump())


@router.get("/metrics", response_model=MetricsOfRules)
def metrics_of_rules(own: Own) -> JSONResponse:
    """The metrics that rules may watch, and what each is made of."""
    items = [
        MetricOfRules(
            name=metric.name,
            unit=metric.unit,
            formula=metric.formula,
            tables=[source.table.name for source in metric.sources],
            filters=[*dict.fromkeys(name for one in metric.sources for name in one.filters)],
            feeds=[
                feed.name
                for feed in own.conf.feeds
                if any(feed.layout in source.table.layouts for source in metric.sources)
            ],
        )
        for metric in METRICS.values()
    ]
    return JSONResponse(MetricsOfRules(items=items).model_dump())


@router.post("", response_model=AlertRule, status_code=201, dependencies=_OPERATOR)
def create(request: Request, own: Own, rule: Rule) -> JSONResponse:
    """Store a new rule. It is evaluated from the last settled minutes on."""
    checked(own, rule)
    try:
        made = alert_rules.create(own.db, rule, datetime.now(UTC))
    except TooManyError:
        raise ProblemError(409, f"there are {MOST_RULES} rules already: delete some") from None
    return _done(request, own, made, "created", 201)


@router.get("/{id:rule}", response_model=AlertRule)
def rule(own: Own, id: RuleId) -> JSONResponse:
    """One rule, with how it stands; `ETag` is its version."""
    return _answer(own, _found(own, id))


@router.put("/{id:rule}", response_model=AlertRule, dependencies=_OPERATOR)
def replace(
    request: Request, own: Own, id: RuleId, rule: Rule, if_match: IfMatch = None
) -> JSONResponse:
    """Put a rule in the place of the version that `If-Match` names.

    Where anything but the name and the severity changes, it is evaluated anew.
    """
    checked(own, rule)
    stored = _of_version(own, id, if_match)
    made = alert_rules.replace(own.db, id, stored.version, rule, datetime.now(UTC))
    if made is None:
        raise _changed()
    return _done(request, own, made, "replaced")


@router.delete("/{id:rule}", status_code=204, dependencies=_OPERATOR)
def delete(request: Request, own: Own, id: RuleId, if_match: IfMatch = None) -> Response:
    """Delete the version of a rule that `If-Match` names. What it fires is resolved."""
    stored = _of_version(own, id, if_match)
    if not alert_rules.delete(own.db, id, stored.version):
        raise _changed()
    _tell(request, stored, "deleted")
    return Response(status_code=204)


@router.get("/{id:rule}/history", response_model=History)
def history(
    own: Own,
    id: RuleId,
    from_: From = "now-7d",
    to: To = "now",
    size: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> JSONResponse:
    """When a rule began to fire and when it ended, the latest first; of deleted ones as well."""
    found = alert_states.history(own.db, id, span(from_, to), size + 1, own.conf.api.max_query_s)
    if not found:
        _found(own, id)
    items = [Change.model_validate(plain(row)) for row in found[:size]]
    return JSONResponse(History(items=items, is_cut=len(found) > size).model_dump())


@router.post("/{id:rule}/silence", response_model=AlertRule, dependencies=_OPERATOR)
def silence(request: Request, own: Own, id: RuleId, asked: Silence) -> JSONResponse:
    """Have the Alertmanager tell nobody of a rule until a time. It is evaluated all the same."""
    now = datetime.now(UTC)
    try:
        until = instants.instant(asked.until, now)
    except ValueError as error:
        raise ProblemError(422, f"until: {error}") from None
    if not now < until <= now + _LONGEST_SILENCE:
        raise ProblemError(422, "until: expected a time of the next year, as now+2h")
    return _silenced(request, own, id, until)


@router.post("/{id:rule}/unsilence", response_model=AlertRule, dependencies=_OPERATOR)
def unsilence(request: Request, own: Own, id: RuleId) -> JSONResponse:
    """End a rule's silence."""
    return _silenced(request, own, id, None)


def checked(own: Service, rule: Rule) -> None:
    """Raises ProblemError where the rule cannot be evaluated: it names the key."""
    try:
        watched_by(own, rule)
    except RuleError as error:
        raise ProblemError(422, str(error), nearest=list(error.nearest) or None) from None


def _silenced(request: Request, own: Service, id: str, until: datetime | None) -> JSONResponse:
    made = alert_rules.silence(own.db, id, until)
    if made is None:
        raise _missing(id)
    told = f"silenced until {until:%Y-%m-%dT%H:%MZ}" if until else "no longer silenced"
    return _done(request, own, made, told)


def _of_version(own: Service, id: str, if_match: str | None) -> StoredRule:
    """The rule, if it is of the version that the header names; raises ProblemError."""
    if if_match is None:
        raise ProblemError(428, "If-Match: expected the ETag of the rule as you know it")
    stored, given = _found(own, id), if_match.strip()
    match = _VERSION.fullmatch(given)
    if given != "*" and (match is None or int(match[1]) != stored.version):
        raise _changed()
    return stored


def _found(own: Service, id: str) -> StoredRule:
    stored = alert_rules.one(own.db, id)
    if stored is None:
        raise _missing(id)
    return stored


def _done(
    request: Request, own: Service, stored: StoredRule, what: str, status: int = 200
) -> JSONResponse:
    _tell(request, stored, what)
    return _answer(own, stored, status)


def _tell(request: Request, stored: StoredRule, what: str) -> None:
    """Has the log say what was done to which rule, by the request of which id."""
    request.state.told = f"alert rule {stored.id} {what}"
    _log.info("%s: alert rule %s %s", request.state.request_id, stored.id, what)


def _answer(own: Service, stored: StoredRule, status: int = 200) -> JSONResponse:
    made = Shown(own).rule(stored, alert_states.one(own.db, stored.id))
    headers = {"ETag": f'"{stored.version}"', "Location": f"/v1/alerts/{stored.id}"}
    return JSONResponse(made.model_dump(), status, headers)


def _missing(id: str) -> ProblemError:
    return ProblemError(404, f"no alert rule has the id {id}")


def _changed() -> ProblemError:
    return ProblemError(412, "If-Match: the rule is of another version by now: read it again")
