"""MySQL: windowed figures and the ledger of ``aggregate``."""

from millrace.io.mysql.client import check_jdbc, connection
from millrace.io.mysql.ledger import MysqlLedger, batches, counted_offsets
from millrace.io.mysql.routes import route_register
from millrace.io.mysql.sink import MysqlSink, prepare

__all__ = [
    "MysqlLedger",
    "MysqlSink",
    "batches",
    "check_jdbc",
    "connection",
    "counted_offsets",
    "prepare",
    "route_register",
]
