"""What a sink did with a batch: the counts that metrics and data-quality checks are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class WriteResult:
    """The lines of a batch by what became of them; what a sink does not count is None or empty.

    ``rows_in`` are the Kafka records, ``parts_in`` the lines that they hold, nearly always one
    each; ``reasons`` the dead letters by reason. ``messages`` and
    ``unmatched`` (those that match no template) are 0 where the feed has no templates.
    ``anomalies`` has the records by severity, ``-`` being those below the lowest one.
    ``late_lines`` were received too long after their own time. ``commit_to_store_s`` is the time
    from the commit of the oldest change, snapshots aside, at its source until it was written.
    """

    rows_in: int | None = None
    parts_in: int | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    messages: int = 0
    unmatched: int = 0
    anomalies: Mapping[str, int] = field(default_factory=dict)
    late_lines: int | None = None
    commit_to_store_s: float | None = None

    @property
    def rows_dead(self) -> int:
        """How many lines are dead letters."""
        return sum(self.reasons.values())

    @property
    def dead_ratio(self) -> float:
        """The share of dead letters among the lines, 0 of none."""
        return self.rows_dead / self.parts_in if self.parts_in else 0.0

    @property
    def unmatched_ratio(self) -> float | None:
        """The share of messages that match no template, None of none."""
        return self.unmatched / self.messages if self.messages else None
