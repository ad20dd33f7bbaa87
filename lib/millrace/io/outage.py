"""Which failures come of a server that is away, so that the same batch can be tried again."""

from pymongo.errors import ConnectionFailure
from pymysql.err import InterfaceError, OperationalError

from millrace.config import UnreachableError
from millrace.io.mysql.client import AWAY

# What the JVM's clients raise: MongoDB's driver, MySQL's, and Kafka's consumer. A failure within
# a task comes to the driver as text alone. A replica set without a primary is away as well.
_RAISED_IN_JVM = (
    "com.mongodb.MongoTimeoutException",
    "com.mongodb.MongoSocket",
    "com.mongodb.MongoNotPrimaryException",
    "com.mongodb.MongoNodeIsRecoveringException",
    "com.mongodb.MongoConnectionPoolClearedException",
    "CommunicationsException",
    "java.net.ConnectException",
    "java.net.SocketTimeoutException",
    "java.sql.SQLNonTransientConnectionException",
    "java.sql.SQLTransientConnectionException",
    "org.apache.kafka.common.errors.TimeoutException",
    "org.apache.kafka.common.errors.DisconnectException",
    UnreachableError.__name__,
)


def is_outage(error: BaseException) -> bool:
    """Whether a failure of a sink or source says that a server does not answer."""
    if isinstance(error, UnreachableError | ConnectionFailure | InterfaceError):
        return True
    if isinstance(error, OperationalError):
        return bool(error.args) and error.args[0] in AWAY
    return any(name in str(error) for name in _RAISED_IN_JVM)
