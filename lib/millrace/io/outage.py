"""Which failures come of a server that is away, so that the same batch can be tried again.

Errors are told by their classes, never by what their messages quote: a line may say anything.
"""

import re
from dataclasses import dataclass
from typing import Any

import psycopg
from py4j.protocol import Py4JError
from pymongo.errors import ConnectionFailure, NetworkTimeout, ServerSelectionTimeoutError
from pymysql.err import InterfaceError, OperationalError
from pyspark.errors import PythonException

from millrace.config import UnreachableError
from millrace.io.mysql.client import AWAY
from millrace.io.warehouse import client as warehouse

_TITLES = {"kafka": "Kafka", "mongo": "MongoDB", "mysql": "MySQL", "warehouse": "PostgreSQL"}
_PACKAGES = {
    "org.apache.kafka.": "kafka",
    "com.mongodb.": "mongo",
    "com.mysql.": "mysql",
    "org.postgresql.": "warehouse",
}
_POSTGRES = "org.postgresql.util.PSQLException"
_ANY = "a server"
# What the JVM's clients raise, by the beginning of the class's name. A replica set without a
# primary is away as well.
_IN_JVM = {
    "com.mongodb.MongoTimeoutException": "MongoDB",
    "com.mongodb.MongoSocket": "MongoDB",
    "com.mongodb.MongoNotPrimaryException": "MongoDB",
    "com.mongodb.MongoNodeIsRecoveringException": "MongoDB",
    "com.mongodb.MongoConnectionPoolClearedException": "MongoDB",
    "com.mysql.cj.jdbc.exceptions.CommunicationsException": "MySQL",
    # What follows on a timeout within a batch of statements, and hides it.
    "com.mysql.cj.exceptions.StatementIsClosedException": "MySQL",
    "java.sql.SQLNonTransientConnectionException": "MySQL",
    "java.sql.SQLTransientConnectionException": "MySQL",
    "org.apache.kafka.common.errors.TimeoutException": "Kafka",
    "org.apache.kafka.common.errors.DisconnectException": "Kafka",
    "java.net.ConnectException": _ANY,
    "java.net.SocketTimeoutException": _ANY,
}
_IN_WORKERS = {
    f"{UnreachableError.__module__}.{UnreachableError.__name__}": _ANY,
    "pymongo.errors.AutoReconnect": "MongoDB",
    "pymongo.errors.NetworkTimeout": "MongoDB",
    "pymongo.errors.NotPrimaryError": "MongoDB",
    "pymongo.errors.ServerSelectionTimeoutError": "MongoDB",
    "pymysql.err.InterfaceError": "MySQL",
}
_WORKER_ERROR = "org.apache.spark.api.python.PythonException"
# Under the frames of the last traceback stands what a Python worker raised.
_RAISED = re.compile(r"^([\w.]+)(?:: (?:\((\d+),)?|$)", re.MULTILINE)
# How Spark begins where it could not send a task's exception to the driver: it names the class.
_LOST_TASK = re.compile(
    r"Job aborted due to stage failure: .*?\(TID \d+\) \([^()]*\): ([\w.$]+)", re.DOTALL
)
_CERTIFICATE = ("java.security.cert.", "sun.security.")


@dataclass(frozen=True)
class Outage:
    """The server that is away; ``is_silent`` where that was found out by a timeout."""

    server: str
    is_silent: bool


@dataclass(frozen=True)
class _Cause:
    """One exception of a chain in the JVM; ``code`` is MySQL's, ``state`` PostgreSQL's."""

    name: str
    message: str = ""
    code: int | None = None
    state: str | None = None


def outage(error: BaseException) -> Outage | None:
    """The outage that a failure of a sink or a source comes of; None where it comes of none."""
    causes = _causes(error)
    server = _in_python(error) or _in_jvm(causes) or _in_worker(error, causes)
    return Outage(server, _timed_out(error, causes)) if server else None


def refused_certificate(error: BaseException) -> str | None:
    """One line on the server whose TLS certificate the JVM refuses; None where it refuses none."""
    causes = _causes(error)
    # MongoDB's driver goes on trying, and at last tells what it met in its message.
    met = (f"caused by {{{name}" for name in _CERTIFICATE)
    is_refused = any(cause.name.startswith(_CERTIFICATE) for cause in causes) or any(
        cause.name == "com.mongodb.MongoTimeoutException" and text in cause.message
        for text in met
        for cause in causes
    )
    if not is_refused:
        return None
    for cause in causes:
        for package, key in _PACKAGES.items():
            if cause.name.startswith(package):
                has_store = key in ("mongo", "mysql")
                named = f"{key}.trust_store or {key}.ca_file" if has_store else f"{key}.ca_file"
                return (
                    f"the JVM refuses the TLS certificate of {_TITLES[key]}, or its host name;"
                    f" {named} names the authorities to trust"
                )
    return "the JVM refuses the TLS certificate of a server"


def _in_python(error: BaseException) -> str | None:
    if isinstance(error, UnreachableError):
        return _TITLES.get(str(error).partition(".")[0], _ANY)
    if isinstance(error, ConnectionFailure):
        return "MongoDB"
    if isinstance(error, psycopg.Error) and warehouse.is_away(error):
        return "PostgreSQL"
    is_away = isinstance(error, OperationalError) and error.args and error.args[0] in AWAY
    return "MySQL" if is_away or isinstance(error, InterfaceError) else None


def _in_jvm(causes: list[_Cause]) -> str | None:
    for cause in causes:
        if cause.code in AWAY:
            return "MySQL"
        if cause.name == _POSTGRES and warehouse.is_away_state(cause.state):
            return "PostgreSQL"
        for beginning, server in _IN_JVM.items():
            if cause.name.startswith(beginning):
                return server
        # Spark's Kafka source, of a broker that is back before Kafka's own timeouts are over.
        is_java_s_own = cause.name == "java.util.concurrent.TimeoutException"
        if is_java_s_own and cause.message.startswith("Cannot fetch record"):
            return "Kafka"
    return None


def _in_worker(error: BaseException, causes: list[_Cause]) -> str | None:
    texts = [cause.message for cause in causes if cause.name == _WORKER_ERROR]
    if isinstance(error, PythonException):
        texts.append(str(error))
    for text in texts:
        raised = _RAISED.search(text.rpartition("Traceback (most recent call last):\n")[2])
        name, code = raised.groups() if raised else ("", None)
        if name in _IN_WORKERS:
            return _IN_WORKERS[name]
        if name == "pymysql.err.OperationalError" and code and int(code) in AWAY:
            return "MySQL"
    return None


def _timed_out(error: BaseException, causes: list[_Cause]) -> bool:
    if causes:
        return any("Timeout" in cause.name for cause in causes)
    is_timeout = isinstance(error, NetworkTimeout | ServerSelectionTimeoutError)
    return is_timeout or "timed out" in str(error).lower()


def _causes(error: BaseException) -> list[_Cause]:
    """The exceptions in the JVM that an error comes of, the outermost first."""
    causes: list[_Cause] = []
    try:
        throwable = _throwable(error)
        while throwable is not None:
            name, message = throwable.getClass().getName(), str(throwable.getMessage())
            is_sql = name.startswith(("java.sql.", "com.mysql.cj.jdbc.exceptions."))
            code = throwable.getErrorCode() if is_sql else None
            state = throwable.getSQLState() if name == _POSTGRES else None
            causes.append(_Cause(name, message, code, state))
            lost = _LOST_TASK.match(message)
            if lost:
                causes.append(_Cause(lost[1]))
            throwable = throwable.getCause()
    except Py4JError:
        pass  # The JVM itself is gone.
    return causes


def _throwable(error: BaseException | None) -> Any:
    """The JVM's own exception behind one of pyspark or py4j, if there is any."""
    if error is None:
        return None
    throwable = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    return throwable if throwable is not None else _throwable(getattr(error, "_cause", None))
