"""The sink of ``aggregate``: figures, their anomalies and the ledger's row in one transaction."""

import logging
from collections.abc import Callable
from functools import partial

from pymysql.cursors import DictCursor
from pymysql.err import OperationalError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from millrace.config import Feed, Mysql
from millrace.crash import crash_point
from millrace.detect.rates import DEFAULT_RULES, RateRules
from millrace.io.mysql.client import connection, jdbc_options
from millrace.io.mysql.ledger import record, refuse_overtaken, refuse_stale
from millrace.io.mysql.rates import changed_minutes, judge
from millrace.io.mysql.staging import drop_abandoned, staging_table
from millrace.observe import metrics, steps
from millrace.records import rates as rate_tables
from millrace.records import tables
from millrace.records.ledger import NOTHING_STORED, Batch, StoredFigures

SYSTEM = "mysql"
_log = logging.getLogger(__name__)
_RETRIED = {1205, 1213}  # lock wait timeout, deadlock: two feeds' upserts may meet in one index
_ATTEMPTS = 5


def prepare(mysql: Mysql) -> None:
    """Creates the tables and views that are missing."""
    with connection(mysql) as opened, opened.cursor() as cursor:
        for statement in (*tables.STATEMENTS, *rate_tables.STATEMENTS):
            cursor.execute(statement)


def sink(
    mysql: Mysql,
    feed: Feed,
    stored: StoredFigures = NOTHING_STORED,
    rates: RateRules = DEFAULT_RULES,
) -> Callable[[DataFrame, Batch], None]:
    """A function that writes one batch of figures, with its ledger row, in one transaction.

    Figures go through a staging table of each try's own, as what a failed one has sent may reach
    the server late; the minutes they change are judged by ``rates``. Of a batch whose offsets
    ``stored`` has counted only the ledger's row is written; windows before its floor are left as
    they are.
    Raises StaleBatchError for a batch older than the latest committed one of its checkpoint.
    """
    drop_abandoned(mysql)
    commit_once = partial(_commit_once, mysql, feed, stored, rates)

    def write(figures: DataFrame, batch: Batch) -> None:
        step = partial(steps.step, figures.sparkSession, batch)
        if stored.counted and all(item.within(stored.counted) for item in batch.ranges):
            # Computed all the same: the stream's state is made by it.
            with step("compute state of lines counted before"):
                figures.write.format("noop").mode("overwrite").save()
            _commit(batch, partial(commit_once, batch, None))
            return
        is_whole = F.col("window_start") >= F.lit(stored.floor)
        whole = figures.where(is_whole) if stored.floor else figures
        with staging_table(mysql, feed) as staging:
            options = jdbc_options(mysql) | {"dbtable": staging}
            crash_point("before_mysql_staging")
            with step("parse and aggregate into staging", system=SYSTEM):
                whole.write.format("jdbc").options(**options).mode("append").save()
            crash_point("before_mysql_transaction")
            with step("put figures in place", system=SYSTEM):
                late_lines = _commit(batch, partial(commit_once, batch, staging))
            crash_point("after_mysql_commit")
        metrics.LATE_LINES.labels(*metrics.of(batch.query)).inc(late_lines)
        if late_lines:
            _log.warning(
                "%s: %d lines came more than %d s late", batch.key, late_lines, feed.max_lateness_s
            )

    return write


def _commit(batch: Batch, commit_once: Callable[[], int]) -> int:
    """Commits, again where another transaction stood in the way; returns how many were late."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return commit_once()
        except OperationalError as error:
            if error.args[0] not in _RETRIED or attempt == _ATTEMPTS:
                raise
            _log.warning("%s: %s; trying again", batch.key, error.args[1])
    raise AssertionError("the last attempt returns or raises")


def _commit_once(
    mysql: Mysql,
    feed: Feed,
    stored: StoredFigures,
    rates: RateRules,
    batch: Batch,
    staging: str | None,
) -> int:
    """Puts the staged figures in place, with the ledger's row; returns how many lines were late."""
    with connection(mysql) as opened, opened.cursor() as cursor:
        # Where this connection dies without a word, its locks go before the next try comes.
        cursor.execute("SET SESSION wait_timeout = %s", mysql.request_timeout_s)
        refuse_stale(cursor, batch)
        if stored.batches is not None:
            refuse_overtaken(cursor, batch, stored.batches)
        rows_written = late_lines = 0
        if staging:
            late_lines = _newly_late(cursor, feed, staging)
            for table in tables.TABLES:
                cursor.execute(table.upsert(staging), {"feed": feed.name})
            judge(cursor, feed.name, changed_minutes(cursor, staging), rates)
            cursor.execute(f"SELECT COUNT(*) AS n FROM {staging}")
            rows_written = (cursor.fetchone() or {})["n"]
        record(cursor, batch, rows_written=rows_written)
        crash_point("before_mysql_commit")
    return late_lines


def _newly_late(cursor: DictCursor, feed: Feed, staging: str) -> int:
    """How many late lines the staged figures count that the stored ones do not yet."""
    cursor.execute(
        "SELECT COALESCE(SUM(staged.line_count - COALESCE(stored.late_lines, 0)), 0) AS n"
        f" FROM {staging} staged LEFT JOIN {tables.LATENESS.name} stored"
        " ON stored.feed = %s AND stored.window_start = staged.window_start"
        f" WHERE staged.figure = '{tables.LATENESS.name}'",
        feed.name,
    )
    return int((cursor.fetchone() or {})["n"])
