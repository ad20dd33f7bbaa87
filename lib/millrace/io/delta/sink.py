"""The sink of ``archive``: lines as they came, each once."""

import json
from dataclasses import asdict
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from millrace.config import Feed
from millrace.io import receipt
from millrace.io.delta.archive import SCHEMA, among, prepare, spans
from millrace.io.delta.log import entries, location
from millrace.io.failpoints import failpoint
from millrace.io.sink import MicroBatch, OutputMode
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.write_result import WriteResult

_IDENTITY = ["topic_id", "partition", "offset"]


class DeltaSink:
    """Appends batches of a Kafka source's rows, with ``topic_id``, each once.

    Delta refuses a batch of the same checkpoint that it holds already. What another checkpoint
    wrote is left out by a look at the archived rows, in those batches only whose offsets reach back
    to them. The batch's ledger entry is the commit's ``userMetadata``.
    """

    name = "delta"
    output_mode: OutputMode = "append"

    def __init__(self, spark: SparkSession, archive: str, feed: Feed) -> None:
        self._spark, self._archive, self._feed = spark, archive, feed
        self._held: list[OffsetRange] = []
        self._committed: list[dict[str, object]] = []

    def prepare(self) -> None:
        """Creates the archive where there is none, and looks at what it holds."""
        prepare(self._spark, self._archive, self._feed)
        self._held = spans(self._spark, self._archive, self._feed)
        self._committed = entries(self._spark, self._archive, self._feed)

    def write(self, batch: MicroBatch) -> WriteResult:
        """Writes the batch; writing it again changes nothing."""
        entry = {
            "query": batch.query,
            "checkpoint_id": batch.checkpoint_id,
            "batch_id": batch.id,
            "ranges": [asdict(offsets) for offsets in batch.ranges],
        }
        failpoint("before_delta_write")
        with batch.span("append lines"):
            (
                self._new(batch)
                .select(*SCHEMA.fieldNames())
                .write.format("delta")
                .mode("append")
                .option("txnAppId", self._application(batch, entry))
                .option("txnVersion", batch.id)
                .option("userMetadata", json.dumps(entry))
                .save(location(self._archive, self._feed))
            )
        failpoint("after_delta_write")
        return WriteResult()

    def _new(self, batch: MicroBatch) -> DataFrame:
        """The batch's rows that the archive does not hold."""
        new = batch.rows.withColumn("date", F.to_date(receipt.stored(F.col("timestamp"))))
        if not any(_overlap(held, taken) for held in self._held for taken in batch.ranges):
            return new
        session = batch.rows.sparkSession
        archived = session.read.format("delta").load(location(self._archive, self._feed))
        held = archived.where(among(batch.ranges)).select(*_IDENTITY)
        return new.join(held, _IDENTITY, "left_anti")

    def _application(self, batch: Batch, entry: dict[str, object]) -> str:
        """The application by which Delta knows the batch.

        It drops a batch below its application's last one unseen. One with other offsets comes where
        a checkpoint was put back; the look at the archived rows keeps its lines single.
        """
        own = [known for known in self._committed if known["checkpoint_id"] == batch.checkpoint_id]
        is_below = any(int(str(known["batch_id"])) >= batch.id for known in own)
        is_new = is_below and entry not in own
        return f"{batch.checkpoint_id}/{uuid4()}" if is_new else batch.checkpoint_id


def _overlap(one: OffsetRange, other: OffsetRange) -> bool:
    return (
        (one.topic_id, one.partition) == (other.topic_id, other.partition)
        and one.from_offset < other.until_offset
        and other.from_offset < one.until_offset
    )
