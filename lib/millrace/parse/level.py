"""The words that applications use for a line's level."""

from pyspark.sql import Column
from pyspark.sql import functions as F

LEVELS = {
    "TRACE": "DEBUG",
    "DEBUG": "DEBUG",
    "INFO": "INFO",
    "NOTICE": "INFO",
    "WARN": "WARN",
    "WARNING": "WARN",
    "ERROR": "ERROR",
    "ERR": "ERROR",
    "FATAL": "FATAL",
    "CRITICAL": "FATAL",
}


def level(word: Column, otherwise: Column) -> Column:
    """DEBUG, INFO, WARN, ERROR or FATAL, null for other words; ``otherwise`` where none is sent."""
    levels = F.create_map(*(F.lit(word) for pair in LEVELS.items() for word in pair))
    return F.when(word.isNull(), otherwise).otherwise(levels[F.upper(F.trim(word))])
