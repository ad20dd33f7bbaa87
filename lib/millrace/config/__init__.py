"""The configuration: what a user may set, checked at start-up."""

from millrace.config.models import (
    Detection,
    Enrichment,
    Feed,
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
from millrace.config.yaml_file import CONF_DIRECTORY
from millrace.errors import ConfigurationError, UnreachableError

__all__ = [
    "CONF_DIRECTORY",
    "DEFAULT_FILE",
    "Config",
    "ConfigurationError",
    "Detection",
    "Enrichment",
    "Feed",
    "Kafka",
    "LogFormat",
    "Logs",
    "Metrics",
    "Mongo",
    "Mysql",
    "Ports",
    "Server",
    "Spark",
    "Stack",
    "Storage",
    "Stream",
    "UnreachableError",
    "load",
    "with_passwords",
]
