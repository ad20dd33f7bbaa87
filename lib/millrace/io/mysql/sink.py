"""The sink of ``aggregate``: figures, their anomalies and the ledger's row in one transaction."""

from datetime import datetime
from typing import Protocol

from pymysql.cursors import DictCursor
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from millrace.config import Feed, Mysql
from millrace.detect.rates import DEFAULT_RULES, RateRules
from millrace.io.failpoints import failpoint
from millrace.io.mysql.client import connection
from millrace.io.mysql.jdbc import jdbc_options
from millrace.io.mysql.ledger import record, refuse_overtaken, refuse_stale
from millrace.io.mysql.rates import changed_minutes, judge
from millrace.io.mysql.reconciled import forget
from millrace.io.mysql.retried import retried
from millrace.io.mysql.staging import drop_abandoned, staging_table
from millrace.io.mysql.tables import prepare
from millrace.io.sink import MicroBatch, OutputMode
from millrace.records import tables
from millrace.records.ledger import NOTHING_STORED, Batch, StoredFigures
from millrace.records.reconciled import Run, runs
from millrace.records.write_result import WriteResult


class LinesWindows(Protocol):
    """Tells in which windows a batch's lines are, those included that came too late to count."""

    def starts(self) -> set[datetime]:
        """Their starts (UTC, no zone), once it is computed; those of earlier tries among them."""

    def clear(self) -> None:
        """Says that the batch is written."""


class MysqlSink:
    """Writes batches of figures (``windows.figures``), with the ledger's row, in one transaction.

    Figures go through a staging table of each try's own, as what a failed one has sent may reach
    the server late; the minutes they change are judged by ``rates``. Of a batch whose offsets
    ``stored`` has counted only the ledger's row is written; windows before its first complete one
    are left as they are. What `reconcile` found of a window is deleted where it is written, or a
    line of it came too late to be counted, as ``lines`` tells.
    """

    name = "mysql"
    output_mode: OutputMode = "update"

    def __init__(
        self,
        mysql: Mysql,
        feed: Feed,
        rates: RateRules = DEFAULT_RULES,
        stored: StoredFigures = NOTHING_STORED,
        lines: LinesWindows | None = None,
    ) -> None:
        self._mysql, self._feed, self._rates, self._stored = mysql, feed, rates, stored
        self._lines = lines

    def prepare(self) -> None:
        """Creates tables and views that are missing, and drops what tries that died have staged."""
        prepare(self._mysql)
        drop_abandoned(self._mysql)

    def write(self, batch: MicroBatch) -> WriteResult:
        """Writes the batch; writing it again changes nothing.

        Raises StaleBatchError for a batch older than the latest committed one of its checkpoint.
        """
        result = self._written(batch)
        if self._lines:
            # Not before: a try after one that failed does not compute all of it again.
            self._lines.clear()
        return result

    def _written(self, batch: MicroBatch) -> WriteResult:
        counted = self._stored.counted
        if counted and all(offsets.within(counted) for offsets in batch.ranges):
            # Computed all the same: the stream's state is made by it.
            with batch.span("compute state of lines counted before"):
                batch.rows.write.format("noop").mode("overwrite").save()
            self._commit(batch, None)
            return WriteResult(late_lines=0)
        with staging_table(self._mysql, self._feed) as staging:
            options = jdbc_options(self._mysql) | {"dbtable": staging}
            failpoint("before_mysql_staging")
            with batch.span("parse and aggregate into staging", system=self.name):
                figures = self._complete(batch.rows)
                figures.write.format("jdbc").options(**options).mode("append").save()
            failpoint("before_mysql_transaction")
            with batch.span("put figures in place", system=self.name):
                late_lines = self._commit(batch, staging)
            failpoint("after_mysql_commit")
        return WriteResult(late_lines=late_lines)

    def _complete(self, figures: DataFrame) -> DataFrame:
        """Those of windows that can be computed whole."""
        first = self._stored.first_complete_window
        return figures.where(F.col("window_start") >= F.lit(first)) if first else figures

    def _commit(self, batch: Batch, staging: str | None) -> int:
        """Commits, again where another transaction stood in the way; how many lines were late."""
        return retried(lambda: self._commit_once(batch, staging), batch.key)

    def _commit_once(self, batch: Batch, staging: str | None) -> int:
        """Puts staged figures in place, with the ledger's row; how many lines were late."""
        feed = self._feed.name
        with connection(self._mysql) as opened, opened.cursor() as cursor:
            # Where this connection dies without a word, its locks go before the next try comes.
            cursor.execute("SET SESSION wait_timeout = %s", self._mysql.request_timeout_s)
            refuse_stale(cursor, batch)
            if self._stored.batches is not None:
                refuse_overtaken(cursor, batch, self._stored.batches)
            rows_written = late_lines = 0
            touched: list[Run] = []
            if staging:
                late_lines = _newly_late(cursor, feed, staging)
                for table in tables.TABLES:
                    cursor.execute(table.upsert(staging), {"feed": feed})
                judge(cursor, feed, changed_minutes(cursor, staging), self._rates)
                touched = runs(self._windows(cursor, staging))
                forget(cursor, feed, touched)
                cursor.execute(f"SELECT COUNT(*) AS n FROM {staging}")
                rows_written = (cursor.fetchone() or {})["n"]
            record(cursor, batch, rows_written=rows_written, touched=touched)
            failpoint("before_mysql_commit")
        return late_lines

    def _windows(self, cursor: DictCursor, staging: str) -> set[datetime]:
        """The starts of those windows that a batch writes, or has a line of."""
        cursor.execute(f"SELECT DISTINCT window_start FROM {staging}")
        written = {row["window_start"] for row in cursor.fetchall()}
        return written | (self._lines.starts() if self._lines else set())


def _newly_late(cursor: DictCursor, feed: str, staging: str) -> int:
    """How many late lines the staged figures count that the stored ones do not yet."""
    cursor.execute(
        "SELECT COALESCE(SUM(staged.line_count - COALESCE(stored.late_lines, 0)), 0) AS n"
        f" FROM {staging} staged LEFT JOIN {tables.LATENESS.name} stored"
        " ON stored.feed = %s AND stored.window_start = staged.window_start"
        f" WHERE staged.figure = '{tables.LATENESS.name}'",
        feed,
    )
    return int((cursor.fetchone() or {})["n"])
