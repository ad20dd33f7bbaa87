"""MySQL: windowed figures and the ledger of ``aggregate``."""

from millrace.io.mysql.client import check_jdbc, connection
from millrace.io.mysql.ledger import MysqlLedger, batches, counted_offsets
from millrace.io.mysql.names import MysqlRoutes, key_names, key_registers, route_register
from millrace.io.mysql.sink import MysqlSink, prepare

__all__ = [
    "MysqlLedger",
    "MysqlRoutes",
    "MysqlSink",
    "batches",
    "check_jdbc",
    "connection",
    "counted_offsets",
    "key_names",
    "key_registers",
    "prepare",
    "route_register",
]
