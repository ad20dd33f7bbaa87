"""Whose passwords come from the file that `millrace up` makes, and whose from elsewhere."""

import stat
from pathlib import Path

import pytest
from support.places import settings_file

from millrace import config
from millrace.config import Config, ConfigurationError, Server, passwords
from millrace.config.yaml_file import ENV_PREFIX

STORED = {passwords.MONGO: "stored-of-mongo", passwords.MYSQL: "stored-of-mysql"}
HERE = ("millrace", "stored-of-mongo", "stored-of-mysql")
NOWHERE = (None, None, "")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration of embedded servers, whose passwords are stored."""
    file = settings_file(tmp_path)
    stored = _stored(file)
    stored.parent.mkdir(parents=True)
    stored.write_text("".join(f"{name}={value}\n" for name, value in STORED.items()))
    return file


def _stored(file: Path) -> Path:
    return passwords.file(config.load(file).stack)


def _logins(conf: Config) -> tuple[str | None, str | None, str]:
    mongo, mysql = conf.mongo, conf.mysql
    in_mongo = mongo.password.get_secret_value() if mongo.password else None
    return mongo.username, in_mongo, mysql.password.get_secret_value()


CASES = {
    "the servers are embedded": ({}, HERE),
    "the same by name": (
        {"MYSQL__HOST": "localhost", "MONGO__URI": "mongodb://localhost:27117/"},
        HERE,
    ),
    "a user in the address": (
        {"MONGO__URI": "mongodb://me@127.0.0.1:27117/?replicaSet=rs0", "MONGO__USERNAME": "me"},
        ("me", "stored-of-mongo", "stored-of-mysql"),
    ),
    "the environment has passwords": (
        {"MONGO__PASSWORD": "given", "MYSQL__PASSWORD": "given too"},
        ("millrace", "given", "given too"),
    ),
    "the environment has one in the address": (
        {"MONGO__URI": "mongodb://me:given@127.0.0.1:27117/"},
        ("me", "given", "stored-of-mysql"),
    ),
    "the environment has empty ones": ({"MONGO__PASSWORD": "", "MYSQL__PASSWORD": ""}, HERE),
    "no server is embedded": ({"STACK__SERVERS": "[]"}, NOWHERE),
    "MySQL alone is elsewhere": (
        {"MYSQL__HOST": "db.example.com"},
        ("millrace", "stored-of-mongo", ""),
    ),
    "MongoDB alone is elsewhere": (
        {"MONGO__URI": "mongodb://db.example.com/"},
        (None, None, "stored-of-mysql"),
    ),
    "MongoDB has several nodes": (
        {"MONGO__URI": "mongodb://127.0.0.1:1,127.0.0.1:2/"},
        (None, None, "stored-of-mysql"),
    ),
    "MongoDB is in the DNS": (
        {"MONGO__URI": "mongodb+srv://127.0.0.1/"},
        (None, None, "stored-of-mysql"),
    ),
    "the stack listens elsewhere": ({"STACK__LISTEN": "10.0.0.1"}, NOWHERE),
}


@pytest.mark.parametrize("name", CASES)
def test_embedded_servers_have_the_stored_passwords_and_the_environment_rules(
    file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    variables, expected = CASES[name]
    for variable, value in variables.items():
        monkeypatch.setenv(ENV_PREFIX + variable, value)
    assert _logins(config.load(file)) == expected


def test_without_the_file_there_are_no_passwords(file: Path) -> None:
    _stored(file).unlink()
    assert _logins(config.load(file)) == NOWHERE


def test_a_stored_password_does_not_show_in_the_configuration(file: Path) -> None:
    conf = config.load(file)
    assert "stored-of" not in f"{conf!r} {conf} {conf.model_dump()}"


@pytest.mark.parametrize("content", ["", f"{passwords.MONGO}=\n", "no lines of ours\n"])
def test_a_file_without_the_password_is_named_with_what_to_do(file: Path, content: str) -> None:
    stored = _stored(file)
    stored.write_text(content)
    with pytest.raises(ConfigurationError) as refused:
        config.load(file)
    assert str(refused.value) == (
        f"{stored}: expected a line {passwords.MONGO}=...: "
        "remove the file; millrace up makes a new one"
    )


def test_a_node_that_is_none_is_named_with_its_key(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLRACE__MONGO__URI", "mongodb://127.0.0.1:port/")
    with pytest.raises(ConfigurationError, match=r"^mongo\.uri: '127\.0\.0\.1:port' is not host"):
        config.load(file)


def test_passwords_are_made_once_at_random_for_their_owner_alone(file: Path) -> None:
    stack, stored = config.load(file).stack, _stored(file)
    servers: tuple[Server, ...] = ("mongo", "mysql")
    assert not passwords.make(stack, servers)
    assert "stored-of-mongo" in stored.read_text()
    made = set()
    for _ in range(2):
        stored.unlink()
        assert passwords.make(stack, servers) == [*servers]
        assert stat.S_IMODE(stored.stat().st_mode) == 0o600
        made |= set(_logins(config.load(file))[1:])
    assert len(made) == 4
    assert all(len(password or "") >= 32 for password in made)
