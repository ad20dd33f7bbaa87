"""How Spark's tasks reach MySQL: by JDBC."""

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from millrace.config import ConfigurationError, Mysql
from millrace.errors import one_line
from millrace.io.mysql.client import TIMEOUT_S
from millrace.setup.trust_store import trust_store

# Without it a server whose zone is not UTC shifts every time that passes through JDBC.
_JDBC_PARAMETERS = {
    "connectionTimeZone": "UTC",
    "forceConnectionTimeZoneToSession": "true",
    "rewriteBatchedStatements": "true",
}


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
