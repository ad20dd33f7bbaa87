"""The ledger of ``archive``: what the archive holds, and what a person accepted as lost."""

from collections.abc import Sequence
from datetime import datetime

from pyspark.sql import SparkSession

from millrace.config import Feed
from millrace.io import delta
from millrace.io.delta import log as delta_log
from millrace.records.ledger import OffsetRange, Taken, first_offsets


class DeltaLedger:
    """What a feed's archive says of itself."""

    def __init__(self, spark: SparkSession, archive: str, feed: Feed) -> None:
        self._spark, self._archive, self._feed = spark, archive, feed

    def taken(self) -> Taken:
        """The offsets from the first to the last archived of each partition, but for losses."""
        spans = delta.spans(self._spark, self._archive, self._feed)
        # Of a partition without a line nothing is archived, so there may be more of them.
        return Taken(spans, first_offsets(spans), is_complete=False)

    def lost(self) -> list[OffsetRange]:
        """The offsets that a person accepted as lost; merged."""
        return delta_log.lost(self._spark, self._archive, self._feed)

    def stored(self, ranges: Sequence[OffsetRange]) -> list[OffsetRange]:
        """None: a batch is one commit, so what is archived was taken."""
        return []

    def accept_loss(self, ranges: Sequence[OffsetRange], accepted_at: datetime) -> None:
        """Writes down that a person accepted the loss of these offsets: a commit of its own."""
        delta.prepare(self._spark, self._archive, self._feed)
        delta_log.accept_loss(self._spark, self._archive, self._feed, ranges, accepted_at)
