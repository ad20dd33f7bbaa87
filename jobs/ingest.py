"""Kafka or archive -> records -> MongoDB: each line becomes one document or one dead letter."""

from functools import partial

from millrace.io import reference_data, route_names
from millrace.io.mongo.sink import MongoSink
from millrace.runtime import job
from millrace.runtime.flow import Flow, Run
from millrace.transform import stage


def ingest(run: Run) -> Flow:
    """The way of a feed's lines to MongoDB."""
    conf, feed = run.conf, run.feed
    spec = reference_data.spec(conf, feed, *route_names.of_documents(conf, feed))
    to_records = partial(stage.to_records, spec=spec)
    severities, has_templates = spec.rules.severity_names, bool(spec.templates)
    sink = MongoSink(conf.mongo, feed, severities, spec.formats, has_templates=has_templates)
    return Flow(run.source, [to_records], sink, conf.stream.ingest_interval_s)


if __name__ == "__main__":
    job.main("ingest", ingest)
