"""Kafka or archive -> records -> MongoDB: each line becomes one document or one dead letter."""

from millrace import job, refine
from millrace.io import mongo
from millrace.job import Run
from millrace.observe import proofs, ratios
from millrace.stream import Flow
from millrace.transform import stage


def ingest(run: Run) -> Flow:
    """The way of a feed's lines to MongoDB."""
    conf, feed = run.conf, run.feed
    references = refine.references(conf, feed)
    mongo.prepare(conf.mongo, feed)
    named_routes = mongo.named_routes(conf.mongo, feed)

    spec = refine.spec(feed, references, named_routes)

    records = run.lines().transform(stage.refined(spec))
    write = mongo.sink(conf.mongo, feed, references.rules.severity_names)
    max_unmatched = conf.detection.max_unmatched_ratio if references.templates else None
    watched = ratios.watched(write, feed, max_unmatched)
    return Flow(records, watched, mongo.SYSTEM, interval_s=conf.stream.ingest_interval_s)


if __name__ == "__main__":
    job.main("ingest", ingest, looks=[proofs.look])
