"""MySQL: windowed figures and the ledger of ``aggregate``; what needs Spark is not exported."""

from millrace.io.mysql.client import connection
from millrace.io.mysql.ledger import MysqlLedger, batches, counted_offsets
from millrace.io.mysql.names import MysqlRoutes, key_names, key_registers, route_register
from millrace.io.mysql.tables import prepare

__all__ = [
    "MysqlLedger",
    "MysqlRoutes",
    "batches",
    "connection",
    "counted_offsets",
    "key_names",
    "key_registers",
    "prepare",
    "route_register",
]
