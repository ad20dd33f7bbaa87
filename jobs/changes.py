"""Kafka -> changes of databases -> MongoDB: each row as it is now, and its history."""

from functools import partial

from millrace.config import entities
from millrace.io.mongo.changes_sink import ChangesSink
from millrace.runtime import job
from millrace.runtime.flow import Flow, Run
from millrace.transform.changes import to_changes


def changes(run: Run) -> Flow:
    """The way of an entity's changes to the operational store."""
    conf, feed, captured = run.conf, run.feed, entities.of(run.conf)
    entity = captured.entity(feed.name)
    step = partial(to_changes, entity=entity, max_record_bytes=feed.max_record_bytes)
    sink = ChangesSink(conf.mongo, feed, captured)
    return Flow(run.ordered_source(), [step], sink, conf.stream.ingest_interval_s)


if __name__ == "__main__":
    job.main("changes", changes, from_archive=False, feeds=entities.feeds)
