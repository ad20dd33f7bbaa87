"""The Kafka broker: one node that is its own controller, from the jars of Maven."""

import base64
import uuid
from functools import partial
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from millrace.config import Config, addresses
from millrace.setup.commands import run
from millrace.setup.downloads import once, retrieve
from millrace.setup.java import java
from millrace.stack.servers import Folders, Server, is_open

VERSION = "4.1.1"
BROKER = f"org.apache.kafka:kafka_2.13:{VERSION}"
LOG_BINDING = "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3"  # without it nothing is logged
CONTROLLER_PORT_OFFSET = 1
JVM_OPTIONS = ("-Xmx512m", "-Duser.timezone=UTC", "-Djava.awt.headless=true")
# In the layout that Kafka's own settings have.
LOG_SETTINGS = """\
rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = stdout
appender.stdout.type = Console
appender.stdout.name = stdout
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = [%d] %p %m (%c)%n
"""
# The session timeout is short because a broker that was killed cannot register again before its
# old session ends (9 s by default).
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={data}
num.partitions={partitions}
auto.create.topics.enable=false
log.message.timestamp.type=LogAppendTime
log.retention.check.interval.ms=30000
broker.heartbeat.interval.ms=1000
broker.session.timeout.ms=4000
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


def server(conf: Config, folders: Folders) -> Server:
    """The broker at ``kafka.bootstrap_servers``."""
    address = addresses.of_kafka(conf.kafka)
    node = (conf.stack.listen, address.port)
    jars = folders.downloads / f"kafka-{VERSION}"
    return Server(
        kind="kafka",
        title="Kafka",
        address=address,
        ports=(address.port, address.port + CONTROLLER_PORT_OFFSET),
        start_timeout_s=90,
        is_plain={"kafka.security_protocol": conf.kafka.security_protocol == "PLAINTEXT"},
        install=partial(once, jars, _download),
        command=partial(_command, jars, folders, node, conf.kafka.partitions),
        is_ready=partial(_answers, node),
        version=lambda: VERSION if _answers(node) else None,
    )


def _download(folder: Path) -> None:
    retrieve([BROKER], folder)
    retrieve([LOG_BINDING], folder, with_dependencies=False)


def _command(jars: Path, folders: Folders, node: tuple[str, int], partitions: int) -> list[str]:
    host, port = node
    data = folders.data / "kafka"
    properties = folders.run / "kafka.properties"
    properties.write_text(
        PROPERTIES.format(
            host=host,
            port=port,
            controller_port=port + CONTROLLER_PORT_OFFSET,
            data=data,
            partitions=partitions,
        ),
        encoding="utf-8",
    )
    log_settings = folders.run / "kafka-log4j2.properties"
    log_settings.write_text(LOG_SETTINGS, encoding="utf-8")
    log_option = f"-Dlog4j2.configurationFile={log_settings}"
    program = [java(), *JVM_OPTIONS, log_option, "-cp", f"{jars}/*"]
    if not (data / "meta.properties").exists():
        storage = ["kafka.tools.StorageTool", "format", "--ignore-formatted"]
        storage += ["-t", _cluster_id(), "-c", str(properties)]
        run([*program, *storage], "the formatting of Kafka's data folder", timeout_s=120)
    return [*program, "kafka.Kafka", str(properties)]


def _cluster_id() -> str:
    """A random id in Kafka's own form; one that begins with a dash would look like an option."""
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return text if not text.startswith("-") else _cluster_id()


def _answers(node: tuple[str, int]) -> bool:
    host, port = node
    if not is_open(host, port):
        return False
    # Silent: while the broker starts, the client would write its failures to the terminal.
    client = AdminClient({"bootstrap.servers": f"{host}:{port}", "log_level": 0})
    try:
        return bool(client.list_topics(timeout=5).brokers)
    except KafkaException:
        return False
