"""The floor of every job: the topic's lines read by Spark, unparsed, and thrown away."""

from millrace.io.sink import MicroBatch, OutputMode
from millrace.records.write_result import WriteResult
from millrace.runtime import job
from millrace.runtime.flow import Flow, Run


class NoopSink:
    """Computes every column of every row, and stores none."""

    name = "nothing"
    output_mode: OutputMode = "append"

    def prepare(self) -> None:
        """There is nothing to prepare."""

    def write(self, batch: MicroBatch) -> WriteResult:
        """Throws the batch away."""
        batch.rows.write.format("noop").mode("overwrite").save()
        return WriteResult()


def to_nothing(run: Run) -> Flow:
    """The lines as they came."""
    return Flow(run.source, [], NoopSink(), interval_s=1)


if __name__ == "__main__":
    job.main("nothing", to_nothing)
