"""Windows put in place of those that are stored, whole, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from pyspark.sql import DataFrame

from millrace.config import Feed, Mysql
from millrace.detect.rates import RateRules
from millrace.io.mysql.client import connection, jdbc_options
from millrace.io.mysql.rates import judge
from millrace.io.mysql.staging import staging_table
from millrace.records import tables


def revised(
    mysql: Mysql, feed: Feed, figures: DataFrame, windows: Sequence[datetime], rates: RateRules
) -> int:
    """Replaces all rows of these windows by ``figures``, marked as revised; returns how many.

    Rows that should not be there go. The windows are judged by ``rates`` again.
    """
    with staging_table(mysql, feed) as staging:
        options = jdbc_options(mysql) | {"dbtable": staging}
        figures.write.format("jdbc").options(**options).mode("append").save()
        return _put_in_place(mysql, feed, staging, windows, rates)


def _put_in_place(
    mysql: Mysql, feed: Feed, staging: str, windows: Sequence[datetime], rates: RateRules
) -> int:
    chosen = {"feed": feed.name, "windows": list(windows)}
    rows = 0
    with connection(mysql) as opened, opened.cursor() as cursor:
        for table in tables.TABLES:
            where = "WHERE feed = %(feed)s AND window_start IN %(windows)s"
            cursor.execute(f"DELETE FROM {table.name} {where}", chosen)
            cursor.execute(table.upsert(staging), chosen)
            statement = f"UPDATE {table.name} SET revised_at = UTC_TIMESTAMP() {where}"
            rows += cursor.execute(statement, chosen)
        judge(cursor, feed.name, set(windows), rates)
    return rows
