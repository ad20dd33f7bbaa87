"""What is said of a rule that fires: labels, annotations, and links to the lines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from millrace.alerts.evaluation import State
from millrace.alerts.rules import Rule, Watched
from millrace.records.names import OTHER
from millrace.records.printable import printable
from millrace.records.tables import NO_VALUE
from millrace.search import quoted

RULE_LABEL = "rule"
_LONGEST_LABEL = 200
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_WHERE = {
    "error_ratio": "level:(ERROR OR FATAL)",
    "server_error_ratio": "status_code:[500 TO 599]",
    "p95_ms": "response_time_ms:*",
    "anomalies": "anomaly.score:>0",
    "revenue": "details.amount:*",
}


@dataclass(frozen=True)
class Message:
    """An alert as the Alertmanager takes it, without its times.

    The labels name the alert: they follow from the rule alone, so that one that fires on is the
    same. ``source`` is where the rule can be seen.
    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    source: str


def message(id: str, rule: Rule, watched: Watched, state: State, address: str) -> Message:
    """What is said of a rule that fires as ``state`` says, by an API at ``address``.

    What comes of lines or of people is printable in it, whatever is in there.
    """
    name, since = _shown(rule.name), state.since or state.until
    links = _links(rule, watched, since, state.until, address)
    labels = {"alertname": name, RULE_LABEL: id, "metric": rule.metric, "severity": rule.severity}
    chosen = {"feed": watched.feeds, **watched.keys}
    labels |= {key: _shown(values[0]) for key, values in chosen.items() if len(values) == 1}
    annotations = {
        "summary": f"{name}: {_value(rule, state)}",
        "description": f"{watched.metric.name} {rule.bounds} ({watched.metric.formula}), over"
        f" {_minutes(rule.window_minutes)}, in {_minutes(rule.for_minutes)} in a row; fires since"
        f" {since.astimezone(UTC):{_TIME}}, evaluated until {state.until.astimezone(UTC):{_TIME}}.",
        **links,
    }
    return Message(labels, annotations, f"{address}/console/alerts?{urlencode({'rule': id})}")


def lines_query(rule: Rule, watched: Watched) -> str:
    """The query of the lines that the rule's figures count, or of those that make it fire."""
    return " ".join(_terms(rule, watched))


def _terms(rule: Rule, watched: Watched) -> Iterator[str]:
    if rule.query:
        yield rule.query
    elif rule.metric in _WHERE:
        yield _WHERE[rule.metric]
    for key, values in rule.filter.keys.items():
        # Those two stand for lines without a value, and for all values that have no name.
        named = [quoted(value) for value in values if value not in (NO_VALUE, OTHER)]
        if len(named) == len(values):
            yield f"{key}:{named[0]}" if len(named) == 1 else f"{key}:({' OR '.join(named)})"


def _links(
    rule: Rule, watched: Watched, since: datetime, until: datetime, address: str
) -> dict[str, str]:
    began = since - timedelta(minutes=rule.window_minutes + rule.for_minutes - 1)
    asked = {
        "from": f"{began.astimezone(UTC):{_TIME}}",
        "to": f"{until.astimezone(UTC):{_TIME}}",
        "feed": ",".join(watched.feeds),
        "q": lines_query(rule, watched),
    }
    page = "logs"
    if watched.source.letters:
        page = "dead-letters"
        del asked["q"]
    query = urlencode(asked)
    return {
        "lines_url": f"{address}/console/{page}?{query}",
        "api_url": f"{address}/v1/{page}?{query}",
    }


def _value(rule: Rule, state: State) -> str:
    if state.value is None:
        return f"no data of {rule.metric}"
    return f"{rule.metric} is {state.value:.6g} ({rule.bounds})"


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


def _shown(text: str) -> str:
    return printable(text)[:_LONGEST_LABEL]
