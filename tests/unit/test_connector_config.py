"""The configurations that Kafka Connect is given, and what is told of a task that failed."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from test_entities_file import conf

from millrace.config import Config, Metrics, Ports, entities, passwords
from millrace.io.connect import connector_config
from millrace.io.connect.client import ConnectorStatus, cause
from millrace.records.entities import SOURCES, Source
from millrace.stack import connect
from millrace.stack.servers import folders

SOURCE_NAMES = [
    name for kind, names in passwords.NAMES.items() for name in names if kind.startswith("source-")
]
SECRETS = dict.fromkeys([passwords.MONGO, *SOURCE_NAMES], "a-secret-of-a-source")


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    monkeypatch.setenv("MILLRACE__CHANGES__MONGO__USERNAME", "millrace")
    return conf(tmp_path)


def made(loaded: Config, source: Source) -> dict[str, str]:
    assert loaded.changes
    return connector_config(loaded, loaded.changes, entities.of(loaded).of(source))


@pytest.mark.parametrize("source", SOURCES)
def test_a_configuration_names_its_password_and_does_not_hold_it(
    loaded: Config, source: Source
) -> None:
    config = made(loaded, source)
    assert not [key for key, value in config.items() if "a-secret" in value]
    placeholders = [value for value in config.values() if value.startswith("${env:")]
    assert placeholders == [f"${{env:{name}}}" for name in passwords.NAMES[f"source-{source}"]]


@pytest.mark.parametrize("source", SOURCES)
def test_truncates_are_told_once_and_in_one_partition(loaded: Config, source: Source) -> None:
    config = made(loaded, source)
    assert config["skipped.operations"] == "none"
    assert config["topic.creation.default.partitions"] == "1"
    assert config["exactly.once.support"] == "required"


def test_the_heartbeat_is_written_to_a_table_that_is_captured(loaded: Config) -> None:
    config = made(loaded, "postgres")
    tables = config["table.include.list"].split(",")
    assert tables == [
        r"public\.tv_series_ids",
        r"public\.millrace_heartbeat",
        r"public\.millrace_signals",
    ]
    assert "INSERT INTO public.millrace_heartbeat " in config["heartbeat.action.query"]


def test_properties_of_the_user_win(loaded: Config) -> None:
    assert loaded.changes
    own = {"connectors": {"mariadb": {"snapshot.mode": "no_data", "tasks.max": "1"}}}
    changes = loaded.changes.model_copy(update=own)
    config = connector_config(loaded, changes, entities.of(loaded).of("mariadb"))
    assert config["snapshot.mode"] == "no_data"


def test_the_definitions_of_tables_are_kept_as_securely_as_changes_are(loaded: Config) -> None:
    plain = made(loaded, "mariadb")
    assert not [key for key in plain if ".producer." in key or ".consumer." in key]
    secret = SecretStr("a-secret-of-kafka")
    secured = {"security_protocol": "SASL_SSL", "username": "u", "password": secret}
    secured |= {"ca_file": Path("/tls/ca.crt")}
    kafka = loaded.kafka.model_copy(update=secured)
    config = made(loaded.model_copy(update={"kafka": kafka}), "mariadb")
    for client in ("producer", "consumer"):
        prefix = f"schema.history.internal.{client}"
        assert config[f"{prefix}.security.protocol"] == "SASL_SSL"
        assert config[f"{prefix}.ssl.truststore.location"] == "/tls/ca.crt"
        assert config[f"{prefix}.sasl.jaas.config"].endswith(
            'ScramLoginModule required username="u" password="${env:MILLRACE__KAFKA__PASSWORD}";'
        )
    assert "a-secret-of-kafka" not in str(config)


CA, STORE = Path("/tls/ca.crt"), Path("/tls/trust.jks")
MYSQL = {"mariadb": {"connector.class": "io.debezium.connector.mysql.MySqlConnector"}}
TLS: dict[str, tuple[Source, dict[str, Any], dict[str, Any], dict[str, str]]] = {
    "PostgreSQL, by a CA file": (
        "postgres",
        {"ca_file": CA},
        {},
        {"database.sslmode": "verify-full", "database.sslrootcert": str(CA)},
    ),
    "PostgreSQL, by the authorities that the JVM knows": (
        "postgres",
        {},
        {},
        {
            "database.sslmode": "verify-full",
            "database.sslfactory": "org.postgresql.ssl.DefaultJavaSSLFactory",
        },
    ),
    "MariaDB": (
        "mariadb",
        {"ca_file": CA, "trust_store": STORE},
        {},
        {"database.ssl.mode": "verify-full", "database.ssl.truststore": str(STORE)},
    ),
    "MySQL, whose connector has another word for it": (
        "mariadb",
        {},
        {"connectors": MYSQL},
        {"database.ssl.mode": "verify_identity"},
    ),
    "MongoDB": (
        "mongo",
        {"ca_file": CA, "trust_store": STORE},
        {},
        {"mongodb.ssl.enabled": "true", "mongodb.ssl.truststore": str(STORE)},
    ),
    "MongoDB, by the authorities that the JVM knows": (
        "mongo",
        {},
        {},
        {"mongodb.ssl.enabled": "true"},
    ),
}


@pytest.mark.parametrize("case", TLS)
def test_a_connector_checks_certificate_and_host_name(loaded: Config, case: str) -> None:
    source, given, further, expected = TLS[case]
    assert loaded.changes
    plain = made(loaded, source)
    assert not [key for key in plain if "ssl" in key]
    section = getattr(loaded.changes, source).model_copy(update={"tls": True, **given})
    changes = loaded.changes.model_copy(update={source: section, **further})
    config = connector_config(loaded, changes, entities.of(loaded).of(source))
    assert {key: value for key, value in config.items() if "ssl" in key} == expected


def test_the_worker_has_a_port_for_prometheus_where_it_is_given_one(loaded: Config) -> None:
    assert loaded.changes
    places = folders(loaded)
    assert len(connect.server(loaded, places, loaded.changes).ports) == 1
    metrics = Metrics(port=Ports(connect=9404))
    own = loaded.model_copy(update={"metrics": metrics})
    assert connect.server(own, places, loaded.changes).ports[1:] == (9404,)


def test_the_worker_resolves_the_passwords_of_sources_and_nothing_else() -> None:
    allowed = re.compile(connect.ALLOWED)
    assert len(SOURCE_NAMES) == 3
    assert all(map(allowed.fullmatch, SOURCE_NAMES))
    assert not allowed.fullmatch(passwords.MONGO)
    assert not allowed.fullmatch("PATH")


TRACE = """org.apache.kafka.connect.errors.ConnectException: An exception occurred
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
Caused by: io.debezium.DebeziumException: The connector is trying to read
Caused by: org.postgresql.util.PSQLException: ERROR: must be owner of table tv_series_ids
\tat org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2713)
\t... 9 more
"""


def test_a_failed_task_is_told_by_its_last_cause() -> None:
    assert cause(TRACE) == (
        "org.postgresql.util.PSQLException: ERROR: must be owner of table tv_series_ids"
    )
    assert cause("first\nsecond") == "first"
    assert cause("") == "no reason given"


@pytest.mark.parametrize(
    ("state", "tasks", "is_running", "has_failed"),
    [
        ("RUNNING", ("RUNNING",), True, False),
        ("RUNNING", (), False, False),
        ("RUNNING", ("FAILED",), False, True),
        ("FAILED", (), False, True),
        ("PAUSED", ("PAUSED",), False, False),
    ],
)
def test_a_connector_without_a_task_does_not_run_yet(
    state: str, tasks: tuple[str, ...], is_running: bool, has_failed: bool
) -> None:
    status = ConnectorStatus(state, tasks, None)
    assert (status.is_running, status.has_failed) == (is_running, has_failed)
