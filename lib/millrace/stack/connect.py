"""Kafka Connect: one distributed worker with Debezium's connectors, from the jars of Maven."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from millrace.config import CONF_DIRECTORY, Changes, Config, addresses, passwords
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
# It runs in the worker, and answers Prometheus with what the worker has in JMX.
JMX_EXPORTER = "io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1"
JMX_SETTINGS = CONF_DIRECTORY / "connect-jmx.yaml"
# For sources of MySQL, in images alone: no MySQL runs on a laptop here.
OF_MYSQL = {"mysql": f"io.debezium:debezium-connector-mysql:{DEBEZIUM}"}
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
    node, own_port = (address.host, address.port), conf.metrics.port.connect
    return Server(
        kind="connect",
        title="Connect",
        address=address,
        ports=(address.port, own_port) if own_port else (address.port,),
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


def _exporter(folders: Folders) -> Path:
    return folders.downloads / "-".join(JMX_EXPORTER.split(":")[1:])


def _install(folders: Folders) -> None:
    once(_worker(folders), _download_worker)
    once(_exporter(folders), _download_exporter)
    once(_plugins(folders), partial(_download_connectors, _worker(folders), CONNECTORS))


def fill(folder: Path) -> None:
    """Puts what an image has of Kafka Connect into ``folder``: worker, plugins, exporter, logging.

    Raises SetupError where a download fails.
    """
    worker, plugins, exporter = (folder / name for name in ("worker", "plugins", "exporter"))
    for made in (worker, plugins, exporter):
        made.mkdir()
    _download_worker(worker)
    _download_connectors(worker, CONNECTORS | OF_MYSQL, plugins)
    _download_exporter(exporter)
    (jar,) = exporter.glob("*.jar")
    jar.rename(exporter / "jmx_prometheus_javaagent.jar")
    (folder / "log4j2.properties").write_text(kafka.LOG_SETTINGS, encoding="utf-8")


def _download_worker(folder: Path) -> None:
    retrieve(WORKER, folder)
    retrieve([kafka.LOG_BINDING], folder)


def _download_exporter(folder: Path) -> None:
    retrieve([JMX_EXPORTER], folder, with_dependencies=False)


def _download_connectors(worker: Path, connectors: Mapping[str, str], folder: Path) -> None:
    for name, coordinates in connectors.items():
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
    program += [*_agent(folders, conf), "-cp", f"{_worker(folders)}/*"]
    return [*program, "org.apache.kafka.connect.cli.ConnectDistributed", str(properties)]


def _agent(folders: Folders, conf: Config) -> list[str]:
    """The option that has the worker answer Prometheus, where it has a port for it."""
    port = conf.metrics.port.connect
    if not port:
        return []
    (jar,) = _exporter(folders).glob("*.jar")
    return [f"-javaagent:{jar}={conf.metrics.listen}:{port}:{JMX_SETTINGS}"]
