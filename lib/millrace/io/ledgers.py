"""What each job's sink says of the offsets that it has, and of those that were lost."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from pyspark.sql import SparkSession

from millrace.config import Config, Feed
from millrace.io import mongo, mysql
from millrace.io.delta.ledger import DeltaLedger
from millrace.records.ledger import OffsetRange, Taken


class Ledger(Protocol):
    """The ledger of one job and feed, kept in the job's sink."""

    def taken(self) -> Taken:
        """The offsets that the sink has taken, of every topic the feed had."""

    def lost(self) -> list[OffsetRange]:
        """The offsets that a person accepted as lost; merged."""

    def stored(self, ranges: Sequence[OffsetRange]) -> list[OffsetRange]:
        """Those of the offsets that the sink holds though no batch that took them was committed."""

    def accept_loss(self, ranges: Sequence[OffsetRange], accepted_at: datetime) -> None:
        """Writes down that a person accepted the loss of these offsets."""


def _mysql(spark: SparkSession, conf: Config, feed: Feed) -> Ledger:
    mysql.prepare(conf.mysql)
    return mysql.MysqlLedger(conf.mysql, feed)


LEDGERS: dict[str, Callable[[SparkSession, Config, Feed], Ledger]] = {
    "ingest": lambda spark, conf, feed: mongo.MongoLedger(conf.mongo, feed),
    "changes": lambda spark, conf, feed: mongo.MongoLedger(conf.mongo, feed, "changes"),
    "aggregate": _mysql,
    "archive": lambda spark, conf, feed: DeltaLedger(spark, conf.storage.archive, feed),
}
