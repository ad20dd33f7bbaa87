"""What a report is made of: figures, some lines, and how far to trust each of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """The rows that answer one question; ``is_cut`` where there are more.

    Where it could not be answered, ``problem`` says why.
    """

    rows: Sequence[Row] = ()
    is_cut: bool = False
    problem: str | None = None


@dataclass(frozen=True)
class StepTrust:
    """Of a step of a table: open, closed or revised; equal, late, differs or unknown."""

    state: str
    proof: str
    late_lines: int


_WORST_STATES = ("open", "revised", "closed")
_WORST_PROOFS = ("differs", "unknown", "late", "equal")


def worst(trusts: Sequence[StepTrust]) -> StepTrust:
    """What can be said of a number that is of all of these; there must be one."""
    return StepTrust(
        min((one.state for one in trusts), key=_WORST_STATES.index),
        min((one.proof for one in trusts), key=_WORST_PROOFS.index),
        sum(one.late_lines for one in trusts),
    )


@dataclass(frozen=True)
class TableTrust:
    """How far the figures of a table can be trusted, step by step.

    Where that could not be read, ``problem`` says why, and there are no steps.
    """

    steps: Sequence[StepTrust] = ()
    problem: str | None = None

    @property
    def states(self) -> Counter[str]:
        """How many steps are in which state."""
        return Counter(one.state for one in self.steps)

    @property
    def proofs(self) -> Counter[str]:
        """How many steps have which proof."""
        return Counter(one.proof for one in self.steps)

    @property
    def late_lines(self) -> int:
        """How many lines the figures lack, as they came too late to be counted."""
        return sum(one.late_lines for one in self.steps)


@dataclass(frozen=True)
class FeedStanding:
    """How far a feed's lines are counted in figures, and what its last reconcile found.

    ``counted_until`` and ``lag_lines`` are None where Kafka does not answer, ``ended_at`` where the
    feed was never reconciled.
    """

    name: str
    counted_until: datetime | None
    lag_lines: int | None
    holds: bool | None = None
    since: datetime | None = None
    ended_at: datetime | None = None
    faults: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """All that a report says of the steps from ``since`` to ``until``, as of one moment of MySQL's.

    ``parts`` are by name: what a feed does not have, or the configuration hides, is not there.
    ``trust`` is by table. ``zone`` is the IANA name of the zone that times are shown in.
    """

    since: datetime
    until: datetime
    step: timedelta
    as_of: datetime
    zone: str
    version: str
    feeds: Sequence[FeedStanding]
    trust: Mapping[str, TableTrust]
    parts: Mapping[str, Part]

    @property
    def starts(self) -> list[datetime]:
        """When each step begins."""
        count = (self.until - self.since) // self.step
        return [self.since + number * self.step for number in range(count)]
