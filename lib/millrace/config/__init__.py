"""The configuration: what a user may set, checked at start-up."""

from millrace.config.api import Api
from millrace.config.changes import Changes, Postgres
from millrace.config.feeds import Declaration, EnvelopeKeys, Feed
from millrace.config.models import (
    Addition,
    Detection,
    Enrichment,
    Kafka,
    LogFormat,
    Logs,
    Metrics,
    Mongo,
    Mysql,
    Ports,
    Server,
    Spark,
    Stack,
    Storage,
    Stream,
)
from millrace.config.settings import DEFAULT_FILE, Config, load, with_passwords
from millrace.config.warehouse import Warehouse
from millrace.config.yaml_file import CONF_DIRECTORY
from millrace.errors import ConfigurationError, UnreachableError

__all__ = [
    "CONF_DIRECTORY",
    "DEFAULT_FILE",
    "Addition",
    "Api",
    "Changes",
    "Config",
    "ConfigurationError",
    "Declaration",
    "Detection",
    "Enrichment",
    "EnvelopeKeys",
    "Feed",
    "Kafka",
    "LogFormat",
    "Logs",
    "Metrics",
    "Mongo",
    "Mysql",
    "Ports",
    "Postgres",
    "Server",
    "Spark",
    "Stack",
    "Storage",
    "Stream",
    "UnreachableError",
    "Warehouse",
    "load",
    "with_passwords",
]
