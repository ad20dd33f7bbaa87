"""The sink of ``warehouse``: rows and the ledger's row in one transaction."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from millrace.config import Feed, Warehouse
from millrace.io import delta
from millrace.io.failpoints import failpoint
from millrace.io.sink import MicroBatch, OutputMode
from millrace.io.warehouse import commit, ledger
from millrace.io.warehouse.client import connection
from millrace.io.warehouse.jdbc import jdbc_options
from millrace.io.warehouse.staging import drop_abandoned, staging_table
from millrace.io.warehouse.tables import prepare
from millrace.records.ledger import OffsetRange
from millrace.records.warehouse import REQUESTS, Table
from millrace.records.warehouse_rows import (
    RECEIVED_HOUR,
    REQUEST_KEYS,
    RESPONSE_TIME,
    staging_columns,
)
from millrace.records.write_result import WriteResult


class WarehouseSink:
    """Writes batches of lines (``transform.warehouse.to_rows``), each line once.

    Of a batch those offsets are left out that the ledger has of other batches. Rows go through a
    staging table of each try's own.
    """

    name = "warehouse"
    output_mode: OutputMode = "append"

    def __init__(self, warehouse: Warehouse, feed: Feed, table: Table) -> None:
        self._warehouse, self._feed, self._table = warehouse, feed.name, table

    def prepare(self) -> None:
        """Creates tables that are missing, and drops what tries that died have staged."""
        prepare(self._warehouse)
        drop_abandoned(self._warehouse)

    def write(self, batch: MicroBatch) -> WriteResult:
        """Writes the batch; writing it again changes nothing.

        Raises JobError where another run loads the same lines meanwhile.
        """
        with connection(self._warehouse) as opened:
            if batch.ranges and (loaded := ledger.stored(opened, self._feed, batch)):
                return WriteResult(rows_in=loaded.rows_in)
            left = commit.left(opened, self._feed, batch)
        if not left:
            return self._commit(batch, left, None)
        with staging_table(self._warehouse, self._table) as staging:
            failpoint("before_warehouse_staging")
            with batch.span("parse into staging", system=self.name):
                options = jdbc_options(self._warehouse) | {"dbtable": staging}
                rows = _staged(batch.rows.where(delta.among(left)), self._table)
                rows.write.format("jdbc").options(**options).mode("append").save()
            failpoint("before_warehouse_transaction")
            with batch.span("put rows in place", system=self.name):
                result = self._commit(batch, left, staging)
            failpoint("after_warehouse_commit")
            commit.analyze(self._warehouse, self._table)
        return result

    def _commit(
        self, batch: MicroBatch, left: Sequence[OffsetRange], staging: str | None
    ) -> WriteResult:
        return commit.commit(self._warehouse, self._table, self._feed, batch, left, staging)


def _staged(rows: DataFrame, table: Table) -> DataFrame:
    """The rows of a batch as its staging table has them."""
    counted = _counted(rows) if table == REQUESTS else rows
    return counted.select(*(column.name for column in staging_columns(table)))


def _counted(rows: DataFrame) -> DataFrame:
    """How many requests there are by hour and keys, and how many lines were received by hour."""
    exact, is_request = "decimal(20,0)", F.col("status_code").isNotNull()
    return rows.groupBy(
        F.date_trunc("hour", "received_at").alias(RECEIVED_HOUR.name),
        "reason",
        *(column.name for column in REQUEST_KEYS),
    ).agg(
        F.count(F.lit(1)).alias("lines"),
        F.count_if(F.col("part") == 0).alias("records"),
        F.count_if(is_request).alias("requests"),
        F.sum(F.col("bytes_sent").cast(exact)).alias("bytes_sent"),
        F.count(RESPONSE_TIME.name).alias("timed_requests"),
        F.coalesce(F.sum(F.col(RESPONSE_TIME.name).cast(exact)), F.lit(0).cast(exact)).alias(
            "response_time_sum_us"
        ),
    )
