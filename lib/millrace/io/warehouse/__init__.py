"""The warehouse, a PostgreSQL database: how it is reached, its roles, and the tables of raw."""

from millrace.io.warehouse.client import connection
from millrace.io.warehouse.tables import prepare

__all__ = ["connection", "prepare"]
