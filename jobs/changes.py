"""Kafka -> changes of databases -> MongoDB: each row as it is now, and its history.

A second query of an entity sends its rows on to a cleansed topic, where the configuration says so.
"""

from functools import partial

from millrace.config import entities
from millrace.io.cleansed_sink import CleansedSink
from millrace.io.mongo.changes_sink import ChangesSink
from millrace.io.sink import Sink
from millrace.records import capture
from millrace.runtime import job
from millrace.runtime.flow import Flow, Run
from millrace.transform.changes import to_changes


def changes(run: Run) -> Flow:
    """The way of an entity's changes to the operational store, or of its rows to their topic."""
    conf, feed, captured = run.conf, run.feed, entities.of(run.conf)
    entity = captured.read_by(feed)
    step = partial(to_changes, entity=entity, max_record_bytes=feed.max_record_bytes)
    if feed.name == entity.name:
        sink: Sink = ChangesSink(conf.mongo, feed, captured)
    else:
        topic = capture.cleansed_topic(captured.deployment, entity.name)
        store = f"changes-{entity.name}"
        sink = CleansedSink(conf.kafka, conf.mongo, feed, entity, topic, store)
    return Flow(run.ordered_source(), [step], sink, conf.stream.ingest_interval_s)


if __name__ == "__main__":
    job.main("changes", changes, from_archive=False, feeds=entities.feeds)
