"""What a sink is, and the batch that it is given. A further sink is one class of this shape."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pyspark.sql import DataFrame

from millrace.records.ledger import Batch
from millrace.records.write_result import WriteResult
from millrace.telemetry.activity import ACTIVITY
from millrace.telemetry.spans import Span

OutputMode = Literal["append", "update"]

_DESCRIPTION = "spark.job.description"


@dataclass(frozen=True, eq=False)
class MicroBatch(Batch):
    """A batch with its rows, which are computed anew by each action on them, and its spans.

    Its ranges are those of the checkpoint's offset log.
    """

    rows: DataFrame
    spans: list[Span] = field(default_factory=list)

    @classmethod
    def of(cls, batch: Batch, rows: DataFrame) -> "MicroBatch":
        """The batch with these rows."""
        return cls(batch.query, batch.checkpoint_id, batch.id, batch.ranges, rows)

    @contextmanager
    def span(self, name: str, *, system: str | None = None) -> Iterator[None]:
        """What is done within is the span ``name``, a call of the database ``system`` if any.

        Spark's UI shows it as the description of the jobs that run within.
        """
        context = self.rows.sparkSession.sparkContext
        before = context.getLocalProperty(_DESCRIPTION)
        context.setLocalProperty(_DESCRIPTION, f"{self.query}: batch {self.id}: {name}")
        start_ns, error_type = time.time_ns(), None
        try:
            yield
            ACTIVITY.note()
        except BaseException as error:
            error_type = type(error).__name__
            raise
        finally:
            self.spans.append(Span(name, start_ns, time.time_ns(), system, error_type))
            context.setLocalProperty(_DESCRIPTION, before)  # type: ignore[arg-type]


class Sink(Protocol):
    """Where a query's batches go: each of them once, however often it is written."""

    name: str
    output_mode: OutputMode

    def prepare(self) -> None:
        """Creates what is missing of the place that is written to."""

    def write(self, batch: MicroBatch) -> WriteResult:
        """Writes the batch and its ledger row; writing it again changes nothing."""
