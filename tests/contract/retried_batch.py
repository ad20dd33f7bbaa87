"""A batch of ``ingest`` whose tasks fail at their first attempt, and whose records partly exist.

Run as a program with the configuration's file, the feed's name and a folder, on a session that
tries a task again, which tests do not have. It prints what the batch came to.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pyarrow as pa
from pyspark import TaskContext
from support.lines import kafka_rows, offsets, store, values

from millrace import config
from millrace.config import Feed
from millrace.io import reference_data
from millrace.io.mongo.sink import MongoSink
from millrace.records.ledger import Batch
from millrace.runtime.session import spark_session
from millrace.transform import stage

LINES, FEW = 3_000, 900


def fails_at_first(folder: Path, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batches; the first attempt of a task ends after some of them, and leaves a file."""
    context = TaskContext.get()
    for batch in batches:
        yield batch
        if context and context.attemptNumber() == 0:
            (folder / f"{context.stageId()}-{context.partitionId()}").touch()
            raise RuntimeError("the first attempt of a task")


def main() -> None:
    """Writes some of the lines, then all of them as another batch."""
    conf = config.load(Path(sys.argv[1]))
    conf = conf.model_copy(update={"spark": conf.spark.model_copy(update={"master": "local[2,3]"})})
    feed = Feed(name=sys.argv[2], topic="t", format="combined", service_name="web")
    spark = spark_session("millrace-retried", conf)
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 500)
    spec, sink = reference_data.spec(conf, feed), MongoSink(conf.mongo, feed)
    lines = values("combined", LINES)
    some = stage.to_records(kafka_rows(spark, lines[:FEW], topic="t"), spec)
    store(sink, some, Batch(feed.name, "a", 0, offsets("t", 0, FEW)))
    records = stage.to_records(kafka_rows(spark, lines, topic="t").repartition(2), spec)
    failing = records.mapInArrow(partial(fails_at_first, Path(sys.argv[3])), records.schema)
    result = store(sink, failing, Batch(feed.name, "b", 0, offsets("t", 0, LINES)))
    print(json.dumps(asdict(result)))
    spark.stop()


if __name__ == "__main__":
    main()
