"""Kafka and MongoDB by TLS: a private authority is trusted, by Python and the JVM; else refused."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from support.certificates import Authority, authority
from support.lines import recent
from support.pipeline import Pipeline, pipeline
from support.places import SILENT, free_port, settings_file

from millrace import config, stack
from millrace.config import ConfigurationError, Kafka, Mongo, UnreachableError
from millrace.io import kafka, mongo
from millrace.setup.trust_store import trust_store
from millrace.stack import kafka as broker
from millrace.stack import mongod

pytestmark = pytest.mark.slow

ADDRESS = "127.0.0.1"
TOPIC = "lines"
LINES = 200


@dataclass(frozen=True)
class Secured:
    """A broker and a mongod with TLS beside plain text, and an authority that is not theirs."""

    kafka: Kafka
    mongo: Mongo
    plain_file: Path
    other: Authority


def with_tls_listener(properties: str, port: int, pem: Path) -> str:
    """The broker's properties with a second listener."""
    for before, after in (
        ("\nlisteners=", f"\nlisteners=SSL://{ADDRESS}:{port},"),
        ("\nadvertised.listeners=", f"\nadvertised.listeners=SSL://{ADDRESS}:{port},"),
        ("\nlistener.security.protocol.map=", "\nlistener.security.protocol.map=SSL:SSL,"),
    ):
        assert before in properties
        properties = properties.replace(before, after)
    return f"{properties}ssl.keystore.type=PEM\nssl.keystore.location={pem}\n"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("tls")
    ours, other = authority(folder, "ours"), authority(folder, "other")
    certificate, key = ours.certificate(folder, ADDRESS)
    pem = folder / "server.pem"
    pem.touch(mode=0o600)
    pem.write_bytes(key.read_bytes() + certificate.read_bytes())
    file, port = settings_file(folder, servers=("kafka", "mongo")), free_port()
    conf = config.load(file)
    tls = ("--tlsMode", "preferTLS", "--tlsCertificateKeyFile", str(pem))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mongod, "OPTIONS", (*mongod.OPTIONS, *tls))
        patched.setattr(broker, "PROPERTIES", with_tls_listener(broker.PROPERTIES, port, pem))
        conf = stack.up(conf, SILENT)
    try:
        kafka.create_topics(conf.kafka, [TOPIC])
        servers = {"bootstrap_servers": f"{ADDRESS}:{port}", "security_protocol": "SSL"}
        yield Secured(
            conf.kafka.model_copy(update={**servers, "ca_file": ours.file}),
            conf.mongo.model_copy(update={"tls": True, "ca_file": ours.file}),
            file,
            other,
        )
    finally:
        stack.down(conf, SILENT)


Change = Callable[[Secured], dict[str, Any]]
KAFKA: dict[str, tuple[Change, str]] = {
    "an authority of another name": (lambda s: {"ca_file": s.other.file}, "kafka.ca_file"),
    "no authority but the system's": (lambda s: {"ca_file": None}, "kafka.ca_file"),
    "another host name": (
        lambda s: {"bootstrap_servers": s.kafka.bootstrap_servers.replace(ADDRESS, "localhost")},
        "kafka.ca_file",
    ),
}
MONGO: dict[str, tuple[Change, str]] = {
    "an authority of another name": (lambda s: {"ca_file": s.other.file}, "mongo.ca_file"),
    "no authority but the system's": (lambda s: {"ca_file": None}, "mongo.ca_file"),
    "another host name": (
        lambda s: {"uri": s.mongo.uri.replace(ADDRESS, "localhost").partition("?")[0]},
        "localhost",
    ),
}


@pytest.mark.parametrize("case", KAFKA)
def test_python_refuses_a_broker(secured: Secured, case: str) -> None:
    change, words = KAFKA[case]
    with pytest.raises(ConfigurationError, match=words) as refused:
        kafka.topic(secured.kafka.model_copy(update=change(secured)), TOPIC)
    assert not isinstance(refused.value, UnreachableError), "it would be retried"


def test_python_refuses_a_broker_without_tls(secured: Secured) -> None:
    plain = config.load(secured.plain_file).kafka.bootstrap_servers
    # librdkafka has two texts for it, by what it hears first.
    with pytest.raises(ConfigurationError, match=r"PLAINTEXT|SSL connection closed by peer"):
        kafka.topic(secured.kafka.model_copy(update={"bootstrap_servers": plain}), TOPIC)


@pytest.mark.parametrize("case", MONGO)
def test_python_refuses_a_mongod(secured: Secured, case: str) -> None:
    change, words = MONGO[case]
    with pytest.raises(ConfigurationError, match=words) as refused:
        mongo.database(secured.mongo.model_copy(update=change(secured)))
    assert not isinstance(refused.value, UnreachableError), "it would be retried"


@pytest.fixture
def pipe(secured: Secured, country_database: str, tmp_path: Path) -> Pipeline:
    """A feed with lines, to be read and stored by TLS."""
    name = f"f{uuid4().hex[:8]}"
    feed = {"name": name, "topic": name, "format": "combined", "service_name": "web"}
    pipe = pipeline(tmp_path, secured.plain_file, feed)
    pipe.send(name, recent("combined", LINES, seed=1))
    content = yaml.safe_load(pipe.file.read_text())
    content["kafka"] |= {
        "bootstrap_servers": secured.kafka.bootstrap_servers,
        "security_protocol": "SSL",
        "ca_file": str(secured.kafka.ca_file),
    }
    content["mongo"] |= {"tls": True, "ca_file": str(secured.mongo.ca_file)}
    pipe.file.write_text(yaml.safe_dump(content))
    return Pipeline(pipe.file, config.load(pipe.file))


def test_a_job_reads_and_writes_by_tls_with_a_ca_file_alone(pipe: Pipeline) -> None:
    pipe.run("ingest")
    name = pipe.conf.feeds[0].name
    assert pipe.documents(name).count_documents({}) == LINES


def test_a_jvm_that_does_not_trust_mongod_ends_the_job_at_once(
    pipe: Pipeline, secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = secured.mongo.model_copy(update={"ca_file": secured.other.file})
    monkeypatch.setenv("MILLRACE__MONGO__TRUST_STORE", str(trust_store(other)))
    errors = pipe.run("ingest", code=1)
    assert errors.count("next try in") == 0
    telling = [line for line in errors.splitlines() if " failed: " in line]
    assert len(telling) == 1
    assert "mongo.trust_store" in telling[0]
