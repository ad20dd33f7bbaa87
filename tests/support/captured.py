"""Servers whose changes are captured, for a test's own: three databases and Kafka Connect."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from millrace import stack
from millrace.config import Config
from millrace.config import entities as known_entities
from millrace.io import sources
from millrace.io.kafka.awaited import comes, end_offset
from millrace.records import capture
from millrace.records.entities import Entity
from support.pipeline import QUICK
from support.places import free_ports, settings_file
from support.server_faults import Servers

ENTITIES = ("movies", "series", "persons")
HEARTBEAT_S = 2


def captured_settings(folder: Path, *, entities: Path | None = None, **sections: object) -> Path:
    """A configuration file in ``folder``, with free ports and everything else inside the folder.

    ``entities`` is the file of the entities, where it is not that of conf.
    """
    # The broker's, its controller's and mongod's are the first ones of this row.
    *_, on_connect, on_postgres, on_mariadb, on_mongo = free_ports(8)
    return settings_file(
        folder,
        stack={
            "directory": str(folder / "stack"),
            "servers": ["kafka", "mongo"],
            "changes": ["source-postgres", "source-mariadb", "source-mongo", "connect"],
        },
        changes={
            "connect": f"http://127.0.0.1:{on_connect}",
            "heartbeat_s": HEARTBEAT_S,
            "cleansed_topics": True,
            "postgres": {"host": "127.0.0.1", "port": on_postgres},
            "mariadb": {"host": "127.0.0.1", "port": on_mariadb, "database": "catalog"},
            "mongo": {
                "uri": f"mongodb://127.0.0.1:{on_mongo}/?replicaSet=rs0",
                "database": "catalog",
            },
        }
        | ({"entities": str(entities)} if entities else {}),
        spark={"shuffle_partitions": 2, "driver_memory": "1g", "conf": QUICK},
        **sections,
    )


@contextmanager
def captured_servers(folder: Path, **settings: object) -> Iterator[Servers]:
    """Servers of ``captured_settings``, up meanwhile; their data are gone afterwards."""
    file = captured_settings(folder, **settings)  # type: ignore[arg-type]
    servers = Servers(file, additions=["changes"])
    try:
        servers.up()
        yield servers
    finally:
        servers.down()
        stack.remove_data(servers.conf)


def marked(captured: Config, entity: Entity, patience_s: float) -> None:
    """Waits until all that the entity's source has committed by now is in Kafka."""
    assert captured.changes
    database = known_entities.database(captured.changes, entity.source)
    topic = capture.signals_topic(captured.changes.name, entity.source, database)
    start = end_offset(captured.kafka, topic)
    marker = sources.mark(captured.changes, entity.source)
    assert comes(captured.kafka, topic, start, marker, patience_s)
