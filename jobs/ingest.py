"""Kafka or archive -> records -> MongoDB: each line becomes one document or one dead letter."""

from millrace import check, enrich, job, parse
from millrace.enrich import skew
from millrace.io import mongo
from millrace.job import Run
from millrace.stream import Flow


def ingest(run: Run) -> Flow:
    """The way of a feed's lines to MongoDB."""
    conf, feed = run.conf, run.feed
    mongo.prepare(conf.mongo, feed)
    countries = check.country_database(conf)
    named_routes = mongo.named_routes(conf.mongo, feed)

    lines = run.lines()
    records = (
        lines.transform(parse.records(feed.format, feed.service_name, feed.max_line_bytes))
        .transform(skew.guard(feed.max_future_skew_s))
        .transform(enrich.enriched(feed.format, countries, named_routes))
    )
    return Flow(records, mongo.sink(conf.mongo, feed), interval_s=conf.stream.trigger_interval_s)


if __name__ == "__main__":
    job.main("ingest", ingest)
