"""Kafka -> Delta Lake: the lines as they came, each once, so that all can be computed again."""

from functools import partial

from millrace.io.delta import DeltaSink
from millrace.runtime import job
from millrace.runtime.flow import Flow, Run
from millrace.transform import stage


def archive(run: Run) -> Flow:
    """The way of a feed's lines to the archive, masked only where the feed asks for it."""
    conf, feed = run.conf, run.feed
    to_masked = partial(stage.masked, masks=feed.mask if feed.mask_archive else ())
    sink = DeltaSink(run.spark, conf.storage.archive, feed)
    most, interval_s = conf.stream.archive_max_lines_per_batch, conf.stream.archive_interval_s
    return Flow(run.source, [to_masked], sink, interval_s, most)


if __name__ == "__main__":
    job.main("archive", archive, from_archive=False)
