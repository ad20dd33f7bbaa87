"""The floor of what parses: every field of every line, thrown away."""

from functools import partial

from kafka_to_nothing import NoopSink

from millrace.io import reference_data
from millrace.runtime import job
from millrace.runtime.flow import Flow, Run
from millrace.transform import stage


def parsed_to_nothing(run: Run) -> Flow:
    """The lines as records and letters."""
    spec = reference_data.spec(run.conf, run.feed)
    return Flow(run.source, [partial(stage.to_records, spec=spec)], NoopSink(), interval_s=1)


if __name__ == "__main__":
    job.main("parser", parsed_to_nothing)
