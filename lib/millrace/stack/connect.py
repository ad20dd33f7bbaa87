"""Kafka Connect: one distributed worker with Debezium's connectors, from the jars of Maven."""

from functools import partial
from pathlib import Path

from millrace.config import Changes, Config, addresses, passwords
from millrace.setup.downloads import drop_those_of, once, retrieve
from millrace.setup.java import java
from millrace.stack import kafka
from millrace.stack.health import health
from millrace.stack.servers import Folders, Server

DEBEZIUM = "3.5.0.Final"
WORKER = tuple(
    f"org.apache.kafka:connect-{module}:{kafka.VERSION}"
    for module in ("runtime", "json", "transforms")
)
CONNECTORS = {
    name: f"io.debezium:debezium-connector-{name}:{DEBEZIUM}"
    for name in ("postgres", "mariadb", "mongodb")
}
JVM_OPTIONS = ("-Xmx512m", "-XX:+UseSerialGC", "-Duser.timezone=UTC", "-Djava.awt.headless=true")
# Of the environment, configurations may name the passwords of sources and nothing else.
ALLOWED = "MILLRACE__CHANGES__[A-Z]+__PASSWORD"
PROPERTIES = """\
bootstrap.servers={bootstrap}
group.id={name}-connect
listeners={listener}
plugin.path={plugins}
plugin.discovery=service_load
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
key.converter.schemas.enable=false
value.converter.schemas.enable=false
value.converter.decimal.format=NUMERIC
config.storage.topic={name}-connect-configs
config.storage.replication.factor=1
offset.storage.topic={name}-connect-offsets
offset.storage.partitions=4
offset.storage.replication.factor=1
status.storage.topic={name}-connect-status
status.storage.partitions=2
status.storage.replication.factor=1
config.providers=env
config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider
config.providers.env.param.allowlist.pattern={allowed}
exactly.once.source.support=enabled
"""


def server(conf: Config, folders: Folders, changes: Changes) -> Server:
    """The worker at ``changes.connect``."""
    address = addresses.of_connect(changes)
    node = (address.host, address.port)
    return Server(
        kind="connect",
        title="Connect",
        address=address,
        ports=(address.port,),
        start_timeout_s=300,
        is_plain={},
        install=partial(_install, folders),
        command=partial(_command, folders, conf, changes),
        is_ready=lambda: health(node) == 200,
        version=lambda: kafka.VERSION if health(node) else None,
        secrets=_secrets(changes),
    )


def _secrets(changes: Changes) -> dict[str, str]:
    """What it resolves the placeholders of connectors with."""
    sources = {
        passwords.POSTGRES_SOURCE: changes.postgres
        and changes.postgres.password.get_secret_value(),
        passwords.MARIADB_SOURCE: changes.mariadb and changes.mariadb.password.get_secret_value(),
        passwords.MONGO_SOURCE: changes.mongo
        and changes.mongo.password
        and changes.mongo.password.get_secret_value(),
    }
    return {name: str(secret) for name, secret in sources.items() if secret}


def _worker(folders: Folders) -> Path:
    return folders.downloads / f"connect-{kafka.VERSION}"


def _plugins(folders: Folders) -> Path:
    return folders.downloads / f"debezium-{DEBEZIUM}"


def _install(folders: Folders) -> None:
    once(_worker(folders), _download_worker)
    once(_plugins(folders), partial(_download_connectors, _worker(folders)))


def _download_worker(folder: Path) -> None:
    retrieve(WORKER, folder)
    retrieve([kafka.LOG_BINDING], folder)


def _download_connectors(worker: Path, folder: Path) -> None:
    for name, coordinates in CONNECTORS.items():
        (folder / name).mkdir()
        retrieve([coordinates], folder / name)
        # What the worker has as well would meet itself in another class loader.
        drop_those_of(folder / name, worker)


def _command(folders: Folders, conf: Config, changes: Changes) -> list[str]:
    properties, log_settings = folders.run / "connect.properties", folders.run / "connect-log4j2"
    text = PROPERTIES.format(
        bootstrap=conf.kafka.bootstrap_servers,
        name=changes.name,
        listener=addresses.of_connect(changes).text,
        plugins=_plugins(folders),
        allowed=ALLOWED,
    )
    properties.write_text(text, encoding="utf-8")
    log_settings = log_settings.with_suffix(".properties")
    log_settings.write_text(kafka.LOG_SETTINGS, encoding="utf-8")
    program = [java(), *JVM_OPTIONS, f"-Dlog4j2.configurationFile={log_settings}"]
    program += ["-cp", f"{_worker(folders)}/*"]
    return [*program, "org.apache.kafka.connect.cli.ConnectDistributed", str(properties)]
