"""Change data capture: the databases whose changes are read, and where Kafka Connect is."""

import ipaddress
from pathlib import Path

from pydantic import Field, SecretStr, model_validator

from millrace.config.models import Mongo, Mysql, Port, PositiveInt, Seconds, Section
from millrace.config.yaml_file import CONF_DIRECTORY


class Postgres(Section):
    """A PostgreSQL server.

    Its certificate and host name are checked where ``tls`` is set: by the authorities in the PEM
    file ``ca_file``, which Kafka Connect reads too, else by those of the system and the JVM.
    """

    host: str
    port: Port = 5432
    database: str = Field(default="catalog", pattern=r"^[A-Za-z0-9_]+$")
    user: str = "millrace"
    password: SecretStr = SecretStr("")
    tls: bool = False
    ca_file: Path | None = None


class Changes(Section):
    """The databases that are read, Kafka Connect's REST address, and the file of the entities.

    ``name`` begins the names of connectors, topics, replication slots and publications: two
    deployments over one database each have their own. A change is kept in the history for
    ``history_days`` after another took its place; for ever where it is null. With
    ``cleansed_topics`` the rows of each entity are sent on to a topic. ``connectors`` holds further
    properties of each connector, which win over the suite's. Kafka Connect reads the trust stores
    of ``mariadb`` and ``mongo``, and the CA file of ``postgres``, under the same paths.
    """

    name: str = Field(default="millrace", pattern=r"^[a-z][a-z0-9_]{0,31}$")
    connect: str = Field(default="http://127.0.0.1:8083", pattern=r"^https?://[^/@]+/?$")
    entities: Path = CONF_DIRECTORY / "entities.yaml"
    heartbeat_s: Seconds = Field(default=10, ge=1)
    history_days: PositiveInt | None = 90
    cleansed_topics: bool = False
    postgres: Postgres | None = None
    mariadb: Mysql | None = None
    mongo: Mongo | None = None
    connectors: dict[str, dict[str, str]] = {}

    @model_validator(mode="after")
    def _connectors_have_trust_stores(self) -> "Changes":
        for name, source in (("mariadb", self.mariadb), ("mongo", self.mongo)):
            if source and source.tls and source.ca_file and not source.trust_store:
                raise ValueError(
                    f"{name}.trust_store must name a Java trust store with the certificates of"
                    f" {name}.ca_file that Kafka Connect can read"
                )
        return self

    @model_validator(mode="after")
    def _a_binlog_is_read_from_a_name(self) -> "Changes":
        if self.mariadb and self.mariadb.tls and _is_address(self.mariadb.host):
            # It looks up the name of an address, and then wants that name in the certificate.
            raise ValueError(
                "mariadb.host must be a name that the server's certificate has where tls is set:"
                f" what reads the binlog checks no IP address, and this is {self.mariadb.host}"
            )
        return self


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
