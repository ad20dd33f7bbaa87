"""The minutes of a shop whose figures `reconcile` has found equal to their lines."""

from datetime import UTC, datetime
from decimal import Decimal

from millrace.config import Feed, Mysql
from millrace.io.mysql.client import connection
from millrace.io.mysql.ledger import counted_in
from millrace.records.ledger import OffsetRange
from millrace.records.reconciled import TABLE
from millrace.records.shop_minute import ShopMinute
from millrace.records.tables import SHOP

_PROVEN = f"""
    SELECT own.window_start, SUM(own.events) AS events, SUM(own.revenue) AS revenue,
           SUM(own.failed_amount) AS failed_amount
    FROM {SHOP.name} own JOIN {TABLE} found
      ON found.feed = own.feed AND found.`table` = '{SHOP.name}'
     AND found.window_start = own.window_start AND found.state = 'equal'
    WHERE own.feed = %s AND own.window_start >= %s GROUP BY own.window_start"""


def proven(
    mysql: Mysql, feed: Feed, since: datetime
) -> tuple[dict[datetime, ShopMinute], list[OffsetRange]]:
    """The figures by minute (UTC, without a zone), and the offsets that all figures count.

    Both are of one moment.
    """
    with connection(mysql) as opened, opened.cursor() as cursor:
        counted = counted_in(cursor, f"aggregate-{feed.name}", excluding=None)
        cursor.execute(_PROVEN, (feed.name, since.astimezone(UTC).replace(tzinfo=None)))
        rows = cursor.fetchall()
    found = {
        row["window_start"]: ShopMinute(
            int(row["events"]),
            row["revenue"] or Decimal(0),
            row["failed_amount"] or Decimal(0),
        )
        for row in rows
    }
    return found, counted
