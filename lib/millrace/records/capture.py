"""Names of what change data capture needs in Kafka and in the databases that it reads."""

from millrace.records.entities import Source

CLEANSED = "_data"  # what the name of a cleansed topic ends with


def connector(deployment: str, source: Source) -> str:
    """The name of a source's connector, which begins the names of its topics too."""
    return f"{deployment}-{source}"


def heartbeat_topic(deployment: str, source: Source) -> str:
    """Where a connector tells that it lives."""
    return f"__debezium-heartbeat.{connector(deployment, source)}"


def cleansed_topic(deployment: str, entity: str) -> str:
    """Where an entity's rows are as they come to be, by their keys."""
    return f"{deployment}.{cleansed(entity)}"


def cleansed(entity: str) -> str:
    """What the query is named by that fills the topic of an entity's rows."""
    return f"{entity}{CLEANSED}"


def history_topic(deployment: str) -> str:
    """Where the connector of MariaDB keeps the tables' definitions."""
    return f"{deployment}-mariadb-schema-history"


def signals(deployment: str) -> str:
    """The table, or collection, by which a source is asked for a snapshot."""
    return f"{deployment}_signals"


def signals_topic(deployment: str, source: Source, database: str) -> str:
    """Where the changes of a source's table of signals are."""
    schema = "public" if source == "postgres" else database
    return f"{connector(deployment, source)}.{schema}.{signals(deployment)}"


def heartbeat(deployment: str) -> str:
    """PostgreSQL's table that is written now and then, so that its slot gets on."""
    return f"{deployment}_heartbeat"


def slot(deployment: str) -> str:
    """PostgreSQL's replication slot."""
    return f"{deployment}_slot"


def publication(deployment: str) -> str:
    """PostgreSQL's publication."""
    return f"{deployment}_publication"
