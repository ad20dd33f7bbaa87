"""Figures of templates, as `aggregate` leaves them."""

from datetime import datetime

from millrace.config import Config
from millrace.io import mysql


def insert(conf: Config, feed: str, *rows: tuple[datetime, str, int]) -> None:
    """Puts rows into `templates_by_minute`, in place of the feed's rows."""
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute("DELETE FROM templates_by_minute WHERE feed = %s", (feed,))
        for row in rows:
            cursor.execute(
                "INSERT INTO templates_by_minute (window_start, feed, service_name, template_id,"
                " events) VALUES (%s, %s, 'web', %s, %s)",
                (row[0], feed, row[1], row[2]),
            )
