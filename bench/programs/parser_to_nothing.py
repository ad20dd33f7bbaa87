"""The floor of what parses: every field of every line, thrown away."""

from kafka_to_nothing import discard

from millrace import job, refine
from millrace.job import Run
from millrace.stream import Flow
from millrace.transform import stage


def parsed_to_nothing(run: Run) -> Flow:
    """The lines as records and letters."""
    spec = refine.spec(run.feed, refine.references(run.conf, run.feed))
    return Flow(run.lines().transform(stage.refined(spec)), discard, "nothing", interval_s=1)


if __name__ == "__main__":
    job.main("parser", parsed_to_nothing)
