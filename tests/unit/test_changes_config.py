"""The section `changes`: its sources, their passwords, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from support.places import SILENT, settings_file

from millrace import config, stack
from millrace.config import ConfigurationError, Server, addresses, passwords

SOURCES: tuple[Server, ...] = ("source-postgres", "source-mariadb", "source-mongo")
SECTION: dict[str, Any] = {
    "connect": "http://127.0.0.1:20083",
    "postgres": {"host": "127.0.0.1", "port": 20432},
    "mariadb": {"host": "127.0.0.1", "port": 20307, "database": "catalog"},
    "mongo": {"uri": "mongodb://127.0.0.1:20018/?replicaSet=rs0", "database": "catalog"},
}


def _file(folder: Path, **section: Any) -> Path:
    servers = {"directory": str(folder / "stack"), "servers": ["mongo"], "changes": [*SOURCES]}
    (folder / "stack" / "run").mkdir(parents=True)
    return settings_file(folder, stack=servers, changes=SECTION | section)


def _secrets(file: Path) -> list[str]:
    changes = config.load(file).changes
    assert changes
    sources = (changes.postgres, changes.mariadb, changes.mongo)
    secrets = [source.password if source else None for source in sources]
    return [secret.get_secret_value() if secret else "" for secret in secrets]


def test_each_source_has_the_password_that_was_made_for_it(tmp_path: Path) -> None:
    file = _file(tmp_path)
    assert _secrets(file) == ["", "", ""]
    passwords.make(config.load(file).stack, ["mongo"])
    assert _secrets(file) == ["", "", ""]  # as of a stack that was made without sources
    before = passwords.file(config.load(file).stack).read_text()
    assert passwords.make(config.load(file).stack, SOURCES) == [*SOURCES]
    assert passwords.file(config.load(file).stack).read_text().startswith(before)
    assert len({secret for secret in _secrets(file) if len(secret) >= 32}) == 3


def test_a_password_of_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _file(tmp_path)
    passwords.make(config.load(file).stack, ["mongo", *SOURCES])
    monkeypatch.setenv(passwords.POSTGRES_SOURCE, "given")
    assert _secrets(file)[0] == "given"


def test_a_source_elsewhere_has_no_password_of_ours(tmp_path: Path) -> None:
    file = _file(tmp_path, postgres={"host": "db.example.com"})
    passwords.make(config.load(file).stack, ["mongo", *SOURCES])
    assert _secrets(file)[0] == ""


REFUSED = {
    "a password of PostgreSQL": (
        {"postgres": {"host": "127.0.0.1", "password": "x"}},
        "changes.postgres.password: a secret must come from the environment:"
        " MILLRACE__CHANGES__POSTGRES__PASSWORD",
    ),
    "a password in the address of MongoDB": (
        {"mongo": {"uri": "mongodb://me:secret@127.0.0.1:20018/"}},
        "changes.mongo.uri: a password must come from the environment:"
        " MILLRACE__CHANGES__MONGO__PASSWORD",
    ),
    "TLS of MariaDB without what Kafka Connect trusts": (
        {"mariadb": {"host": "127.0.0.1", "tls": True, "ca_file": "ca.crt"}},
        "changes: mariadb.trust_store must name a Java trust store with the certificates of"
        " mariadb.ca_file that Kafka Connect can read",
    ),
    "TLS of MongoDB without what Kafka Connect trusts": (
        {"mongo": {"uri": "mongodb://127.0.0.1:20018/", "tls": True, "ca_file": "ca.crt"}},
        "changes: mongo.trust_store must name a Java trust store with the certificates of"
        " mongo.ca_file that Kafka Connect can read",
    ),
    "TLS of MariaDB by an address": (
        {"mariadb": {"host": "::1", "tls": True}},
        "changes: mariadb.host must be a name that the server's certificate has where tls is set:"
        " what reads the binlog checks no IP address, and this is ::1",
    ),
    "a key that is none": (
        {"postgres": {"host": "127.0.0.1", "prot": 1}},
        "changes.postgres.prot: there is no such key",
    ),
    "a login in the address of Connect": (
        {"connect": "http://me:secret@127.0.0.1:8083"},
        "changes.connect: string should match pattern '^https?://[^/@]+/?$'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_named_in_one_line(tmp_path: Path, case: str) -> None:
    section, expected = REFUSED[case]
    file = _file(tmp_path, **section)
    with pytest.raises(ConfigurationError) as refused:
        config.load(file)
    assert str(refused.value) == f"{file}: {expected}"


def test_what_no_section_describes_cannot_be_started(tmp_path: Path) -> None:
    conf = config.load(settings_file(tmp_path))
    with pytest.raises(ConfigurationError, match="needs the section changes"):
        stack.up(conf, SILENT, ["changes"])
    assert not conf.stack.directory.exists()


@pytest.mark.parametrize("source", ["postgres", "mariadb", "mongo"])
def test_a_source_that_is_started_here_speaks_plain_text(tmp_path: Path, source: str) -> None:
    named = {"host": "localhost"} if source == "mariadb" else {}
    conf = config.load(_file(tmp_path, **{source: SECTION[source] | {"tls": True} | named}))
    with pytest.raises(ConfigurationError, match=rf"^changes\.{source}\.tls: the embedded "):
        stack.up(conf, SILENT, ["changes"])


def test_sources_are_found_where_the_section_says(tmp_path: Path) -> None:
    conf = config.load(_file(tmp_path))
    assert conf.changes
    assert conf.changes.postgres
    address = addresses.of_postgres(conf.changes.postgres)
    assert (address.text, address.is_embedded(conf.stack)) == ("127.0.0.1:20432", True)
    connect = addresses.of_connect(conf.changes)
    assert (connect.host, connect.port) == ("127.0.0.1", 20083)
    assert not connect.is_embedded(conf.stack)
