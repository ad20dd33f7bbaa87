"""Sources by TLS: connectors and our own side trust a private authority, and refuse all else."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from support.captured import ENTITIES, captured_servers, marked
from support.certificates import Authority, authority

from millrace import config
from millrace.cli.changes import simulate
from millrace.config import Config, ConfigurationError, Mongo, UnreachableError, entities
from millrace.io import sources
from millrace.io.connect import Connect, connector_config
from millrace.io.kafka.awaited import end_offset
from millrace.io.sources import postgres as postgres_source
from millrace.records.entities import SOURCES, Source
from millrace.setup.commands import identity
from millrace.setup.trust_store import trust_store
from millrace.stack import mariadb, mongod, postgres
from millrace.tools.connectors import Connectors

pytestmark = pytest.mark.slow

ADDRESS, NAME = "127.0.0.1", "localhost"
PATIENCE_S = 300.0
OPERATIONS = 60
# By source: the connector's property that names whom it trusts, and that which has the address.
TRUSTS = {
    "postgres": "database.sslrootcert",
    "mariadb": "database.ssl.truststore",
    "mongo": "mongodb.ssl.truststore",
}
FINDS = {
    "postgres": "database.hostname",
    "mariadb": "database.hostname",
    "mongo": "mongodb.connection.string",
}


@dataclass(frozen=True)
class Secured:
    """Sources with TLS, how they are reached, and an authority that signed none of them."""

    conf: Config
    other: Authority


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    ours, other = authority(folder, "ours"), authority(folder, "other")
    by_address = ours.certificate(folder, ADDRESS)
    (named := folder / "named").mkdir()
    by_name = ours.certificate(named, NAME)
    # Of PostgreSQL, which reads them as a user who cannot get into the test's folder.
    readable = Path(tempfile.mkdtemp(prefix="millrace-tls-", dir="/var/tmp"))
    try:
        with pytest.MonkeyPatch.context() as patched:
            _have_tls(patched, by_address, by_name, readable)
            with captured_servers(folder) as servers:
                yield Secured(_by_tls(servers.file, ours), other)
    finally:
        shutil.rmtree(readable)


def _have_tls(
    patched: pytest.MonkeyPatch,
    by_address: tuple[Path, Path],
    by_name: tuple[Path, Path],
    readable: Path,
) -> None:
    """Has the embedded sources speak TLS; PostgreSQL and MariaDB nothing else.

    MariaDB has the certificate of a name: what reads its binlog checks no addresses.
    """
    certificate, key = by_address
    pem = certificate.with_name("server.pem")
    pem.touch(mode=0o600)
    pem.write_bytes(key.read_bytes() + certificate.read_bytes())
    own = ("--tlsMode", "preferTLS", "--tlsCertificateKeyFile", str(pem))
    patched.setattr(mongod, "OPTIONS", (*mongod.OPTIONS, *own))
    own = (f"--ssl-cert={by_name[0]}", f"--ssl-key={by_name[1]}", "--require-secure-transport=ON")
    options = [option for option in mariadb.OPTIONS if option != "--skip-ssl"]
    patched.setattr(mariadb, "OPTIONS", (*options, *own))
    readable.chmod(0o711)
    copies = [Path(shutil.copy(file, readable)) for file in (certificate, key)]
    if os.geteuid() == 0:
        owner = identity(postgres.UNPRIVILEGED)
        for copy in copies:
            os.chown(copy, owner["user"], owner["group"])
    ssl = {"ssl": "on", "ssl_cert_file": str(copies[0]), "ssl_key_file": str(copies[1])}
    patched.setattr(postgres, "SOURCE", postgres.SOURCE | ssl)
    patched.setattr(postgres, "ACCESS", postgres.ACCESS.replace("host ", "hostssl "))


def _by_tls(file: Path, ours: Authority) -> Config:
    """The configuration of those who use the sources: who starts them speaks plain text."""
    content = yaml.safe_load(file.read_text())
    for source in SOURCES:
        content["changes"][source] |= {"tls": True, "ca_file": str(ours.file)}
    for source in ("mariadb", "mongo"):
        content["changes"][source]["trust_store"] = str(_store(ours))
    content["changes"]["mariadb"]["host"] = NAME
    secured = file.with_name("secured.yaml")
    secured.write_text(yaml.safe_dump(content))
    return config.load(secured)


def _store(trusted: Authority) -> Path:
    store = trust_store(Mongo(uri="mongodb://any", tls=True, ca_file=trusted.file))
    assert store
    return store


def _with_other(secured: Secured, source: Source, **update: object) -> Config:
    changes = secured.conf.changes
    assert changes
    section = getattr(changes, source).model_copy(update=update)
    return secured.conf.model_copy(update={"changes": changes.model_copy(update={source: section})})


def test_changes_come_by_tls(secured: Secured) -> None:
    conf = secured.conf
    simulate(conf, OPERATIONS, None, 1)
    connectors = Connectors.of(conf)
    said = list(connectors.apply(connectors.chosen([])))
    assert not [one for one in said if one.kind == "wrong"], said
    simulate(conf, OPERATIONS, None, 2)
    known = entities.of(conf)
    for name in ENTITIES:
        marked(conf, known.entity(name), PATIENCE_S)
        assert end_offset(conf.kafka, known.entity(name).topic) > 0
    assert conf.changes
    assert conf.changes.postgres
    with postgres_source.connection(conf.changes.postgres) as opened:
        query = """
            SELECT backend_type, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
            WHERE usename = %s"""
        found = opened.execute(query, (conf.changes.postgres.user,)).fetchall()
    assert ("walsender", True) in found
    assert not [kind for kind, is_secured in found if not is_secured]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", ["another authority", "another host name"])
def test_a_connector_refuses(secured: Secured, source: Source, case: str) -> None:
    changes = secured.conf.changes
    assert changes
    given = connector_config(secured.conf, changes, entities.of(secured.conf).of(source))
    if case == "another authority":
        other = secured.other.file if source == "postgres" else _store(secured.other)
        given |= {TRUSTS[source]: str(other)}
    else:
        right, wrong = (NAME, ADDRESS) if source == "mariadb" else (ADDRESS, NAME)
        given |= {FINDS[source]: given[FINDS[source]].replace(right, wrong)}
    given |= {"topic.prefix": "refused", "name": "refused"}
    with Connect(changes) as connect, pytest.raises(ConfigurationError, match="400: "):
        connect.put("refused", given)


@pytest.mark.parametrize("source", SOURCES)
def test_what_reads_a_source_refuses_another_authority(secured: Secured, source: Source) -> None:
    conf = _with_other(secured, source, ca_file=secured.other.file)
    assert conf.changes
    with pytest.raises(ConfigurationError) as refused:
        sources.mark(conf.changes, source)
    assert not isinstance(refused.value, UnreachableError), "it would be retried"
    assert "certificate is refused" in str(refused.value)
    assert f"changes.{source}.ca_file" in str(refused.value)
