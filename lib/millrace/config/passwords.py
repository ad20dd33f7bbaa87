"""The passwords of the embedded servers: made once, kept in one file, used where none is given."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from millrace.config import addresses
from millrace.config.models import Mongo, Mysql, Stack
from millrace.config.yaml_file import ENV_PREFIX
from millrace.errors import ConfigurationError

MONGO, MYSQL = f"{ENV_PREFIX}MONGO__PASSWORD", f"{ENV_PREFIX}MYSQL__PASSWORD"
USER = "millrace"
_BYTES = 24


def file(stack: Stack) -> Path:
    """The file that keeps them, one ``NAME=value`` a line, named as in the environment."""
    return stack.directory / "run" / "secrets.env"


def make(stack: Stack) -> bool:
    """Makes the file with random passwords, for its owner alone; False where there is one.

    Raises OSError where it cannot be made.
    """
    try:
        descriptor = os.open(file(stack), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as made:
        # Hexadecimal: it means the same in SQL, in a URI, in an option file and to a shell.
        made.writelines(f"{name}={secrets.token_hex(_BYTES)}\n" for name in (MONGO, MYSQL))
    return True


def completed(stack: Stack, mongo: Mongo, mysql: Mysql) -> tuple[Mongo, Mysql]:
    """Both sections, with the user and password of those servers that are embedded.

    What they have already stays. Raises ConfigurationError where the file cannot be used.
    """
    if addresses.of_mongo(mongo).is_embedded(stack):
        password = mongo.password or _stored(stack, MONGO)
        if password:
            login = {"username": mongo.username or USER, "password": password}
            mongo = mongo.model_copy(update=login)
    if addresses.of_mysql(mysql).is_embedded(stack):
        password = mysql.password or _stored(stack, MYSQL)
        if password:
            mysql = mysql.model_copy(update={"password": password})
    return mongo, mysql


def _stored(stack: Stack, name: str) -> SecretStr | None:
    """The password of that name; None where none was made yet."""
    path = file(stack)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigurationError(f"{path}: {reason}") from None
    stored = dict(line.split("=", 1) for line in lines if "=" in line)
    if not stored.get(name):
        raise ConfigurationError(
            f"{path}: expected a line {name}=...: remove the file; millrace up makes a new one"
        )
    return SecretStr(stored[name])
