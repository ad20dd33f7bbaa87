"""MongoDB: documents, dead letters and the ledger of ``ingest``."""

from millrace.io.mongo.client import database
from millrace.io.mongo.collections import prepare
from millrace.io.mongo.ledger import MongoLedger
from millrace.io.mongo.routes import MongoRoutes, route_register
from millrace.io.mongo.sink import MongoSink

__all__ = [
    "MongoLedger",
    "MongoRoutes",
    "MongoSink",
    "database",
    "prepare",
    "route_register",
]
