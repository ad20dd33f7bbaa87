"""MySQL: windowed figures and the ledger of ``aggregate``."""

from millrace.io.mysql.client import connection
from millrace.io.mysql.ledger import counted
from millrace.io.mysql.routes import Routes
from millrace.io.mysql.sink import prepare, sink

__all__ = ["Routes", "connection", "counted", "prepare", "sink"]
