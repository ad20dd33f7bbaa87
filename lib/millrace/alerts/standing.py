"""How a rule stands over minutes whose figures may still change, and what is new in it.

Figures of a settled minute change until it is closed, as lines come that took longer. So the state
at the last minute that is final is kept, and what follows is evaluated again in each step, with the
figures of today. What was told and does not hold any more is withdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from millrace.alerts.evaluation import Minutes, State, Transition, evaluate
from millrace.alerts.measures import Metric
from millrace.alerts.rules import Rule
from millrace.records.alerts import OVERDUE_S
from millrace.records.received import EPOCH


@dataclass(frozen=True)
class Standing:
    """The state after the last final minute, and after the last one.

    ``told`` are the transitions between them. Minutes up to ``counted_until`` are settled.
    """

    final: State
    latest: State
    told: tuple[Transition, ...]
    counted_until: datetime

    @classmethod
    def at(cls, time: datetime) -> "Standing":
        """That of a rule which is evaluated from ``time`` on."""
        return cls(State(time), State(time), (), time)


@dataclass(frozen=True)
class News:
    """A transition that was not told before; a withdrawn one was, and does not hold.

    ``is_correction`` says that figures changed of minutes that had been evaluated.
    """

    transition: Transition
    is_withdrawn: bool = False
    is_correction: bool = False


def advance(
    rule: Rule, metric: Metric, minutes: Minutes, final_until: datetime, before: Standing
) -> tuple[Standing, list[News]]:
    """How the rule stands after ``minutes``, those up to ``final_until`` for good, and the news."""
    final_until = min(final_until, minutes.counted_until)
    final, first = evaluate(rule, metric, minutes.to(final_until), before.final)
    latest, then = evaluate(rule, metric, minutes, final)
    known = {(one.kind, one.at) for one in before.told}
    found = {(one.kind, one.at) for one in (*first, *then)}
    news = [
        News(one, is_correction=one.at <= before.latest.until)
        for one in (*first, *then)
        if (one.kind, one.at) not in known
    ]
    withdrawn = [
        News(one, is_withdrawn=True, is_correction=True)
        for one in before.told
        if (one.kind, one.at) not in found
    ]
    return Standing(final, latest, tuple(then), minutes.counted_until), withdrawn + news


@dataclass(frozen=True)
class Reached:
    """Up to when minutes are settled, and up to when they are final.

    Settled: all lines are counted that were received half a minute after their end. Final: no line
    changes their figures any more but one that is late.
    """

    settled: datetime
    final: datetime


def together(reached: Sequence[Reached | None]) -> Reached | None:
    """How far all of them are; None where one does not tell."""
    known = [one for one in reached if one is not None]
    if len(known) < len(reached):
        return None
    return Reached(min(one.settled for one in known), min(one.final for one in known))


@dataclass(frozen=True)
class Due:
    """What is to be evaluated of a rule: up to when, and up to when for good."""

    until: datetime
    counted_until: datetime
    final_until: datetime

    @classmethod
    def of(
        cls, rule: Rule, before: Standing | None, reached: Reached | None, now: datetime
    ) -> "Due | None":
        """What is due now of a rule that stands so: settled minutes, and by the clock others.

        A rule that alerts on missing data has none of minutes that are not settled in time. Others
        wait: an outage of `aggregate` ends no alert. None where it is not known what is settled.
        """
        counted = before.counted_until if before else None
        if reached:
            counted = max(reached.settled, counted or reached.settled)
        until = counted
        if rule.no_data == "alert":
            overdue = (now - timedelta(seconds=OVERDUE_S)).replace(second=0, microsecond=0)
            until = max(overdue, counted or overdue)
        if until is None:
            return None
        return cls(until, counted or EPOCH, reached.final if reached else EPOCH)


def missed_of(news: Sequence[News]) -> State | None:
    """The last time of firing that had ended when it was found; None where there was none."""
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
