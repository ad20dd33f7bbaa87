"""Lines that should be in an archive, and are gone."""

from pyspark.sql import SparkSession

from millrace.config import Feed
from millrace.io.delta import log as delta_log
from millrace.io.delta.unread import Unread
from millrace.proof.archived import archived_among
from millrace.records.ledger import OffsetRange
from millrace.records.ranges import size, within, without


def gaps(spark: SparkSession, archive: str, feed: Feed, unread: Unread) -> list[OffsetRange]:
    """Those of the offsets that are neither archived, nor accepted as lost, nor no lines.

    A gap within a batch of ``archive`` whose rows are all there never was a line: Kafka had none
    at it, but a transaction's marker.
    """
    if size(unread.ranges) == unread.lines:
        return []
    held = archived_among(spark, archive, feed, unread.ranges)
    missing = without(without(unread.ranges, held), delta_log.lost(spark, archive, feed))
    for commit in delta_log.commits(spark, archive, feed) if missing else ():
        if within(missing, commit.ranges):
            there = archived_among(spark, archive, feed, commit.ranges)
            if size(there) >= commit.rows:
                missing = without(missing, commit.ranges)
    return missing
