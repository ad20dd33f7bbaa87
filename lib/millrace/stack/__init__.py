"""Kafka, MongoDB and MariaDB on this machine, without Docker and without root."""

from millrace.errors import StackError
from millrace.stack.country import install_country_database
from millrace.stack.data import remove_data
from millrace.stack.lifecycle import ServerStatus, down, status, up

__all__ = [
    "ServerStatus",
    "StackError",
    "down",
    "install_country_database",
    "remove_data",
    "status",
    "up",
]
