"""Where the configuration finds each server, and whether `millrace up` runs it on this machine."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from millrace.config.api import Api
from millrace.config.changes import Changes, Postgres
from millrace.config.models import Kafka, Mongo, Mysql, Server, Stack
from millrace.config.warehouse import Warehouse
from millrace.errors import ConfigurationError

LOOPBACK_NAMES = ("127.0.0.1", "localhost")
_KAFKA_PORT, _MONGO_PORT, _CONNECT_PORT = 9092, 27017, 80
_NODE = re.compile(r"(\[[^\]]+\]|[^:\[\]]+)(?::(\d{1,5}))?")


@dataclass(frozen=True)
class Address:
    """Where the configuration finds a server: its key, its text, and the nodes it names."""

    kind: Server
    key: str
    text: str
    nodes: tuple[tuple[str, int], ...]

    def is_embedded(self, stack: Stack) -> bool:
        """Whether ``millrace up`` runs the server: one node, found where the stack listens.

        The API listens nowhere else than on this machine, and `reconcile` nowhere.
        """
        if self.kind not in stack.possible:
            return False
        if self.kind == "reconcile":
            return True
        if len(self.nodes) != 1:
            return False
        names = LOOPBACK_NAMES if stack.listen in LOOPBACK_NAMES else (stack.listen,)
        return self.kind == "api" or self.host in names

    @property
    def host(self) -> str:
        """The host of its first node."""
        return self.nodes[0][0]

    @property
    def port(self) -> int:
        """The port of its first node."""
        return self.nodes[0][1]


def of_kafka(kafka: Kafka) -> Address:
    """Of ``kafka.bootstrap_servers``; raises ConfigurationError where it is not host:port."""
    key, text = "kafka.bootstrap_servers", kafka.bootstrap_servers
    return Address("kafka", key, text, _nodes(key, text, _KAFKA_PORT))


def of_mongo(mongo: Mongo) -> Address:
    """Of ``mongo.uri``; raises ConfigurationError where it has no host:port.

    Nodes that are in the DNS (``mongodb+srv:``) are not looked up: none is ever this machine.
    """
    uri = urlsplit(mongo.uri)
    hosts = uri.netloc.rpartition("@")[2]
    is_listed = uri.scheme == "mongodb"
    nodes = _nodes("mongo.uri", hosts, _MONGO_PORT) if is_listed else ()
    return Address("mongo", "mongo.uri", hosts, nodes)


def of_mysql(mysql: Mysql) -> Address:
    """Of ``mysql.host`` and ``mysql.port``."""
    text = f"{mysql.host}:{mysql.port}"
    return Address("mysql", "mysql.port", text, ((mysql.host, mysql.port),))


def of_postgres(postgres: Postgres) -> Address:
    """Of ``changes.postgres``."""
    text = f"{postgres.host}:{postgres.port}"
    nodes = ((postgres.host, postgres.port),)
    return Address("source-postgres", "changes.postgres.port", text, nodes)


def of_warehouse(warehouse: Warehouse) -> Address:
    """Of ``warehouse``."""
    text = f"{warehouse.host}:{warehouse.port}"
    nodes = ((warehouse.host, warehouse.port),)
    return Address("warehouse-postgres", "warehouse.port", text, nodes)


def of_source_mariadb(mariadb: Mysql) -> Address:
    """Of ``changes.mariadb``."""
    return replace(of_mysql(mariadb), kind="source-mariadb", key="changes.mariadb.port")


def of_source_mongo(mongo: Mongo) -> Address:
    """Of ``changes.mongo``; raises ConfigurationError where its URI has no host:port."""
    return replace(of_mongo(mongo), kind="source-mongo", key="changes.mongo.uri")


def of_connect(changes: Changes) -> Address:
    """Of ``changes.connect``; raises ConfigurationError where it is not http://host:port."""
    key, url = "changes.connect", urlsplit(changes.connect)
    nodes = _nodes(key, url.netloc, _CONNECT_PORT)
    return Address("connect", key, changes.connect.rstrip("/"), nodes)


def of_api(api: Api) -> Address:
    """Of ``api.listen`` and ``api.port``."""
    host = f"[{api.listen}]" if ":" in api.listen else api.listen
    return Address("api", "api.port", f"http://{host}:{api.port}", ((api.listen, api.port),))


def _nodes(key: str, text: str, default_port: int) -> tuple[tuple[str, int], ...]:
    nodes = []
    for node in text.split(","):
        match = _NODE.fullmatch(node.strip())
        if match is None:
            raise ConfigurationError(f"{key}: {node!r} is not host:port")
        host, port = match.groups()
        nodes.append((host.strip("[]"), int(port or default_port)))
    return tuple(nodes)
