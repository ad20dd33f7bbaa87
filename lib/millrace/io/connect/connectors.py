"""The configuration of each source's connector, as Kafka Connect takes it.

The properties are Debezium's ("Connector properties" of each connector's manual); passwords are
placeholders, which the worker resolves from its own environment.
"""

from collections.abc import Sequence
from zlib import crc32

from millrace.config import Changes, Config, Kafka, Mongo, Mysql, Postgres, passwords
from millrace.io import postgres_tls
from millrace.records import capture
from millrace.records.entities import Entity, Source

Properties = dict[str, str]

_MARIADB = "io.debezium.connector.mariadb.MariaDbConnector"
_SERVER_IDS = 10_000, 2**31 - 20_000  # of MariaDB's replicas: the first, and how many


def connector_config(conf: Config, changes: Changes, entities: Sequence[Entity]) -> Properties:
    """The configuration of the connector that captures ``entities``, which are of one source."""
    source = entities[0].source
    if source == "postgres" and changes.postgres:
        own = _postgres(changes, changes.postgres, entities)
    elif source == "mariadb" and changes.mariadb:
        own = _mariadb(conf, changes, changes.mariadb, entities)
    elif source == "mongo" and changes.mongo:
        own = _mongo(changes, changes.mongo, entities)
    else:
        raise ValueError(f"the configuration has no changes.{source}")
    return _common(changes, source) | own | changes.connectors.get(source, {})


def _common(changes: Changes, source: Source) -> Properties:
    return {
        "tasks.max": "1",
        "topic.prefix": capture.connector(changes.name, source),
        "exactly.once.support": "required",
        "heartbeat.interval.ms": str(round(1000 * changes.heartbeat_s)),
        "tombstones.on.delete": "true",
        # Else truncates would be left out.
        "skipped.operations": "none",
        "topic.creation.default.replication.factor": "-1",
        # One: so a truncate keeps its place among the changes of all keys.
        "topic.creation.default.partitions": "1",
        "topic.creation.default.cleanup.policy": "delete",
    }


def _relational() -> Properties:
    return {"decimal.handling.mode": "string", "time.precision.mode": "isostring"}


def _postgres(changes: Changes, own: Postgres, entities: Sequence[Entity]) -> Properties:
    heartbeat = f"public.{capture.heartbeat(changes.name)}"
    signals = f"public.{capture.signals(changes.name)}"
    tables = [*(entity.table for entity in entities), heartbeat, signals]
    tls = {f"database.{key}": value for key, value in postgres_tls.jdbc(own).items()}
    return (
        _relational()
        | tls
        | {
            "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
            "plugin.name": "pgoutput",
            "database.hostname": own.host,
            "database.port": str(own.port),
            "database.dbname": own.database,
            "database.user": own.user,
            "database.password": _secret(passwords.POSTGRES_SOURCE),
            "slot.name": capture.slot(changes.name),
            "slot.drop.on.stop": "false",
            "publication.name": capture.publication(changes.name),
            "publication.autocreate.mode": "disabled",
            "table.include.list": _listed(tables),
            "interval.handling.mode": "string",
            "signal.enabled.channels": "source",
            "signal.data.collection": signals,
            "heartbeat.action.query": f"INSERT INTO {heartbeat} (id, at) VALUES (1, now())"
            " ON CONFLICT (id) DO UPDATE SET at = excluded.at",
        }
    )


def _mariadb(conf: Config, changes: Changes, own: Mysql, entities: Sequence[Entity]) -> Properties:
    signals = f"{own.database}.{capture.signals(changes.name)}"
    first, count = _SERVER_IDS
    server_id = first + crc32(capture.connector(changes.name, "mariadb").encode()) % count
    return (
        _relational()
        | _of_history(conf.kafka)
        | _tls_of_mariadb(changes, own)
        | {
            "connector.class": _MARIADB,
            "database.hostname": own.host,
            "database.port": str(own.port),
            "database.user": own.user,
            "database.password": _secret(passwords.MARIADB_SOURCE),
            "database.server.id": str(server_id),
            "database.include.list": own.database,
            "table.include.list": _listed(
                [*(f"{own.database}.{entity.table}" for entity in entities), signals]
            ),
            "schema.history.internal.kafka.bootstrap.servers": conf.kafka.bootstrap_servers,
            "schema.history.internal.kafka.topic": capture.history_topic(changes.name),
            # One statement of a table that nobody captures would end the task.
            "schema.history.internal.skip.unparseable.ddl": "true",
            "bigint.unsigned.handling.mode": "precise",
            # By this a server that was started again is noticed.
            "connect.keep.alive.interval.ms": "5000",
            "signal.enabled.channels": "source",
            "signal.data.collection": signals,
        }
    )


def _tls_of_mariadb(changes: Changes, own: Mysql) -> Properties:
    if not own.tls:
        return {}
    # The connectors of MariaDB and of MySQL have other words for the same.
    connector = changes.connectors.get("mariadb", {}).get("connector.class", _MARIADB)
    mode = "verify-full" if connector == _MARIADB else "verify_identity"
    store = {"database.ssl.truststore": str(own.trust_store)} if own.trust_store else {}
    return {"database.ssl.mode": mode} | store


def _of_history(kafka: Kafka) -> Properties:
    """How the clients log in that keep the tables' definitions: not as the worker's own do."""
    if kafka.security_protocol == "PLAINTEXT":
        return {}
    own: Properties = {"security.protocol": kafka.security_protocol}
    if kafka.ca_file:
        own |= {"ssl.truststore.type": "PEM", "ssl.truststore.location": str(kafka.ca_file)}
    if kafka.security_protocol.startswith("SASL"):
        kind = "plain.Plain" if kafka.sasl_mechanism == "PLAIN" else "scram.Scram"
        own["sasl.mechanism"] = kafka.sasl_mechanism
        own["sasl.jaas.config"] = (
            f"org.apache.kafka.common.security.{kind}LoginModule required"
            f' username="{kafka.username}" password="{_secret(passwords.KAFKA)}";'
        )
    return {
        f"schema.history.internal.{client}.{key}": value
        for client in ("producer", "consumer")
        for key, value in own.items()
    }


def _mongo(changes: Changes, own: Mongo, entities: Sequence[Entity]) -> Properties:
    signals = f"{own.database}.{capture.signals(changes.name)}"
    properties = {
        "connector.class": "io.debezium.connector.mongodb.MongoDbConnector",
        "mongodb.connection.string": own.uri,
        # The user of one database may read no other's changes.
        "capture.scope": "database",
        "capture.target": own.database,
        "collection.include.list": _listed(
            [*(f"{own.database}.{entity.table}" for entity in entities), signals]
        ),
        "capture.mode": "change_streams_update_full_with_pre_image",
        # Else `after` is the document as it is later, and null once it is deleted.
        "capture.mode.full.update.type": "post_image",
        "signal.enabled.channels": "source",
        "signal.data.collection": signals,
    }
    if own.tls:
        properties["mongodb.ssl.enabled"] = "true"
    if own.tls and own.trust_store:
        properties["mongodb.ssl.truststore"] = str(own.trust_store)
    if own.username and own.password:
        properties |= {
            "mongodb.user": own.username,
            "mongodb.password": _secret(passwords.MONGO_SOURCE),
            "mongodb.authsource": own.auth_source,
        }
    return properties


def _secret(variable: str) -> str:
    return f"${{env:{variable}}}"


def _listed(names: Sequence[str]) -> str:
    """Names as the list of regular expressions that the connectors want."""
    return ",".join(name.replace(".", r"\.").replace("$", r"\$") for name in names)
