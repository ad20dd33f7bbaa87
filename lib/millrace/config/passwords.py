"""The passwords of the embedded servers: made once, kept in one file, used where none is given."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from pydantic import SecretStr

from millrace.config import addresses
from millrace.config.changes import Changes
from millrace.config.models import Mongo, Mysql, Server, Stack
from millrace.config.warehouse import Warehouse
from millrace.config.yaml_file import ENV_PREFIX
from millrace.errors import ConfigurationError

KAFKA = f"{ENV_PREFIX}KAFKA__PASSWORD"
MONGO, MYSQL = f"{ENV_PREFIX}MONGO__PASSWORD", f"{ENV_PREFIX}MYSQL__PASSWORD"
# Kafka Connect reads these of its own environment.
POSTGRES_SOURCE, MARIADB_SOURCE, MONGO_SOURCE = (
    f"{ENV_PREFIX}CHANGES__{source}__PASSWORD" for source in ("POSTGRES", "MARIADB", "MONGO")
)
# By the key of the section: who loads, who builds, and who reads.
WAREHOUSE = {
    key: f"{ENV_PREFIX}WAREHOUSE__{key.upper()}"
    for key in ("password", "dbt_password", "bi_password")
}
NAMES: dict[Server, tuple[str, ...]] = {
    "mongo": (MONGO,),
    "mysql": (MYSQL,),
    "source-postgres": (POSTGRES_SOURCE,),
    "source-mariadb": (MARIADB_SOURCE,),
    "source-mongo": (MONGO_SOURCE,),
    "warehouse-postgres": tuple(WAREHOUSE.values()),
}
USER = "millrace"
_BYTES = 24


def file(stack: Stack) -> Path:
    """The file that keeps them, one ``NAME=value`` a line, named as in the environment."""
    return stack.directory / "run" / "secrets.env"


def make(stack: Stack, servers: Iterable[Server]) -> list[Server]:
    """Makes the random passwords of ``servers`` that the file lacks; returns those that lacked any.

    The file is for its owner alone. Raises OSError where it cannot be made or read.
    """
    path = file(stack)
    known = _lines(path) if path.exists() else {}
    new = {
        server: [name for name in NAMES[server] if name not in known]
        for server in servers
        if not known.keys() >= {*NAMES[server]}
    }
    if new:
        flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as kept:
            # Hexadecimal: it means the same in SQL, in a URI, in an option file and to a shell.
            names = [name for lacking in new.values() for name in lacking]
            kept.writelines(f"{name}={secrets.token_hex(_BYTES)}\n" for name in names)
    return [*new]


def completed(stack: Stack, mongo: Mongo, mysql: Mysql) -> tuple[Mongo, Mysql]:
    """Both sections, with the user and password of those servers that are embedded.

    What they have already stays. Raises ConfigurationError where the file cannot be used.
    """
    if addresses.of_mongo(mongo).is_embedded(stack):
        mongo = _with_login(mongo, _stored(stack, MONGO))
    if addresses.of_mysql(mysql).is_embedded(stack):
        password = mysql.password or _stored(stack, MYSQL)
        if password:
            mysql = mysql.model_copy(update={"password": password})
    return mongo, mysql


def completed_sources(stack: Stack, changes: Changes) -> Changes:
    """The section, with the passwords of those sources that are embedded.

    What they have already stays, and what was never started has none. Raises ConfigurationError
    where the file cannot be used.
    """
    postgres, mariadb, mongo = changes.postgres, changes.mariadb, changes.mongo
    if postgres and addresses.of_postgres(postgres).is_embedded(stack):
        password = postgres.password or _stored(stack, POSTGRES_SOURCE, is_optional=True)
        postgres = postgres.model_copy(update={"password": password or SecretStr("")})
    if mariadb and addresses.of_source_mariadb(mariadb).is_embedded(stack):
        password = mariadb.password or _stored(stack, MARIADB_SOURCE, is_optional=True)
        mariadb = mariadb.model_copy(update={"password": password or SecretStr("")})
    if mongo and addresses.of_source_mongo(mongo).is_embedded(stack):
        mongo = _with_login(mongo, _stored(stack, MONGO_SOURCE, is_optional=True))
    sources = {"postgres": postgres, "mariadb": mariadb, "mongo": mongo}
    return changes.model_copy(update=sources)


def completed_warehouse(stack: Stack, warehouse: Warehouse) -> Warehouse:
    """The section, with the passwords that were made for it where it is embedded.

    What it has already stays, and what was never started has none. Raises ConfigurationError where
    the file cannot be used.
    """
    if not addresses.of_warehouse(warehouse).is_embedded(stack):
        return warehouse
    made = {key: _stored(stack, name, is_optional=True) for key, name in WAREHOUSE.items()}
    lacking = {
        key: secret for key, secret in made.items() if secret and not getattr(warehouse, key)
    }
    return warehouse.model_copy(update=lacking)


def _with_login(mongo: Mongo, stored: SecretStr | None) -> Mongo:
    password = mongo.password or stored
    if not password:
        return mongo
    login = {"username": mongo.username or USER, "password": password}
    return mongo.model_copy(update=login)


def _stored(stack: Stack, name: str, *, is_optional: bool = False) -> SecretStr | None:
    """The password of that name; None where none was made yet."""
    path = file(stack)
    try:
        stored = _lines(path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigurationError(f"{path}: {reason}") from None
    if stored.get(name):
        return SecretStr(stored[name])
    if is_optional and name not in stored:
        return None
    raise ConfigurationError(
        f"{path}: expected a line {name}=...: remove the file; millrace up makes a new one"
    )


def _lines(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)
