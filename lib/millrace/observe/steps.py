"""The steps of a batch in its sink: their names in Spark's UI, and their times for its trace."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from pyspark.sql import SparkSession

from millrace.observe.activity import ACTIVITY
from millrace.records.ledger import Batch

_DESCRIPTION = "spark.job.description"


@dataclass(frozen=True)
class Step:
    """One step: its name, when it began and ended (epoch ns), and the database system it calls.

    ``error_type`` is the name of what it was ended by, where it failed.
    """

    name: str
    start_ns: int
    end_ns: int
    system: str | None = None
    error_type: str | None = None


class Recorder:
    """Keeps the steps of running batches until somebody takes them; nothing while it is off."""

    def __init__(self) -> None:
        self.is_on = False
        self._steps: dict[tuple[str, int], list[Step]] = {}
        self._lock = Lock()

    def add(self, batch: Batch, step: Step) -> None:
        """Keeps a step of that batch."""
        if self.is_on:
            with self._lock:
                self._steps.setdefault((batch.query, batch.id), []).append(step)

    def take(self, query: str, batch_id: int) -> list[Step]:
        """The steps of that batch, which are then forgotten, as are those of older ones."""
        with self._lock:
            older = [key for key in self._steps if key[0] == query and key[1] < batch_id]
            for key in older:
                del self._steps[key]
            return self._steps.pop((query, batch_id), [])


RECORDER = Recorder()


@contextmanager
def step(
    spark: SparkSession, batch: Batch, name: str, *, system: str | None = None
) -> Iterator[None]:
    """What is done within is the step ``name`` of that batch, a call of ``system`` if any.

    Spark's UI shows it as the description of the jobs that run within.
    """
    context = spark.sparkContext
    before = context.getLocalProperty(_DESCRIPTION)
    context.setLocalProperty(_DESCRIPTION, f"{batch.query}: batch {batch.id}: {name}")
    start_ns, error_type = time.time_ns(), None
    try:
        yield
        ACTIVITY.note()
    except BaseException as error:
        error_type = type(error).__name__
        raise
    finally:
        RECORDER.add(batch, Step(name, start_ns, time.time_ns(), system, error_type))
        context.setLocalProperty(_DESCRIPTION, before)  # type: ignore[arg-type]
