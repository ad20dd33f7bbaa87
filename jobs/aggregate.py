"""Kafka or archive -> records -> windows -> MySQL: figures by minute."""

from millrace import check, enrich, job, parse, windows
from millrace.enrich import skew
from millrace.io import mysql
from millrace.job import Run
from millrace.proof import overlap
from millrace.stream import Flow


def aggregate(run: Run) -> Flow:
    """The way of a feed's lines to the figures in MySQL."""
    conf, feed = run.conf, run.feed
    mysql.prepare(conf.mysql)
    countries = check.country_database(conf)
    named_routes = mysql.named_routes(conf.mysql, feed)
    stored = overlap.stored_figures(run.spark, conf, feed, run.query, run.topic, run.checkpoint)

    lines = run.lines()
    records = (
        lines.transform(parse.records(feed.format, feed.service_name, feed.max_line_bytes))
        .transform(skew.guard(feed.max_future_skew_s))
        .transform(enrich.enriched(feed.format, countries, named_routes))
    )
    figures = records.transform(windows.figures(feed.format, feed.max_lateness_s))
    write = mysql.sink(conf.mysql, feed, stored)
    return Flow(figures, write, "update", conf.stream.trigger_interval_s)


if __name__ == "__main__":
    job.main("aggregate", aggregate)
