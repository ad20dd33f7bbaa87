"""A configuration is right, or one line says where it is wrong and what was expected."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.places import settings_file

from millrace import config
from millrace.config import Config, ConfigurationError
from millrace.config.yaml_file import ENV_PREFIX

Content = dict[str, Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration file without a fault."""
    return settings_file(tmp_path)


def changed(file: Path, change: Callable[[Content], object]) -> None:
    content = yaml.safe_load(file.read_text())
    change(content)
    file.write_text(yaml.safe_dump(content))


def refusal(file: Path) -> str:
    with pytest.raises(ConfigurationError) as refused:
        config.load(file)
    message = str(refused.value)
    assert "\n" not in message
    return message


def of(section: str, **values: object) -> Callable[[Content], object]:
    return lambda content: content[section].update(values)


def of_feed(number: int, **values: object) -> Callable[[Content], object]:
    return lambda content: content["feeds"][number].update(values)


# What is changed in the file, the key that the line names, and what it says of it.
WRONG: dict[str, tuple[Callable[[Content], object], str, str]] = {
    "unknown section": (lambda c: c.update(kafak={}), "kafak", "there is no such key"),
    "unknown key": (of("kafka", partition=2), "kafka.partition", "there is no such key"),
    "unknown key of a feed": (of_feed(1, topics="x"), "feeds.1.topics", "there is no such key"),
    "missing section": (lambda c: c.pop("mysql"), "mysql", "this key is missing"),
    "missing key": (lambda c: c["mysql"].pop("host"), "mysql.host", "this key is missing"),
    "missing key of a feed": (
        lambda c: c["feeds"][0].pop("format"),
        "feeds.0",
        "expected a format, or formats that are tried in turn",
    ),
    "text for a number": (of("kafka", partitions="many"), "kafka.partitions", "not 'many'"),
    "zero partitions": (
        of("kafka", partitions=0),
        "kafka.partitions",
        "greater than or equal to 1",
    ),
    "port too high": (of("mysql", port=65_536), "mysql.port", "less than or equal to 65535"),
    "text for a section": (lambda c: c.update(mysql="here"), "mysql", "not 'here'"),
    "nothing for a section": (lambda c: c.update(mysql=None), "mysql", "valid dictionary"),
    "address of another database": (of("mongo", uri="mysql://x"), "mongo.uri", "not 'mysql://x'"),
    "unknown protocol": (
        of("kafka", security_protocol="TLS"),
        "kafka.security_protocol",
        "'SASL_SSL', not 'TLS'",
    ),
    "unknown server": (of("stack", servers=["redis"]), "stack.servers.0", "not 'redis'"),
    "unknown format": (
        of_feed(0, format="csv"),
        "feeds.0.format",
        "expected one of combined, app, shop, syslog, json, ",
    ),
    "feed name in capitals": (of_feed(0, name="Access"), "feeds.0.name", "not 'Access'"),
    "topic with a space": (of_feed(0, topic="a b"), "feeds.0.topic", "not 'a b'"),
    "a key misspelt": (
        lambda c: c["kafka"].update(bootstrap_serverz=c["kafka"].pop("bootstrap_servers")),
        "kafka.bootstrap_serverz",
        "there is no such key (and 1 more)",
    ),
    "feed named like a collection": (of_feed(1, name="batches"), "file", "no feed can be named"),
    "feed named like a replay": (of_feed(1, name="app_replay"), "file", "no feed can be named"),
    "no feeds": (lambda c: c.update(feeds=[]), "feeds", "at least 1 item"),
    "two feeds of one name": (of_feed(1, name="access"), "file", "two feeds have the same name"),
    "two feeds of one topic": (of_feed(1, topic="access"), "file", "two feeds have the same topic"),
    "SASL without credentials": (
        of("kafka", security_protocol="SASL_SSL"),
        "kafka",
        "SASL_SSL needs kafka.username and MILLRACE__KAFKA__PASSWORD",
    ),
    "SASL without password": (
        of("kafka", security_protocol="SASL_PLAINTEXT", username="me"),
        "kafka",
        "SASL_PLAINTEXT needs kafka.username and MILLRACE__KAFKA__PASSWORD",
    ),
    "no authorities for executors": (
        lambda c: c.update(
            mysql={"host": "db", "tls": True, "ca_file": "ca.crt"},
            spark={"master": "spark://here:7077"},
        ),
        "file",
        "mysql.trust_store must name a Java trust store",
    ),
    "port of metrics too high": (
        lambda c: c.update(metrics={"port": 70_000}),
        "metrics.port.ingest",
        "less than or equal to 65535, not 70000",
    ),
    "port of a job that is none": (
        lambda c: c.update(metrics={"port": {"ingst": 8090}}),
        "metrics.port.ingst",
        "there is no such key",
    ),
    "less silence than an interval": (
        lambda c: c.update(metrics={"max_silence_s": 60}, stream={"archive_interval_s": 60}),
        "file",
        "metrics.max_silence_s must be above 60, the longest interval in stream",
    ),
    "unknown format of logs": (
        lambda c: c.update(logs={"format": "xml"}),
        "logs.format",
        "'text' or 'json', not 'xml'",
    ),
    "lines longer than a document can hold": (
        of_feed(0, max_line_bytes=12_000_000),
        "feeds.0.max_line_bytes",
        "less than or equal to 4194304, not 12000000",
    ),
    "lines of two gigabytes": (
        of_feed(0, max_line_bytes=2_000_000_000),
        "feeds.0.max_line_bytes",
        "less than or equal to 4194304, not 2000000000",
    ),
    "records longer than a letter can hold": (
        of_feed(0, max_record_bytes=12 * 2**20 + 1),
        "feeds.0.max_record_bytes",
        "less than or equal to 12582912, not 12582913",
    ),
    "records shorter than lines": (
        of_feed(0, max_line_bytes=300_000, max_record_bytes=299_999),
        "feeds.0.max_record_bytes",
        "expected at least max_line_bytes, which is 300000, not 299999",
    ),
    "records shorter than lines are by default": (
        of_feed(0, max_record_bytes=100_000),
        "feeds.0.max_record_bytes",
        "expected at least max_line_bytes, which is 262144, not 100000",
    ),
    "driver memory without a unit": (
        of("spark", driver_memory="2"),
        "spark.driver_memory",
        "not '2'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_one_line_names_the_file_the_key_and_what_is_wrong(file: Path, name: str) -> None:
    change, key, said = WRONG[name]
    changed(file, change)
    message = refusal(file)
    assert message.startswith(f"{file}: {key}: ")
    assert said in message


def test_bounds_of_lines_and_records_may_be_the_greatest_and_the_same(file: Path) -> None:
    feed = config.load(file).feeds[0]
    assert (feed.max_line_bytes, feed.max_record_bytes) == (262_144, 4_194_304)
    changed(file, of_feed(0, max_line_bytes=4_194_304))
    changed(file, of_feed(1, max_line_bytes=7, max_record_bytes=7))
    longest, shortest = config.load(file).feeds
    assert (longest.max_line_bytes, longest.max_record_bytes) == (4_194_304, 4_194_304)
    assert (shortest.max_line_bytes, shortest.max_record_bytes) == (7, 7)


def test_jobs_have_ports_of_their_own_or_one_for_all(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.load(file).metrics.port.of("ingest") is None
    changed(file, lambda c: c.update(metrics={"port": {"ingest": 8090, "archive": 8092}}))
    ports = config.load(file).metrics.port
    assert [ports.of(job) for job in ("ingest", "aggregate", "archive")] == [8090, None, 8092]
    monkeypatch.setenv("MILLRACE__METRICS__PORT", "9101")
    ports = config.load(file).metrics.port
    assert [ports.of(job) for job in ("ingest", "aggregate", "archive")] == [9101, 9101, 9101]


@pytest.mark.parametrize("name", ["client", "timestamp", "details.amount"])
def test_what_is_hidden_is_a_field_of_documents(file: Path, name: str) -> None:
    changed(file, lambda c: c.update(api={"hidden_fields": [name]}))
    assert f"not {name!r}" in refusal(file)


def test_with_a_field_the_line_is_hidden_that_has_its_value(file: Path) -> None:
    assert config.load(file).api.hidden == set()
    changed(file, lambda c: c.update(api={"hidden_fields": ["client_ip"]}))
    assert config.load(file).api.hidden == {"client_ip", "raw"}


def test_a_job_that_is_none_of_the_suite_has_no_port() -> None:
    assert config.Ports().of("measured") is None


def test_several_faults_are_counted(file: Path) -> None:
    changed(file, of("kafka", partitions=0, partition=1))
    assert refusal(file).endswith("(and 1 more)")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "expected keys and values at the top level"),
        (b"- kafka\n- mongo\n", "expected keys and values at the top level"),
        (b"kafka: [1, 2\nmongo: }\n", "not YAML: "),
        (b"kafka: \xff\n", "not YAML: "),
    ],
)
def test_a_file_that_is_no_configuration_is_named(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    assert refusal(file).startswith(f"{file}: {said}")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "no.yaml"
    assert refusal(missing) == f"{missing}: No such file or directory"
    assert refusal(tmp_path).startswith(f"{tmp_path}: ")


@pytest.mark.parametrize("key", ["kafka.password", "mongo.password", "mysql.password"])
def test_a_secret_in_the_file_is_refused_and_not_shown(file: Path, key: str) -> None:
    section, name = key.split(".")
    changed(file, of(section, **{name: "hunter2"}))
    variable = f"MILLRACE__{section.upper()}__PASSWORD"
    message = refusal(file)
    assert message.startswith(f"{file}: {key}: ")
    assert message.endswith(variable)
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://me:hunter2@db.example.com",
        "mongodb+srv://me:hunter2@db.example.com/?tls=true",
        "me:hunter2@db.example.com",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_shown(file: Path, uri: str) -> None:
    changed(file, of("mongo", uri=uri))
    message = refusal(file)
    assert message.startswith(f"{file}: mongo.uri: ")
    assert "hunter2" not in message


def test_a_user_in_the_address_is_no_secret(file: Path) -> None:
    changed(file, of("mongo", uri="mongodb://me@db.example.com:27017/"))
    assert config.load(file).mongo.uri == "mongodb://me@db.example.com:27017/"


OVERRIDES: dict[str, tuple[str, Callable[[Config], object], object]] = {
    "MONGO__URI": ("mongodb://other/", lambda conf: conf.mongo.uri, "mongodb://other/"),
    "KAFKA__PARTITIONS": ("7", lambda conf: conf.kafka.partitions, 7),
    "MYSQL__TLS": ("true", lambda conf: conf.mysql.tls, True),
    "STACK__SERVERS": ('["kafka"]', lambda conf: conf.stack.servers, ("kafka",)),
    "STREAM__INGEST_INTERVAL_S": ("0.2", lambda conf: conf.stream.ingest_interval_s, 0.2),
}


@pytest.mark.parametrize("variable", OVERRIDES)
def test_the_environment_overrides_one_key(
    file: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    value, read, expected = OVERRIDES[variable]
    before = config.load(file)
    assert read(before) != expected
    monkeypatch.setenv(ENV_PREFIX + variable, value)
    conf = config.load(file)
    assert read(conf) == expected
    assert conf.mysql.host == before.mysql.host
    assert conf.kafka.bootstrap_servers == before.kafka.bootstrap_servers


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("KAFAK__PARTITIONS", "2", "expected one of the sections kafka, mongo, mysql"),
        ("KAFKA__PARTITION", "2", "there is no such key"),
        ("KAFKA__PARTITIONS", "many", "not 'many'"),
        ("FEEDS", "access", "expected JSON"),
        ("KAFKA", "here", "expected JSON"),
    ],
)
def test_one_line_names_the_variable_and_what_is_wrong(
    file: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(ENV_PREFIX + variable, value)
    message = refusal(file)
    assert message.startswith(f"{ENV_PREFIX}{variable}: ")
    assert said in message


SECRETS = [
    "KAFKA__PASSWORD",
    "MONGO__PASSWORD",
    "MYSQL__PASSWORD",
    "MONGO__URI",
]


@pytest.mark.parametrize("variable", SECRETS)
def test_no_secret_shows_in_the_configuration(
    file: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    secret = "mongodb://me:hunter2@db/" if variable == "MONGO__URI" else "hunter2"
    monkeypatch.setenv(ENV_PREFIX + variable, secret)
    conf = config.load(file)
    section = getattr(conf, variable.split("__")[0].lower())
    assert "hunter2" not in f"{conf!r} {conf} {section!r} {conf.model_dump()}"


def test_sasl_with_its_password_from_the_environment_is_taken(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(file, of("kafka", security_protocol="SASL_SSL", username="me"))
    monkeypatch.setenv("MILLRACE__KAFKA__PASSWORD", "hunter2")
    password = config.load(file).kafka.password
    assert password is not None
    assert password.get_secret_value() == "hunter2"


def test_an_unknown_feed_is_refused_with_the_known_ones(file: Path) -> None:
    conf = config.load(file)
    assert conf.feed("app").format == "app"
    with pytest.raises(ConfigurationError, match=r"^no feed is named 'shop'.*: access, app$"):
        conf.feed("shop")
