"""The outcome of a reconcile, in numbers."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

COLLECTION = "reconciliations"
WAREHOUSE = "/warehouse"
"""In place of a feed's name, which has no slash: the verdict on the warehouse."""

Fault = Literal[
    "missing",
    "doubled",
    "in_both",
    "never_committed",
    "forgotten",
    "lost",
    "differing",
    "uncompared",
    "undeleted",
    "misjoined",
]


@dataclass(frozen=True)
class Advice:
    """What mends some kinds of fault, in words; ``command`` is what to type, where there is one."""

    faults: tuple[Fault, ...]
    text: str
    command: str | None = None

    @classmethod
    def to_run(cls, faults: tuple[Fault, ...], command: str) -> "Advice":
        """That of a command which mends the faults by itself."""
        return cls(faults, f"fix: {command}", command)


@dataclass(frozen=True)
class Reconciliation:
    """Whether a feed's reconcile held, when it ended, what was wrong, and what mends it.

    It looked at what was received from ``since`` on. ``faults`` counts lines, but for
    ``differing``, windows of a table, ``uncompared``, 1 where no window could be compared, and
    ``misjoined``, facts of the warehouse. Of an entity, in place of a feed, ``missing``,
    ``differing`` and ``undeleted`` count keys.
    """

    feed: str
    since: datetime
    ended_at: datetime
    holds: bool
    faults: dict[Fault, int]
    advice: tuple[Advice, ...] = ()

    @property
    def mending(self) -> list[Advice]:
        """What mends each fault that was found.

        A reconcile of an earlier version kept no advice: the next one does.
        """
        told = {fault for one in self.advice for fault in one.faults}
        rest = tuple(fault for fault, count in self.faults.items() if count and fault not in told)
        again = Advice.to_run(rest, f"millrace reconcile --feed {self.feed}")
        return [*self.advice, again] if rest else [*self.advice]


ALL = datetime(1970, 1, 1, tzinfo=UTC)  # ``since`` of one that looked at everything


def kept(before: Reconciliation | None, new: Reconciliation) -> Reconciliation:
    """What is to be kept of a feed: one that failed stays until one that reaches as far back holds.

    Else a loss would be forgotten, unmended, once a later one looks at later hours alone.
    """
    if before is None or before.holds or new.since <= before.since:
        return new
    if new.holds:
        return replace(before, ended_at=new.ended_at)
    return replace(new, since=before.since)
