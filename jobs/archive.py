"""Kafka -> Delta Lake: the lines as they came, each once, so that all can be computed again."""

from millrace import job
from millrace.io import delta
from millrace.job import Run
from millrace.stream import Flow
from millrace.transform import stage


def archive(run: Run) -> Flow:
    """The way of a feed's lines to the archive, masked only where the feed asks for it."""
    conf, feed = run.conf, run.feed
    masks = feed.mask if feed.mask_archive else ()

    lines = run.lines(conf.stream.archive_max_lines_per_batch).transform(stage.masked(masks))
    return Flow(
        lines,
        delta.sink(run.spark, conf.storage.archive, feed),
        "delta",
        interval_s=conf.stream.archive_interval_s,
    )


if __name__ == "__main__":
    job.main("archive", archive, from_archive=False)
