"""Windows put in place of those that are stored, whole, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from pyspark.sql import DataFrame

from millrace.config import Feed, Mysql
from millrace.detect.rates import RateRules
from millrace.io.mysql.client import connection
from millrace.io.mysql.jdbc import jdbc_options
from millrace.io.mysql.rates import judge
from millrace.io.mysql.reconciled import Found, Moment, put
from millrace.io.mysql.retried import retried
from millrace.io.mysql.staging import staging_table
from millrace.records import tables
from millrace.records.reconciled import WindowState
from millrace.records.tables import FIGURES_VERSION


def revised(
    mysql: Mysql,
    feed: Feed,
    figures: DataFrame,
    windows: Sequence[datetime],
    rates: RateRules,
    moment: Moment,
) -> int:
    """Replaces all rows of these windows by ``figures``, marked as revised; returns how many.

    Rows that should not be there go. The windows are judged by ``rates`` again, and stand as equal
    in ``reconciled_windows``: ``figures`` are those of all lines that were counted at ``moment``.
    """
    with staging_table(mysql, feed) as staging:
        options = jdbc_options(mysql) | {"dbtable": staging}
        figures.write.format("jdbc").options(**options).mode("append").save()
        return retried(lambda: _put_in_place(mysql, feed, staging, windows, rates, moment), staging)


def _put_in_place(
    mysql: Mysql,
    feed: Feed,
    staging: str,
    windows: Sequence[datetime],
    rates: RateRules,
    moment: Moment,
) -> int:
    chosen = {"feed": feed.name, "windows": list(windows)}
    rows = 0
    with connection(mysql) as opened, opened.cursor() as cursor:
        put(cursor, _equal(feed, windows, moment), moment)
        for table in tables.TABLES:
            where = "WHERE feed = %(feed)s AND window_start IN %(windows)s"
            cursor.execute(f"DELETE FROM {table.name} {where}", chosen)
            cursor.execute(table.upsert(staging), chosen)
            statement = f"UPDATE {table.name} SET revised_at = UTC_TIMESTAMP() {where}"
            rows += cursor.execute(statement, chosen)
        judge(cursor, feed.name, set(windows), rates)
    return rows


def _equal(feed: Feed, windows: Sequence[datetime], moment: Moment) -> list[Found]:
    state = WindowState("equal", 0, moment.at, FIGURES_VERSION)
    return [(table.name, start, state) for start in windows for table in tables.fed_by(feed.layout)]
