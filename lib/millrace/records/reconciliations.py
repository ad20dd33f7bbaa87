"""The outcome of a reconcile, in numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

COLLECTION = "reconciliations"

Fault = Literal["missing", "doubled", "in_both", "never_committed", "forgotten", "differing"]
FAULTS: tuple[Fault, ...] = get_args(Fault)


@dataclass(frozen=True)
class Reconciliation:
    """Whether a feed's reconcile held, when it ended, and what was wrong.

    ``faults`` counts lines, but for ``differing``: windows of a table.
    """

    feed: str
    ended_at: datetime
    holds: bool
    faults: dict[Fault, int]
