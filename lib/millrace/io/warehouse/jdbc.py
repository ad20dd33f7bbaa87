"""How Spark's tasks reach the warehouse: by JDBC."""

from millrace.config import Warehouse
from millrace.io import postgres_tls
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
    } | (postgres_tls.jdbc(warehouse) or {"sslmode": "disable"})
    query = "&".join(f"{key}={value}" for key, value in parameters.items())
    return {
        "url": f"jdbc:postgresql://{warehouse.host}:{warehouse.port}/{warehouse.database}?{query}",
        "driver": "org.postgresql.Driver",
        "user": warehouse.user,
        "password": warehouse.password.get_secret_value(),
        "batchsize": _ROWS_AT_ONCE,
    }
