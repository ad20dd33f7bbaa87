"""A batch is tried again while a server is away, and for nothing else."""

import threading
from collections.abc import Callable

import pytest
from pymongo.errors import AutoReconnect, OperationFailure, ServerSelectionTimeoutError
from pymysql.err import InterfaceError, OperationalError, ProgrammingError

from millrace import patience
from millrace.config import ConfigurationError, UnreachableError
from millrace.errors import JobError
from millrace.io.outage import is_outage
from millrace.patience import Patience, StoppingError

AWAY = AutoReconnect("connection closed")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_FIRST_PAUSE_S", 0.001)


def failing(*errors: Exception) -> tuple[Callable[[], None], list[int]]:
    """A write that raises each of the errors once, then succeeds; how often it was called."""
    left, calls = list(errors), [0]

    def write() -> None:
        calls[0] += 1
        if left:
            raise left.pop(0)

    return write, calls


def test_an_outage_is_outlasted() -> None:
    write, calls = failing(AWAY, AWAY, AWAY)
    Patience("ingest-web", 60, threading.Event()).outlast(write)
    assert calls == [4]


def test_what_is_no_outage_ends_it_at_once() -> None:
    write, calls = failing(AWAY, ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        Patience("ingest-web", 60, threading.Event()).outlast(write)
    assert calls == [2]


def test_a_longer_outage_ends_with_what_to_do() -> None:
    write, _ = failing(*[AWAY] * 1000)
    with pytest.raises(JobError, match=r"max_outage_s 0\.05\. Nothing is lost.*connection closed"):
        Patience("ingest-web", 0.05, threading.Event()).outlast(write)


def test_a_stop_is_not_kept_waiting() -> None:
    stopping = threading.Event()
    stopping.set()
    write, calls = failing(AWAY)
    with pytest.raises(StoppingError):
        Patience("ingest-web", 60, stopping).outlast(write)
    assert calls == [1]


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (AWAY, True),
        (ServerSelectionTimeoutError("no primary"), True),
        (OperationFailure("not authorized", 13), False),
        (OperationalError(2003, "Can't connect"), True),
        (OperationalError(2013, "Lost connection"), True),
        (OperationalError(1213, "Deadlock"), False),
        (InterfaceError(0, ""), True),
        (ProgrammingError(1146, "no such table"), False),
        (UnreachableError("mongo.uri ...: no answer"), True),
        (ConfigurationError("mysql.host ...: Access denied"), False),
        (RuntimeError("Lost task 0.0: com.mongodb.MongoTimeoutException: Timed out"), True),
        (RuntimeError("com.mysql.cj.jdbc.exceptions.CommunicationsException: link"), True),
        (RuntimeError("java.lang.ArithmeticException"), False),
        (RuntimeError("MongoBulkWriteException: E11000 duplicate key error"), False),
    ],
    ids=str,
)
def test_outages_are_told_from_other_failures(error: Exception, is_away: bool) -> None:
    assert is_outage(error) is is_away
