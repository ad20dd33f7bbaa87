"""The floor of every job: the topic's lines read by Spark, unparsed, and thrown away."""

from pyspark.sql import DataFrame

from millrace import job
from millrace.job import Run
from millrace.records.ledger import Batch
from millrace.stream import Flow


def to_nothing(run: Run) -> Flow:
    """The lines as they came."""
    return Flow(run.lines(), discard, "nothing", interval_s=1)


def discard(rows: DataFrame, batch: Batch) -> None:
    """Computes every column of every row, and stores none."""
    rows.write.format("noop").mode("overwrite").save()


if __name__ == "__main__":
    job.main("nothing", to_nothing)
