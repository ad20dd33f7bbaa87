"""How a rule stands over minutes whose figures may still change, and what is new in it.

Figures of a settled minute change until it is closed, as lines come that took longer. So the state
at the last minute that is final is kept, and what follows is evaluated again in each step, with the
figures of today. What was told and does not hold any more is withdrawn.
"""

from dataclasses import dataclass
from datetime import datetime

from millrace.alerts.evaluation import Minutes, State, Transition, evaluate
from millrace.alerts.measures import Metric
from millrace.alerts.rules import Rule


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
