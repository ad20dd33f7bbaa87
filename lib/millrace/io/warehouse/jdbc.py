"""How Spark's tasks reach the warehouse: by JDBC."""

from millrace.config import Warehouse
from millrace.io.warehouse.client import TIMEOUT_S

_ROWS_AT_ONCE = "5000"


def jdbc_options(warehouse: Warehouse) -> dict[str, str]:
    """The options of Spark's JDBC writer, but the table. Each task is one transaction."""
    parameters = {
        "reWriteBatchedInserts": "true",
        "connectTimeout": str(TIMEOUT_S),
        "socketTimeout": str(warehouse.request_timeout_s),
        "tcpKeepAlive": "true",
        "ApplicationName": "millrace",
    } | _tls(warehouse)
    query = "&".join(f"{key}={value}" for key, value in parameters.items())
    return {
        "url": f"jdbc:postgresql://{warehouse.host}:{warehouse.port}/{warehouse.database}?{query}",
        "driver": "org.postgresql.Driver",
        "user": warehouse.user,
        "password": warehouse.password.get_secret_value(),
        "batchsize": _ROWS_AT_ONCE,
    }


def _tls(warehouse: Warehouse) -> dict[str, str]:
    if not warehouse.tls:
        return {"sslmode": "disable"}
    if warehouse.ca_file:
        return {"sslmode": "verify-full", "sslrootcert": str(warehouse.ca_file)}
    factory = "org.postgresql.ssl.DefaultJavaSSLFactory"  # which trusts whom the JVM does
    return {"sslmode": "verify-full", "sslfactory": factory}
