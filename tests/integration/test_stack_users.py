"""The embedded servers let nobody in but their own user, whoever else has an account here."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pymongo
import pymysql
import pytest
from pydantic import SecretStr
from pymongo.errors import OperationFailure
from pymysql.cursors import Cursor
from rich.console import Console
from support.old_stack import start_old_servers
from support.places import settings_file

from millrace import config, stack
from millrace.config import Config, ConfigurationError, passwords
from millrace.errors import StackError
from millrace.io import mongo, mysql
from millrace.stack import clients, mariadb
from millrace.stack.servers import folders

SILENT = Console(file=StringIO())
SET_ANEW = (
    "the existing data had no users, or their passwords were lost: new users are created,"
    " and the data is kept (see millrace status --secrets)"
)


def _settings(folder: Path) -> Path:
    """A configuration of MongoDB and MariaDB in a folder that all can read before they start."""
    file = settings_file(folder, servers=("mongo", "mysql"))
    conf = config.load(file)
    conf.stack.directory.mkdir(mode=0o755)
    conf.enrichment.country_database.parent.mkdir()
    conf.enrichment.country_database.touch()  # nothing here asks for countries
    return file


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of a configuration whose servers are up."""
    file = _settings(tmp_path_factory.mktemp("users"))
    try:
        stack.up(config.load(file), SILENT)
        yield file
    finally:
        stack.down(config.load(file), SILENT)


@pytest.fixture
def conf(file: Path) -> Config:
    """The configuration as every command reads it: nothing was exported."""
    return config.load(file)


def _as(conf: Config, user: str, password: str = "") -> "pymysql.Connection[Cursor]":
    return pymysql.connect(host="127.0.0.1", port=conf.mysql.port, user=user, password=password)


def _nobody(conf: Config) -> "pymongo.MongoClient[dict[str, object]]":
    return pymongo.MongoClient(conf.mongo.uri, serverSelectionTimeoutMS=10_000)


def _write(conf: Config, file: Path) -> None:
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute(f"SELECT 'import os' INTO OUTFILE '{file}'")


REFUSED: dict[str, Callable[[Config], object]] = {
    "root of MariaDB": lambda conf: _as(conf, "root"),
    "the user of MariaDB without a password": lambda conf: _as(conf, conf.mysql.user),
    "the user of MariaDB with another password": lambda conf: _as(conf, conf.mysql.user, "guess"),
    "nobody at MariaDB": lambda conf: _as(conf, ""),
    "nobody who reads in MongoDB": lambda conf: _nobody(conf).millrace.access.find_one(),
    "nobody who writes in MongoDB": lambda conf: _nobody(conf).millrace.access.insert_one({}),
    "nobody who makes a first user": lambda conf: _nobody(conf).admin.command(
        "createUser", "first", pwd="come", roles=["root"]
    ),
    "the user's own file by SQL": lambda conf: _write(
        conf, folders(conf).run / "mysql-files" / "z.pth"
    ),
    "code by JavaScript": lambda conf: mongo.database(conf.mongo).access.find_one(
        {"$where": "sleep(1) || true"}
    ),
}


@pytest.mark.parametrize("who", REFUSED)
def test_all_others_are_refused(conf: Config, who: str) -> None:
    with pytest.raises((pymysql.OperationalError, OperationFailure)):
        REFUSED[who](conf)


@pytest.mark.parametrize(
    ("reach", "said"),
    [
        (lambda conf: mongo.database(conf.mongo), "mongo.uri .* requires authentication"),
        (lambda conf: mysql.connection(conf.mysql).__enter__(), "mysql.host .* Access denied"),
    ],
)
def test_a_command_without_the_password_ends_with_one_line(
    conf: Config, reach: Callable[[Config], object], said: str
) -> None:
    mysql_conf = conf.mysql.model_copy(update={"password": SecretStr("")})
    mongo_conf = conf.mongo.model_copy(update={"username": None, "password": None})
    without = conf.model_copy(update={"mongo": mongo_conf, "mysql": mysql_conf})
    with pytest.raises(ConfigurationError, match=rf"^{said}.*$"):
        reach(without)


def test_sql_reaches_one_empty_folder_of_all_files(conf: Config) -> None:
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute("SELECT @@secure_file_priv AS folder")
        folder = Path((cursor.fetchone() or {})["folder"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not list(folder.iterdir())


def test_no_file_of_the_servers_is_open_to_others(conf: Config) -> None:
    mongo.database(conf.mongo).access.insert_one({"line": "private"})
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute("CREATE TABLE private (line TEXT)")
    root = conf.stack.directory
    found = [root, *root.rglob("*")]
    assert len(found) > 100
    assert [path for path in found if path.lstat().st_mode & 0o077 and not path.is_symlink()] == []


def test_no_password_stands_on_a_command_line_or_in_a_log(conf: Config) -> None:
    secrets = _secrets(conf)
    for row in stack.status(conf):
        if row.pid:
            words = Path(f"/proc/{row.pid}/cmdline").read_text()
            assert not [secret for secret in secrets if secret in words]
    for log in folders(conf).logs.iterdir():
        assert not [secret for secret in secrets if secret in log.read_text(errors="replace")]


def _secrets(conf: Config) -> list[str]:
    assert conf.mongo.password
    key = (folders(conf).run / "mongo.key").read_text()
    return [conf.mongo.password.get_secret_value(), conf.mysql.password.get_secret_value(), key]


def test_printed_commands_log_in_and_show_no_password(conf: Config, tmp_path: Path) -> None:
    _log_in_as_printed(conf, tmp_path)
    told = clients.mysql(conf) + clients.mongosh(conf) + clients.mongosh(conf, "db.a.findOne()")
    assert not [secret for secret in _secrets(conf) if secret in told]


def _log_in_as_printed(conf: Config, folder: Path) -> None:
    # MariaDB's own client stands in for one that the user has.
    client = folders(conf).downloads / f"mariadb-{mariadb.VERSION}" / "bin" / "mariadb"
    programs = folder / "programs"
    programs.mkdir()
    (programs / "mysql").symlink_to(client)
    environment = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    command = shlex.split(clients.mysql(conf, "SELECT CONCAT('in as ', CURRENT_USER())"))
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert f"in as {conf.mysql.user}@127.0.0.1" in done.stdout, done.stderr
    # What mongosh loads, as a driver reads it.
    script = (folders(conf).run / "mongosh.js").read_text()
    uri = json.loads(script.removeprefix("db = connect(").removesuffix(");\n"))
    with pymongo.MongoClient[dict[str, object]](uri) as opened:
        assert opened.get_default_database().list_collection_names() is not None


@pytest.mark.parametrize("option", ["--secrets", "--json"])
def test_status_shows_passwords_on_a_terminal_alone(conf: Config, file: Path, option: str) -> None:
    command = [str(Path(sys.executable).with_name("millrace")), "status", "--conf", str(file)]
    piped = subprocess.run([*command, option], capture_output=True, text=True, check=False)
    shown = _on_a_terminal([*command, option])
    logins = [*_secrets(conf)[:2], clients.mysql(conf), clients.mongosh(conf)]
    assert not [login for login in logins if login in piped.stdout + piped.stderr]
    assert len([login for login in logins if login in shown]) == (4 if option == "--secrets" else 0)
    if option == "--secrets":
        assert piped.returncode == 2
        assert (
            piped.stderr == "millrace: status --secrets: passwords are shown on a terminal only\n"
        )


def _on_a_terminal(command: list[str]) -> str:
    ours, its = os.openpty()
    process = subprocess.Popen(command, stdout=its, stderr=its)
    os.close(its)
    read = bytearray()
    with suppress(OSError), open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123
        while part := terminal.read(4096):
            read += part
    assert process.wait(30) == 0
    return read.decode()


def test_passwords_and_data_outlive_down_and_up(conf: Config, file: Path) -> None:
    mongo.database(conf.mongo).kept.insert_one({"n": 1})
    stack.down(conf, SILENT)
    assert stack.up(config.load(file), SILENT) == conf
    assert mongo.database(conf.mongo).kept.count_documents({}) == 1


@pytest.mark.slow
def test_lost_passwords_are_made_anew_and_the_data_stays(conf: Config, file: Path) -> None:
    mongo.database(conf.mongo).kept.insert_one({"n": 2})
    stack.down(conf, SILENT)
    passwords.file(conf.stack).unlink()
    said = Console(file=StringIO(), width=80)
    again = stack.up(config.load(file), said)
    assert again.mongo.password != conf.mongo.password
    assert again.mysql.password != conf.mysql.password
    assert SET_ANEW in said.file.getvalue().splitlines()
    assert mongo.database(again.mongo).kept.count_documents({"n": 2}) == 1
    with mysql.connection(again.mysql) as opened:
        opened.ping()


@pytest.mark.slow
def test_passwords_of_the_environment_are_given_to_the_servers(
    conf: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    awkward = "a 'quoted\" \\ p@ss: word/%#"
    stack.down(conf, SILENT)
    with monkeypatch.context() as exported:
        exported.setenv(passwords.MONGO, awkward)
        exported.setenv(passwords.MYSQL, awkward)
        exported.setenv("MILLRACE__MONGO__USERNAME", "me")
        given = stack.up(config.load(file), SILENT)
        assert given.mongo.username == "me"
        assert mongo.database(given.mongo).command("ping")["ok"]
        with mysql.connection(given.mysql) as opened:
            opened.ping()
        _log_in_as_printed(given, file.parent)
    # MariaDB reads its user's password when it starts.
    with pytest.raises(StackError, match=r"^MariaDB rejects .*millrace down\)$"):
        stack.up(config.load(file), SILENT)
    stack.down(conf, SILENT)
    stack.up(config.load(file), SILENT)


def test_servers_and_data_of_a_version_without_users_get_them(tmp_path: Path) -> None:
    file = _settings(tmp_path)
    conf = config.load(file)
    said = Console(file=StringIO(), width=80)
    try:
        start_old_servers(conf)
        with pytest.raises(StackError) as refused:
            stack.up(conf, said)
        for server in ("MongoDB", "MariaDB"):
            expected = rf"{server} [^;]*: stop it first \(millrace down\)"
            assert re.search(expected, str(refused.value))
        assert SET_ANEW in said.file.getvalue().splitlines()
        stack.down(conf, SILENT)
        after = stack.up(config.load(file), SILENT)
        assert mongo.database(after.mongo).old.count_documents({"n": 1}) == 1
        with mysql.connection(after.mysql) as opened, opened.cursor() as cursor:
            cursor.execute("SELECT n FROM old")
            assert cursor.fetchall() == [{"n": 1}]
        for user, password in (("root", ""), ("stranger", "known")):
            with pytest.raises(pymysql.OperationalError):
                _as(after, user, password)
        login = {"username": "stranger", "password": "known"}
        with pytest.raises(OperationFailure):
            pymongo.MongoClient(after.mongo.uri, **login).admin.command("ping")  # type: ignore[arg-type]
    finally:
        stack.down(conf, SILENT)
