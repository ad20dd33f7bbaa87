"""Servers and data as versions had them whose servers asked for no password."""

import subprocess

import pymongo
import pymysql

from millrace.config import Config, addresses
from millrace.stack import mariadb, mongod, processes
from millrace.stack.servers import Folders, folders, is_open
from support.pipeline import wait_until

_START_TIMEOUT_S = 120
_STATEMENTS = (
    "CREATE DATABASE millrace",
    "CREATE TABLE millrace.old (n INT)",
    "INSERT INTO millrace.old VALUES (1)",
    "CREATE USER stranger IDENTIFIED BY 'known'",
    "GRANT ALL ON *.* TO stranger",
    "GRANT ALL ON mysql.* TO stranger",
)


def start_old_servers(conf: Config) -> None:
    """Starts MongoDB and MariaDB with a row each in ``old``, and a stranger among their users."""
    places = folders(conf)
    for folder in (places.data / "mongo", places.logs, places.run):
        folder.mkdir(parents=True)
    _start_mongod(conf, places)
    _start_mariadb(conf, places)


def _start_mongod(conf: Config, places: Folders) -> None:
    address = addresses.of_mongo(conf.mongo)
    command = [str(mongod._binary()), "--quiet", "--nounixsocket", "--replSet", "rs0"]
    command += ["--bind_ip", address.host, "--port", str(address.port)]
    command += ["--dbpath", str(places.data / "mongo")]
    processes.start(command, places.log("mongo"), places.pid_file("mongo"), address.port)
    with pymongo.MongoClient[dict[str, object]](
        address.host, address.port, directConnection=True
    ) as client:
        members = [{"_id": 0, "host": address.text}]
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        wait_until(
            lambda: client.admin.command("hello")["isWritablePrimary"],
            "mongod takes writes",
            timeout_s=_START_TIMEOUT_S,
        )
        client.millrace.old.insert_one({"n": 1})
        client.admin.command("createUser", "stranger", pwd="known", roles=["root"])


def _start_mariadb(conf: Config, places: Folders) -> None:
    home = places.downloads / f"mariadb-{mariadb.VERSION}"
    mariadb._install(home)
    data = [f"--basedir={home}", f"--datadir={places.data / 'mysql'}", *mariadb._as_user()]
    install = [str(home / "scripts/mariadb-install-db"), "--no-defaults", *data]
    install += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(install, check=True, cwd=home, stdout=subprocess.DEVNULL)
    host, port = conf.mysql.host, conf.mysql.port
    command = [str(home / "bin/mariadbd"), "--no-defaults", *data]
    command += [f"--bind-address={host}", f"--port={port}", *mariadb.OPTIONS]
    processes.start(command, places.log("mysql"), places.pid_file("mysql"), port)
    wait_until(
        lambda: is_open(host, port), "MariaDB answers", timeout_s=_START_TIMEOUT_S, poll_s=0.1
    )
    with pymysql.connect(host=host, port=port, user="root") as opened, opened.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement)
        opened.commit()
