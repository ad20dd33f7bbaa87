"""How MySQL is reached: by PyMySQL on the driver, by JDBC in tasks."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
from py4j.protocol import Py4JJavaError
from pymysql.connections import Connection
from pymysql.cursors import DictCursor
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from millrace.config import ConfigurationError, Mysql, UnreachableError
from millrace.errors import one_line
from millrace.setup.trust_store import trust_store
from millrace.telemetry.activity import ACTIVITY

TIMEOUT_S = 10
# Not listening, gone, lost in the middle, shutting down, connection killed; too many connections,
# of all or of the user; read-only, as a server is while a failover goes on.
AWAY = frozenset({2002, 2003, 2006, 2013, 1053, 1927, 1040, 1203, 1226, 1290, 1836})

# Without it a server whose zone is not UTC shifts every time that passes through JDBC.
_JDBC_PARAMETERS = {
    "connectionTimeZone": "UTC",
    "forceConnectionTimeZoneToSession": "true",
    "rewriteBatchedStatements": "true",
}


class _Cursor(DictCursor):
    """A cursor whose every statement that is answered is a sign of work."""

    def execute(self, query: Any, args: Any = None) -> int:
        count = super().execute(query, args)
        ACTIVITY.note()
        return count


@contextmanager
def connection(mysql: Mysql) -> Iterator["Connection[DictCursor]"]:
    """An open connection, one transaction, committed at the end and rolled back on an error.

    Raises UnreachableError where the server does not answer, at first or to a statement, within
    its time; ConfigurationError where it refuses.
    """
    try:
        opened: Connection[DictCursor] = pymysql.connect(
            host=mysql.host,
            port=mysql.port,
            user=mysql.user,
            password=mysql.password.get_secret_value(),
            database=mysql.database,
            charset="utf8mb4",
            connect_timeout=TIMEOUT_S,
            read_timeout=TIMEOUT_S,
            write_timeout=mysql.statement_timeout_s,
            init_command="SET time_zone = '+00:00'",
            cursorclass=_Cursor,
            ssl=_tls_context(mysql) if mysql.tls else None,
        )
        # PyMySQL has one timeout for the answer to a login and for that to a statement.
        opened._read_timeout = mysql.statement_timeout_s  # type: ignore[attr-defined]
    except pymysql.MySQLError as error:
        raise _connection_error(mysql, error) from None
    try:
        yield opened
        opened.commit()
    except BaseException as error:
        with suppress(pymysql.MySQLError):  # The connection may be what failed.
            opened.rollback()
        if isinstance(error, pymysql.OperationalError) and "timed out" in str(error.args[-1]):
            raise UnreachableError(
                f"mysql.host {mysql.host}:{mysql.port}: a statement timed out after"
                f" {mysql.statement_timeout_s} s; if it needs longer, raise stream.max_outage_s"
            ) from error
        raise
    finally:
        with suppress(pymysql.MySQLError):
            opened.close()


def _tls_context(mysql: Mysql) -> ssl.SSLContext:
    """Checks the server's certificate and host name by ``ca_file``, else the system's authorities.

    A context of our own: without a CA file PyMySQL's ``ssl_verify_identity`` checks no host name.
    """
    try:
        return ssl.create_default_context(cafile=mysql.ca_file)
    except OSError as error:
        raise ConfigurationError(
            f"mysql.ca_file {mysql.ca_file}: expected PEM certificates: {error.strerror or error}"
        ) from None


def _connection_error(mysql: Mysql, error: pymysql.MySQLError) -> ConfigurationError:
    """UnreachableError where the server is away, ConfigurationError where it or we refuse."""
    server = f"mysql.host {mysql.host}:{mysql.port}"
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return ConfigurationError(
            f"{server}: its TLS certificate is refused: {cause.verify_message.rstrip('.')};"
            " mysql.ca_file names the authorities to trust"
        )
    kind = UnreachableError if error.args[0] in AWAY else ConfigurationError
    return kind(f"{server}: {error.args[-1]}")


def jdbc_options(mysql: Mysql) -> dict[str, str]:
    """The options of Spark's JDBC writer, but the table."""
    timeouts = {
        "connectTimeout": str(1000 * TIMEOUT_S),
        "socketTimeout": str(1000 * mysql.request_timeout_s),
        "tcpKeepAlive": "true",
    }
    parameters = _JDBC_PARAMETERS | timeouts | _jdbc_tls(mysql)
    query = "&".join(f"{key}={value}" for key, value in parameters.items())
    return {
        "url": f"jdbc:mysql://{mysql.host}:{mysql.port}/{mysql.database}?{query}",
        "driver": "com.mysql.cj.jdbc.Driver",
        "user": mysql.user,
        "password": mysql.password.get_secret_value(),
        "batchsize": "5000",
        "isolationLevel": "NONE",
    }


def _jdbc_tls(mysql: Mysql) -> dict[str, str]:
    if not mysql.tls:
        # MySQL's default way of logging in needs the server's key, where there is no TLS.
        return {"allowPublicKeyRetrieval": "true"}
    store = trust_store(mysql)
    return {"sslMode": "VERIFY_IDENTITY"} | (
        {"trustCertificateKeyStoreUrl": f"file:{store}"} if store else {}
    )


def check_jdbc(spark: SparkSession, mysql: Mysql) -> None:
    """Raises ConfigurationError where the JVM cannot connect; Python may have connected before."""
    try:
        spark.read.format("jdbc").options(**jdbc_options(mysql), query="SELECT 1 AS one").load()
    except (Py4JJavaError, PySparkException) as error:
        # Spark's own error says no more than that there is no connection; its cause says why.
        cause = one_line(error, to_root=True)
        raise ConfigurationError(
            f"mysql.host {mysql.host}:{mysql.port}: the JVM cannot connect: {cause};"
            " mysql.trust_store names the authorities that it trusts"
        ) from None
