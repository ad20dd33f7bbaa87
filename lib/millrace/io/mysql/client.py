"""How MySQL is reached by PyMySQL; Spark's tasks reach it by ``jdbc``."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import DictCursor

from millrace.config import ConfigurationError, Mysql, UnreachableError
from millrace.telemetry.activity import ACTIVITY

TIMEOUT_S = 10
# Not listening, gone, lost in the middle, shutting down, connection killed; too many connections,
# of all or of the user; read-only, as a server is while a failover goes on.
AWAY = frozenset({2002, 2003, 2006, 2013, 1053, 1927, 1040, 1203, 1226, 1290, 1836})


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
