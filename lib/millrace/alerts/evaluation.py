"""Minutes of figures -> when a rule fires and when it ends: one function for all who ask.

Live, at close and in a preview it is the same. What it gives depends on the minutes alone, not on
the steps in which they come: sums are exact, and the state has nothing but what follows from the
minutes before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from millrace.alerts.measures import Metric, Number, Sums
from millrace.alerts.rules import Rule
from millrace.records.alerts import Cause, Kind, Status
from millrace.records.tables import WINDOW_S

MINUTE = timedelta(seconds=WINDOW_S)


@dataclass(frozen=True)
class Minute:
    """What figures say of a minute: how many lines there were, and the parts of the metric.

    The lines are those of the rule's feeds and services: where there are none, there is no data.
    """

    lines: int = 0
    sums: Sums = field(default_factory=dict)


_EMPTY = Minute()


@dataclass(frozen=True)
class Minutes:
    """Minutes of figures up to ``until``, by when they begin; one that is left out is empty.

    Those that end after ``counted_until`` are not settled, and have no data. There must be those
    that the first window to be evaluated needs: the rule's ``window_minutes``.
    """

    by_start: Mapping[datetime, Minute]
    until: datetime
    counted_until: datetime

    def to(self, until: datetime) -> "Minutes":
        """The same up to another time, where that is earlier."""
        return replace(self, until=min(self.until, until))


@dataclass(frozen=True)
class State:
    """How a rule stands after the minute that ends at ``until``.

    ``breaches`` is how many minutes in a row were one. ``since`` is the end of the minute in which
    it began to fire, or to be pending. ``value`` is that of the last window, None without data.
    """

    until: datetime
    status: Status = "ok"
    breaches: int = 0
    since: datetime | None = None
    value: float | None = None
    cause: Cause | None = None


@dataclass(frozen=True)
class Transition:
    """A rule began to fire, or ended, with the minute that ends ``at``; and what the value was."""

    kind: Kind
    at: datetime
    value: float | None
    cause: Cause | None


def evaluate(
    rule: Rule, metric: Metric, minutes: Minutes, state: State
) -> tuple[State, list[Transition]]:
    """The state after all minutes from ``state.until`` on, and what changed on the way."""
    transitions: list[Transition] = []
    window = _Window(rule, minutes, state.until)
    while state.until < minutes.until:
        end = state.until + MINUTE
        window.advance(end)
        value = None
        if window.lines and end <= minutes.counted_until:
            value = metric.value(window.sums)
        before, state = state, _next(rule, state, end, value)
        if before.status != "firing" and state.status == "firing":
            transitions.append(Transition("firing", end, value, state.cause))
        elif before.status == "firing" and state.status != "firing":
            transitions.append(Transition("resolved", end, value, before.cause))
    return state, transitions


def values(rule: Rule, metric: Metric, minutes: Minutes, since: datetime) -> Sequence[float | None]:
    """The metric's value at the end of each minute from ``since`` on, as ``evaluate`` sees it."""
    window, found, end = _Window(rule, minutes, since), [], since
    while end < minutes.until:
        end += MINUTE
        window.advance(end)
        has_data = window.lines and end <= minutes.counted_until
        found.append(metric.value(window.sums) if has_data else None)
    return found


def _next(rule: Rule, state: State, end: datetime, value: float | None) -> State:
    cause: Cause = "value"
    if value is not None:
        is_breach = rule.is_breach(value)
    elif rule.no_data == "keep":
        return replace(state, until=end, value=None)
    else:
        is_breach, cause = rule.no_data == "alert", "no_data"
    if not is_breach:
        return State(end, value=value)
    breaches = state.breaches + 1
    if state.status == "firing":
        return replace(state, until=end, breaches=breaches, value=value)
    if breaches >= rule.for_minutes:
        return State(end, "firing", breaches, end, value, cause)
    return State(end, "pending", breaches, state.since or end, value, cause)


class _Window:
    """The sums over the minutes of a window that moves on."""

    def __init__(self, rule: Rule, minutes: Minutes, end: datetime) -> None:
        self._minutes, self._length = minutes.by_start, rule.window_minutes * MINUTE
        self.lines = 0
        self.sums: dict[str, Number] = {}
        for number in range(1, rule.window_minutes + 1):
            self._add(end - number * MINUTE, 1)

    def advance(self, end: datetime) -> None:
        """Moves the window's end on by a minute."""
        self._add(end - MINUTE, 1)
        self._add(end - MINUTE - self._length, -1)

    def _add(self, start: datetime, sign: int) -> None:
        minute = self._minutes.get(start, _EMPTY)
        self.lines += sign * minute.lines
        for part, number in minute.sums.items():
            total = self.sums.get(part, 0) + sign * number
            if total:
                self.sums[part] = total
            else:
                self.sums.pop(part, None)
