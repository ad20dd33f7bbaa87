"""Who may ask: the tokens, and what each allows."""

import hmac
import ipaddress
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from millrace.config import Api, Config, ConfigurationError, Stack
from millrace.errors import SetupError

Role = Literal["read", "operate"]
"""``read`` asks; ``operate`` settles dead letters and alerts as well."""

READ, OPERATE = "MILLRACE__API__READ_TOKEN", "MILLRACE__API__OPERATE_TOKEN"
_BYTES = 24
_FEWEST = 16  # characters: fewer could be tried out


@dataclass(frozen=True)
class Tokens:
    """The token of each role that has one; never shown by ``repr``."""

    by_role: tuple[tuple[Role, str], ...]

    def __repr__(self) -> str:
        return f"Tokens({', '.join(role for role, _ in self.by_role)})"

    def role(self, token: str) -> Role | None:
        """What a token allows; None of one that is unknown. Takes as long for any."""
        given = sha256(token.encode("utf-8", "surrogatepass")).digest()
        allowed: Role | None = None
        for role, own in self.by_role:
            if hmac.compare_digest(given, sha256(own.encode()).digest()):
                allowed = role
        return allowed

    @property
    def key(self) -> bytes:
        """A key that only those who know the tokens could make, the same after a restart."""
        return sha256("\0".join(token for _, token in self.by_role).encode()).digest()


def file(stack: Stack) -> Path:
    """Where the token is kept that is made on the loopback."""
    return stack.directory / "run" / "api-token"


def tokens(conf: Config) -> Tokens:
    """The tokens of the environment; where there is none, on the loopback, one that is made.

    That one is kept in a file that its owner alone can read. Raises ConfigurationError where a
    token is missing or too short, SetupError where the file cannot be made.
    """
    given = given_tokens(conf.api)
    if given.by_role:
        return given
    if not is_loopback(conf.api.listen):
        raise ConfigurationError(
            f"api.listen {conf.api.listen}: expected {READ} or {OPERATE} in the environment:"
            " anywhere but on the loopback a token must be given"
        )
    return Tokens((("operate", stored(conf.stack) or _made(conf.stack)),))


def given_tokens(api: Api) -> Tokens:
    """The tokens of the environment, if any; raises ConfigurationError where one is too short."""
    found: list[tuple[Role, str]] = []
    for role, name, secret in (
        ("read", READ, api.read_token),
        ("operate", OPERATE, api.operate_token),
    ):
        token = secret.get_secret_value() if secret else ""
        if token and len(token) < _FEWEST:
            raise ConfigurationError(f"{name}: expected at least {_FEWEST} characters")
        if token:
            found.append(("read" if role == "read" else "operate", token))
    return Tokens(tuple(found))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def stored(stack: Stack) -> str | None:
    """The token that was made on this machine; None where none was."""
    try:
        return file(stack).read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file(stack)}: expected a token: {error}") from None


def _made(stack: Stack) -> str:
    path, token = file(stack), secrets.token_urlsafe(_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return stored(stack) or token  # Another process made one a moment ago.
    except OSError as error:
        raise SetupError(f"{path}: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as made:
        made.write(f"{token}\n")
    return token
