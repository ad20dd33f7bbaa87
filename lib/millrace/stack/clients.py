"""How a person looks into the servers: command lines that work, and that show no password.

What stands on a command line can be seen by every user of the machine. So the servers' own clients
get a password from a file that is readable for its owner alone, or ask for it.
"""

import json
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

from millrace.config import Config, Mongo, Warehouse, addresses
from millrace.records.warehouse import BI, DBT
from millrace.setup.private import write_private
from millrace.stack.servers import Folders, folders

# MariaDB's client wants TLS wherever there is a password; other clients do not know the option.
_MYSQL_SETTINGS = """\
[client]
host={host}
port={port}
user={user}
password={password}
[client-mariadb]
skip-ssl
"""


@dataclass(frozen=True)
class Login:
    """How a person logs in at an embedded server; ``command`` shows no password."""

    title: str
    address: str
    user: str
    password: str
    command: str


def logins(conf: Config) -> list[Login]:
    """Those of the embedded servers that have a password."""
    at_mongo, at_mysql = addresses.of_mongo(conf.mongo), addresses.of_mysql(conf.mysql)
    texts = []
    if at_mongo.is_embedded(conf.stack) and conf.mongo.password:
        user, password = conf.mongo.username or "", conf.mongo.password.get_secret_value()
        texts.append(Login("MongoDB", at_mongo.text, user, password, mongosh(conf)))
    if at_mysql.is_embedded(conf.stack) and conf.mysql.password:
        user, password = conf.mysql.user, conf.mysql.password.get_secret_value()
        texts.append(Login("MariaDB", at_mysql.text, user, password, mysql(conf)))
    return texts + (_warehouse_logins(conf, conf.warehouse) if conf.warehouse else [])


def _warehouse_logins(conf: Config, warehouse: Warehouse) -> list[Login]:
    """Those of who loads, who builds and who reads, where it was started here."""
    address = addresses.of_warehouse(warehouse)
    if not (address.is_embedded(conf.stack) and warehouse.password.get_secret_value()):
        return []
    file = os.path.relpath(_pgpass_file(folders(conf)))
    server = ["-h", warehouse.host, "-p", str(warehouse.port)]
    return [
        Login(
            "Warehouse",
            address.text,
            user,
            password,
            shlex.join(
                ["env", f"PGPASSFILE={file}", "psql", *server, "-U", user, warehouse.database]
            ),
        )
        for user, password in _warehouse_users(warehouse)
    ]


def _warehouse_users(warehouse: Warehouse) -> list[tuple[str, str]]:
    secrets = (warehouse.password, warehouse.dbt_password, warehouse.bi_password)
    users = (warehouse.user, DBT, BI)
    return [(user, secret.get_secret_value()) for user, secret in zip(users, secrets, strict=True)]


def write_settings(conf: Config, places: Folders) -> None:
    """Writes the files that the commands for embedded servers read."""
    address = addresses.of_mongo(conf.mongo)
    if address.is_embedded(conf.stack):
        uri = f"mongodb://{_credentials(conf.mongo)}@{address.text}/{conf.mongo.database}"
        uri += f"?authSource={conf.mongo.auth_source}"
        write_private(_mongosh_file(places), f"db = connect({json.dumps(uri)});\n")
    if addresses.of_mysql(conf.mysql).is_embedded(conf.stack):
        mysql = conf.mysql
        # Option files have JSON's quotes and escapes, but for those of Unicode.
        password = json.dumps(mysql.password.get_secret_value(), ensure_ascii=False)
        settings = _MYSQL_SETTINGS.format(
            host=mysql.host, port=mysql.port, user=mysql.user, password=password
        )
        write_private(_mysql_file(places), settings)
    warehouse = conf.warehouse
    if warehouse and addresses.of_warehouse(warehouse).is_embedded(conf.stack):
        place = f"{warehouse.host}:{warehouse.port}:{warehouse.database}"
        users = _warehouse_users(warehouse)
        lines = (f"{place}:{user}:{_pgpass(password)}\n" for user, password in users)
        write_private(_pgpass_file(places), "".join(lines))


def mongosh(conf: Config, expression: str | None = None) -> str:
    """The command line of MongoDB's shell, which ends after ``expression`` where there is one."""
    own = conf.mongo
    tail = ["--eval", expression] if expression else []
    if addresses.of_mongo(own).is_embedded(conf.stack):
        script = os.path.relpath(_mongosh_file(folders(conf)))
        first = ["--eval", f"load({json.dumps(script)})"] if expression else ["--shell", script]
        return shlex.join(["mongosh", "--quiet", "--nodb", *first, *tail])
    server, _, parameters = own.uri.partition("?")
    uri = f"{server.rstrip('/')}/{own.database}{'?' + parameters if parameters else ''}"
    login = []
    if own.username:
        login = ["--username", own.username, "--authenticationDatabase", own.auth_source]
    return shlex.join(["mongosh", uri, *login, *tail])


def mysql(conf: Config, statement: str | None = None) -> str:
    """The command line of MySQL's client, which ends after ``statement`` where there is one."""
    server = conf.mysql
    tail = [server.database, *(["-e", statement] if statement else [])]
    if addresses.of_mysql(server).is_embedded(conf.stack):
        file = os.path.relpath(_mysql_file(folders(conf)))
        return shlex.join(["mysql", f"--defaults-extra-file={file}", *tail])
    return shlex.join(
        ["mysql", "-h", server.host, "-P", str(server.port), "-u", server.user, "-p", *tail]
    )


def _credentials(mongo: Mongo) -> str:
    password = mongo.password.get_secret_value() if mongo.password else ""
    return f"{quote_plus(mongo.username or '')}:{quote_plus(password)}"


def _pgpass(password: str) -> str:
    """A password as PostgreSQL's file of passwords has it."""
    return password.replace("\\", "\\\\").replace(":", "\\:")


def _pgpass_file(places: Folders) -> Path:
    return places.run / "pgpass"


def _mongosh_file(places: Folders) -> Path:
    return places.run / "mongosh.js"


def _mysql_file(places: Folders) -> Path:
    return places.run / "mysql.cnf"
