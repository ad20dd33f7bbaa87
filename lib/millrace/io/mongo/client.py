"""How MongoDB is reached: by pymongo on the driver, by the Spark connector in tasks."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

import pymongo
from pymongo.database import Database
from pymongo.errors import CollectionInvalid, ConnectionFailure, OperationFailure, PyMongoError

from millrace.config import ConfigurationError, Mongo, UnreachableError

Document = dict[str, Any]

TIMEOUT_MS = 10_000
_NAMESPACE_EXISTS = 48
_AT_ONCE = 2_000
_BYTES_AT_ONCE = 128 * 2**20


def database(mongo: Mongo) -> Database[Document]:
    """The suite's database; raises UnreachableError where the server does not answer.

    Raises ConfigurationError where it refuses.
    """
    try:
        client = _client(mongo)
        # Not `ping`, which a server answers to whoever has not logged in as well.
        client[mongo.database].list_collection_names(authorizedCollections=True)
    except (PyMongoError, ValueError, OSError) as error:
        raise _connection_error(mongo, error) from None
    return client[mongo.database]


def create_missing(db: Database[Document], name: str, **options: Any) -> bool:
    """Creates a collection or a view, and returns whether it did: it may be there already.

    Where another process makes it between pymongo's look and the command, the server refuses.
    """
    try:
        db.create_collection(name, **options)
    except CollectionInvalid:
        return False
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise
        return False
    return True


def unasked(mongo: Mongo) -> Database[Document]:
    """The suite's database, without asking the server whether it is there.

    What is asked of it may raise any of pymongo's errors; ``refusal`` says them in our words.
    """
    return _client(mongo)[mongo.database]


def refusal(mongo: Mongo, error: PyMongoError) -> ConfigurationError:
    """What a failed question comes to: UnreachableError where the server is away."""
    return _connection_error(mongo, error)


def _connection_error(mongo: Mongo, error: Exception) -> ConfigurationError:
    """UnreachableError where the server is away, ConfigurationError where it or we refuse."""
    reason = re.split(r" \(configured|, (?:Timeout|full error):", str(error).splitlines()[0])[0]
    refused = re.search(r"certificate verify failed: ([^(]*)", reason)
    if refused:
        return ConfigurationError(
            f"mongo.uri {mongo.uri}: its TLS certificate is refused: {refused[1].strip(' .')};"
            " mongo.ca_file names the authorities to trust"
        )
    kind = UnreachableError if isinstance(error, ConnectionFailure) else ConfigurationError
    return kind(f"mongo.uri {mongo.uri}: {reason}")


@lru_cache(maxsize=4)
def _client(mongo: Mongo) -> pymongo.MongoClient[Document]:
    """One client a process: each has threads and connections of its own."""
    options: Document = {"tz_aware": True, "w": "majority"}
    options |= _timeouts(mongo, answer_s=mongo.statement_timeout_s)
    if mongo.username and mongo.password:
        options["username"] = mongo.username
        options["password"] = mongo.password.get_secret_value()
        options["authSource"] = mongo.auth_source
    if mongo.tls:
        options["tls"] = True
    if mongo.tls and mongo.ca_file:
        options["tlsCAFile"] = str(mongo.ca_file)
    return pymongo.MongoClient(mongo.uri, **options)


def _timeouts(mongo: Mongo, *, answer_s: int) -> dict[str, int]:
    """The timeouts of a client, in ms, but those that the URI names."""
    timeouts = {
        "serverSelectionTimeoutMS": TIMEOUT_MS,
        "connectTimeoutMS": TIMEOUT_MS,
        "socketTimeoutMS": 1000 * answer_s,
    }
    return {name: ms for name, ms in timeouts.items() if name.lower() not in mongo.uri.lower()}


def connector_options(mongo: Mongo) -> dict[str, str]:
    """The options of the MongoDB Spark connector for writing, but collection and operation."""
    return {
        "connection.uri": _connection_uri(mongo),
        "database": mongo.database,
        "idFieldList": "_id",
        "upsertDocument": "true",
        "ignoreNullValues": "true",
        "writeConcern.w": "majority",
        "ordered": "false",
    }


def at_once(longest_bytes: int) -> dict[str, str]:
    """The connector's option by which a task holds few documents where their lines may be long.

    The connector counts documents, not bytes, and keeps them until it has that many.
    """
    fitting = _BYTES_AT_ONCE // max(1, longest_bytes)
    return {"maxBatchSize": str(max(1, min(_AT_ONCE, fitting)))}


def _connection_uri(mongo: Mongo) -> str:
    """The URI with credentials, TLS and timeouts: the connector takes them nowhere else."""
    scheme, _, rest = mongo.uri.partition("://")
    if mongo.username and mongo.password:
        password = quote_plus(mongo.password.get_secret_value())
        rest = f"{quote_plus(mongo.username)}:{password}@{rest.rpartition('@')[2]}"
    timeouts = _timeouts(mongo, answer_s=mongo.request_timeout_s)
    parameters = [f"{name}={ms}" for name, ms in timeouts.items()]
    if mongo.username:
        parameters.append(f"authSource={mongo.auth_source}")
    if mongo.tls:
        parameters.append("tls=true")
    hosts, _, tail = rest.partition("/")
    joint = "&" if "?" in tail else "?"
    return f"{scheme}://{hosts}/{tail}{joint}{'&'.join(parameters)}"
