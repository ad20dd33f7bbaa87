"""MongoDB: documents, dead letters, the ledger of ``ingest``; what needs Spark is not exported."""

from millrace.io.mongo.client import database
from millrace.io.mongo.collections import prepare
from millrace.io.mongo.ledger import MongoLedger
from millrace.io.mongo.routes import MongoRoutes, route_register

__all__ = [
    "MongoLedger",
    "MongoRoutes",
    "database",
    "prepare",
    "route_register",
]
