"""Kafka or archive -> records -> windows -> MySQL: figures by minute."""

from millrace import enrich, job, parse, windows
from millrace.enrich import skew
from millrace.io import mysql
from millrace.job import Run
from millrace.proof import overlap
from millrace.stream import Flow


def aggregate(run: Run) -> Flow:
    """The way of a feed's lines to the figures in MySQL."""
    conf, feed = run.conf, run.feed
    mysql.prepare(conf.mysql)

    lines = run.lines()
    records = (
        lines.transform(
            parse.records(
                feed.format, service_name=feed.service_name, max_line_bytes=feed.max_line_bytes
            )
        )
        .transform(skew.guard(max_future_skew_s=feed.max_future_skew_s))
        .transform(
            enrich.enriched(feed.format, country_database=str(conf.enrichment.country_database))
        )
    )
    figures = records.transform(windows.figures(feed.format, max_lateness_s=feed.max_lateness_s))
    stored = (
        overlap.of_topic(conf, feed, run.query, run.topic, run.checkpoint)
        if run.topic and run.checkpoint
        else overlap.of_archive(run.spark, conf, feed, run.query)
    )
    return Flow(
        figures,
        mysql.sink(conf.mysql, feed, stored),
        "update",
        interval_s=conf.stream.trigger_interval_s,
    )


if __name__ == "__main__":
    job.main("aggregate", aggregate)
