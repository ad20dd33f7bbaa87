"""Kafka or archive -> records -> windows -> MySQL: figures by minute, and odd minutes found."""

from millrace import job, refine, windows
from millrace.io import mysql, rules
from millrace.job import Run
from millrace.proof import overlap
from millrace.stream import Flow
from millrace.transform import stage


def aggregate(run: Run) -> Flow:
    """The way of a feed's lines to the figures in MySQL."""
    conf, feed = run.conf, run.feed
    references = refine.references(conf, feed)
    rates = rules.load(conf.detection.rules).rates
    mysql.prepare(conf.mysql)
    mysql.check_jdbc(run.spark, conf.mysql)
    named_routes = mysql.named_routes(conf.mysql, feed)
    stored = overlap.stored_figures(
        run.spark, conf, feed, run.query, run.topic, run.checkpoint, run.archive_version
    )

    spec = refine.spec(feed, references, named_routes)

    counts = run.lines().transform(stage.counted(spec, feed.max_lateness_s))
    figures = counts.transform(windows.figures(feed.max_lateness_s))
    write = mysql.sink(conf.mysql, feed, stored, rates)
    return Flow(figures, write, mysql.SYSTEM, "update", conf.stream.aggregate_interval_s)


if __name__ == "__main__":
    job.main("aggregate", aggregate)
