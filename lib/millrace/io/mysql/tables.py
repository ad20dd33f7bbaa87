"""The tables and views in MySQL, made where they are missing."""

from millrace.config import Mysql
from millrace.io.mysql.client import connection
from millrace.records import rates, reconciled, staging, tables

_BESIDE = (staging.TABLES_DDL, reconciled.DDL, *rates.STATEMENTS)


def prepare(mysql: Mysql) -> None:
    """Creates the tables and views that are missing."""
    with connection(mysql) as opened, opened.cursor() as cursor:
        for statement in (*tables.STATEMENTS, *_BESIDE):
            cursor.execute(statement)
        for table, column, type in tables.ADDED_COLUMNS:
            cursor.execute(f"SHOW COLUMNS FROM {table} LIKE %s", column)
            if not cursor.fetchone():
                cursor.execute(f"ALTER TABLE {table} ADD COLUMN {column} {type}")
