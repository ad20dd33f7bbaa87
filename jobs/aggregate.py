"""Kafka or archive -> counts -> figures by minute -> MySQL, and odd minutes found."""

from functools import partial

from millrace.io import mysql, reference_data
from millrace.io.mysql.jdbc import check_jdbc
from millrace.io.mysql.sink import MysqlSink
from millrace.runtime import job, recompute_guard
from millrace.runtime.flow import Flow, Run
from millrace.transform import stage
from millrace.transform.touched import TouchedWindows
from millrace.windows.figures import figures


def aggregate(run: Run) -> Flow:
    """The way of a feed's lines to the figures in MySQL."""
    conf, feed, lateness_s = run.conf, run.feed, run.feed.max_lateness_s
    mysql.prepare(conf.mysql)
    check_jdbc(run.spark, conf.mysql)
    stored = recompute_guard.stored_figures(run)
    spec = reference_data.spec(conf, feed, *mysql.key_names(conf.mysql, feed))
    touched = TouchedWindows(run.spark)
    to_counts = partial(stage.to_counts, spec=spec, max_lateness_s=lateness_s, touched=touched)
    to_figures = partial(figures, max_lateness_s=lateness_s)
    rates = reference_data.rules(conf.detection.rules).rates
    sink = MysqlSink(conf.mysql, feed, rates, stored, touched)
    return Flow(run.source, [to_counts, to_figures], sink, conf.stream.aggregate_interval_s)


if __name__ == "__main__":
    job.main("aggregate", aggregate)
