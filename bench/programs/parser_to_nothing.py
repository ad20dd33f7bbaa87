"""The floor of what parses: every field of every line, thrown away."""

from kafka_to_nothing import discard

from millrace import job, parse
from millrace.job import Run
from millrace.stream import Flow


def parsed_to_nothing(run: Run) -> Flow:
    """The lines as records and reasons."""
    feed = run.feed
    records = parse.records(feed.format, feed.service_name, feed.max_line_bytes)
    return Flow(run.lines().transform(records), discard, "nothing", interval_s=1)


if __name__ == "__main__":
    job.main("parser", parsed_to_nothing)
