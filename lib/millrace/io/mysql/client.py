"""How MySQL is reached: by PyMySQL on the driver, by JDBC in tasks."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import DictCursor

from millrace.config import ConfigurationError, Mysql, UnreachableError

TIMEOUT_S = 10
# Not listening, gone, lost in the middle, shutting down, still starting, too many connections.
AWAY = frozenset({2002, 2003, 2006, 2013, 1053, 1927, 1040})

# Without it a server whose zone is not UTC shifts every time that passes through JDBC.
_JDBC_PARAMETERS = {
    "connectionTimeZone": "UTC",
    "forceConnectionTimeZoneToSession": "true",
    "rewriteBatchedStatements": "true",
    "allowPublicKeyRetrieval": "true",
}


@contextmanager
def connection(mysql: Mysql) -> Iterator["Connection[DictCursor]"]:
    """An open connection, one transaction, committed at the end and rolled back on an error.

    Raises UnreachableError where the server does not answer, ConfigurationError where it refuses.
    """
    options: dict[str, Any] = {}
    if mysql.tls:
        options["ssl"] = {"ca": str(mysql.ca_file)} if mysql.ca_file else {}
        options["ssl_verify_identity"] = mysql.ca_file is not None
    try:
        opened = pymysql.connect(
            host=mysql.host,
            port=mysql.port,
            user=mysql.user,
            password=mysql.password.get_secret_value(),
            database=mysql.database,
            charset="utf8mb4",
            connect_timeout=TIMEOUT_S,
            init_command="SET time_zone = '+00:00'",
            cursorclass=DictCursor,
            **options,
        )
    except pymysql.MySQLError as error:
        reason = str(error.args[-1])
        kind = UnreachableError if error.args[0] in AWAY else ConfigurationError
        raise kind(f"mysql.host {mysql.host}:{mysql.port}: {reason}") from None
    try:
        yield opened
        opened.commit()
    except BaseException:
        with suppress(pymysql.MySQLError):  # The connection may be what failed.
            opened.rollback()
        raise
    finally:
        with suppress(pymysql.MySQLError):
            opened.close()


def jdbc_options(mysql: Mysql) -> dict[str, str]:
    """The options of Spark's JDBC writer, but the table."""
    parameters = dict(_JDBC_PARAMETERS)
    if mysql.tls:
        parameters["sslMode"] = "VERIFY_IDENTITY" if mysql.trust_store else "REQUIRED"
        if mysql.trust_store:
            parameters["trustCertificateKeyStoreUrl"] = f"file:{mysql.trust_store}"
    query = "&".join(f"{key}={value}" for key, value in parameters.items())
    return {
        "url": f"jdbc:mysql://{mysql.host}:{mysql.port}/{mysql.database}?{query}",
        "driver": "com.mysql.cj.jdbc.Driver",
        "user": mysql.user,
        "password": mysql.password.get_secret_value(),
        "batchsize": "5000",
        "isolationLevel": "NONE",
    }
