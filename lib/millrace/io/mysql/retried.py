"""Transactions that begin again where another one stood in their way."""

import logging
from collections.abc import Callable
from typing import TypeVar

from pymysql.err import OperationalError

_log = logging.getLogger(__name__)
_MET_ANOTHER = {1205, 1213}  # lock wait timeout; deadlock: what two write may meet in one index
_ATTEMPTS = 5
T = TypeVar("T")


def retried(transaction: Callable[[], T], name: str) -> T:
    """What ``transaction`` returns; it must open a connection of its own, and may run five times.

    ``name`` says in the log what it is. Raises what it raises last.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return transaction()
        except OperationalError as error:
            if error.args[0] not in _MET_ANOTHER or attempt == _ATTEMPTS:
                raise
            _log.warning("%s: %s; retrying", name, error.args[1])
    raise AssertionError("the last attempt returns or raises")
