"""A server that is away is told from other failures by the classes of errors, never by words."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from pymongo.errors import (
    AutoReconnect,
    NetworkTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
)
from pymysql.err import InterfaceError, OperationalError, ProgrammingError
from pyspark.errors import PythonException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import udf
from support.places import free_port

from millrace.config import ConfigurationError, Mongo, Mysql, UnreachableError
from millrace.io.mongo.client import connector_options
from millrace.io.mysql.jdbc import jdbc_options
from millrace.io.outage import Outage, outage

QUOTED = "the line 'java.net.ConnectException: refused (TID 1) (x): java.net.ConnectException: x'"


def of_worker(raised: str) -> PythonException:
    frames = 'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    g()\n'
    return PythonException(
        f"\n  An exception was thrown from the Python worker.\n{frames}{raised}\n"
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AutoReconnect("connection closed"), Outage("MongoDB", False)),
        (ServerSelectionTimeoutError("no primary"), Outage("MongoDB", True)),
        (NetworkTimeout("timed out"), Outage("MongoDB", True)),
        (OperationFailure("not authorized", 13), None),
        (OperationalError(2003, "Can't connect"), Outage("MySQL", False)),
        (OperationalError(2013, "Lost connection (timed out)"), Outage("MySQL", True)),
        (OperationalError(1290, "running with the --read-only option"), Outage("MySQL", False)),
        (OperationalError(1836, "Running in read-only mode"), Outage("MySQL", False)),
        (OperationalError(1040, "Too many connections"), Outage("MySQL", False)),
        (OperationalError(1203, "too many user connections"), Outage("MySQL", False)),
        (OperationalError(1226, "exceeded max_user_connections"), Outage("MySQL", False)),
        (OperationalError(1213, "Deadlock"), None),
        (InterfaceError(0, ""), Outage("MySQL", False)),
        (ProgrammingError(1146, "no such table"), None),
        (UnreachableError("mongo.uri mongodb://x: no answer"), Outage("MongoDB", False)),
        (UnreachableError("kafka.bootstrap_servers x: Timed out"), Outage("Kafka", True)),
        (ConfigurationError("mysql.host ...: Access denied"), None),
        (psycopg.errors.AdminShutdown("terminating"), Outage("PostgreSQL", False)),
        (psycopg.OperationalError("server closed the connection"), Outage("PostgreSQL", False)),
        (psycopg.errors.UndefinedTable("no such table"), None),
        (UnreachableError("warehouse.host x: no answer"), Outage("PostgreSQL", False)),
        (of_worker("pymysql.err.OperationalError: (2013, 'Lost')"), Outage("MySQL", False)),
        (of_worker("pymysql.err.OperationalError: (1213, 'Deadlock')"), None),
        (of_worker("pymongo.errors.AutoReconnect: closed"), Outage("MongoDB", False)),
        (of_worker("millrace.errors.UnreachableError: x"), Outage("a server", False)),
        (of_worker(f"ValueError: {QUOTED}"), None),
        (of_worker("ValueError: pymongo.errors.AutoReconnect: closed"), None),
        (RuntimeError(QUOTED), None),
        (RuntimeError("com.mysql.cj.jdbc.exceptions.CommunicationsException: link"), None),
    ],
    ids=str,
)  # fmt: skip
def test_errors_of_python(error: Exception, expected: Outage | None) -> None:
    assert outage(error) == expected


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]


def to_mysql(rows: DataFrame, port: int) -> None:
    options = jdbc_options(Mysql(host="127.0.0.1", port=port)) | {"dbtable": "t"}
    options["url"] += "&socketTimeout=500"
    rows.write.format("jdbc").options(**options).mode("append").save()


def to_mongo(rows: DataFrame, port: int) -> None:
    uri = f"mongodb://127.0.0.1:{port}/?serverSelectionTimeoutMS=500"
    options = connector_options(Mongo(uri=uri)) | {"collection": "c"}
    rows.write.format("mongodb").options(**options).mode("append").save()


def from_kafka(rows: DataFrame, port: int) -> None:
    options: dict[str, Any] = {"subscribe": "t", "kafka.bootstrap.servers": f"127.0.0.1:{port}"}
    options |= {"kafka.default.api.timeout.ms": 500, "kafka.request.timeout.ms": 400}
    rows.sparkSession.read.format("kafka").options(**options).load().count()


@pytest.mark.parametrize(
    ("ask", "server", "is_silent_if_closed"),
    [(to_mysql, "MySQL", False), (to_mongo, "MongoDB", True), (from_kafka, "Kafka", True)],
)
def test_servers_that_tasks_and_the_driver_of_spark_ask(
    spark: SparkSession,
    ask: Callable[[DataFrame, int], None],
    server: str,
    is_silent_if_closed: bool,
) -> None:
    rows = spark.range(10).selectExpr("CAST(id AS STRING) AS _id")
    with pytest.raises(Exception) as refused:  # noqa: PT011
        ask(rows, free_port())
    assert outage(refused.value) == Outage(server, is_silent_if_closed)
    with silent_server() as port, pytest.raises(Exception) as silent:  # noqa: PT011
        ask(rows, port)
    assert outage(silent.value) == Outage(server, True)


def in_python(rows: DataFrame) -> DataFrame:
    def quoting(_: str) -> str:
        raise ValueError(QUOTED)

    return rows.select(udf(quoting, "string")("_id"))


@pytest.mark.parametrize(
    "fail",
    [
        in_python,
        lambda rows: rows.selectExpr(f'raise_error("{QUOTED}")'),
        lambda rows: rows.selectExpr(f'CAST("{QUOTED}" || _id AS INT)'),
    ],
    ids=["python", "raise_error", "cast"],
)
def test_tasks_that_quote_a_line(
    spark: SparkSession, fail: Callable[[DataFrame], DataFrame]
) -> None:
    rows = spark.range(10).selectExpr("CAST(id AS STRING) AS _id")
    with pytest.raises(Exception) as failed:  # noqa: PT011
        fail(rows).write.format("noop").mode("overwrite").save()
    assert "java.net.ConnectException" in str(failed.value)
    assert outage(failed.value) is None
