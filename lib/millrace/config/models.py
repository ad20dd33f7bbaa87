"""The sections of the configuration: what each key is, and what is right for it."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote_plus

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    model_validator,
)

from millrace.config.yaml_file import CONF_DIRECTORY, ENV_PREFIX

_CREDENTIALS = re.compile(r"^(mongodb(?:\+srv)?://)([^:@/]+):(.*)@([^@]*)$")

Port = Annotated[int, Field(ge=1, le=65535)]
PositiveInt = Annotated[int, Field(ge=1)]
Ratio = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Memory = Annotated[str, Field(pattern=r"^\d+[mg]$")]
Server = Literal[
    "kafka",
    "mongo",
    "mysql",
    "api",
    "reconcile",
    "source-postgres",
    "source-mariadb",
    "source-mongo",
    "connect",
    "warehouse-postgres",
]
Addition = Literal["changes", "warehouse"]
"""What ``millrace up`` starts beside ``stack.servers`` where it is asked for."""
LogFormat = Literal["text", "json"]
_SHORTEST_TIMEOUT_S = 10


class Section(BaseModel):
    """A section: no key but its own, and it does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RemoteServer(Section):
    """A server, and how long its clients wait for an answer: it follows from ``stream``."""

    _max_outage_s: int = PrivateAttr(default=300)

    def follow(self, max_outage_s: int) -> None:
        """Has clients wait as long as batches wait for a server that is away."""
        self._max_outage_s = max_outage_s

    @property
    def statement_timeout_s(self) -> int:
        """The longest time without an answer, for what may take long: a whole outage."""
        return max(_SHORTEST_TIMEOUT_S, self._max_outage_s)

    @property
    def request_timeout_s(self) -> int:
        """The longest time without an answer, for what is short: Spark tries a task four times."""
        return max(_SHORTEST_TIMEOUT_S, self._max_outage_s // 4)


class _Database(RemoteServer):
    """A server whose TLS certificate and host name are checked, where ``tls`` is set.

    Trusted are the authorities in the PEM file ``ca_file``, else those of the system and the JVM.
    ``trust_store`` is the Java form of ``ca_file``: executors on other machines need it; the JVM of
    this one gets it made of ``ca_file``.
    """

    tls: bool = False
    ca_file: Path | None = None
    trust_store: Path | None = None


class Kafka(RemoteServer):
    """The broker, how to be let in, and how many records a task holds at once, uncompressed."""

    bootstrap_servers: str
    partitions: PositiveInt = 4
    max_poll_records: PositiveInt = 500
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _sasl_needs_credentials(self) -> "Kafka":
        if self.security_protocol.startswith("SASL") and not (self.username and self.password):
            raise ValueError(
                f"{self.security_protocol} needs kafka.username and {ENV_PREFIX}KAFKA__PASSWORD"
            )
        return self


class Mongo(_Database):
    """The MongoDB deployment."""

    uri: str = Field(pattern=r"^mongodb(\+srv)?://")
    database: str = "millrace"
    username: str | None = None
    password: SecretStr | None = None
    auth_source: str = "admin"

    @model_validator(mode="before")
    @classmethod
    def _credentials_out_of_the_uri(cls, values: Any) -> Any:
        """A URI is shown in messages; what is secret in it is kept apart."""
        if not isinstance(values, dict):
            return values
        match = _CREDENTIALS.match(str(values.get("uri")))
        if not match:
            return values
        scheme, username, password, rest = match.groups()
        secret = {"username": unquote_plus(username), "password": unquote_plus(password)}
        return values | {"uri": scheme + rest} | secret


class Mysql(_Database):
    """The MySQL or MariaDB server."""

    host: str
    port: Port = 3306
    database: str = Field(default="millrace", pattern=r"^[A-Za-z0-9_]+$")
    user: str = "millrace"
    password: SecretStr = SecretStr("")


class Storage(Section):
    """Where checkpoints and the archive lie: a folder, or a URI that Hadoop can open.

    So does what Spark's history server reads, where ``event_logs`` is given.
    """

    checkpoints: str
    archive: str
    event_logs: str | None = None


class Enrichment(Section):
    """The local databases that records are enriched from."""

    country_database: Path


class Detection(Section):
    """What records are scored by, and the folder of the feeds' message templates.

    Where more than ``max_unmatched_ratio`` of a feed's messages match no template, they should be
    mined again.
    """

    rules: Path = CONF_DIRECTORY / "rules.yaml"
    templates: Path = CONF_DIRECTORY / "templates"
    max_unmatched_ratio: Ratio = 0.1


class Stream(Section):
    """How queries run: how often at most a batch begins, and the most lines one takes.

    Batches of ``archive`` are larger: each is a commit, and few large files are read faster.
    A server that is away is waited for, ``max_outage_s`` at most; then the job ends.
    """

    ingest_interval_s: Seconds = 0.5
    aggregate_interval_s: Seconds = 2
    archive_interval_s: Seconds = 60
    max_lines_per_batch: PositiveInt = 524_288
    archive_max_lines_per_batch: PositiveInt = 2_097_152
    max_outage_s: PositiveInt = 300


class Ports(Section):
    """A port for each job and the API; one number is that of all, if each has its own address.

    ``connect`` is that of the Kafka Connect that ``millrace up`` starts.
    """

    ingest: Port | None = None
    aggregate: Port | None = None
    archive: Port | None = None
    changes: Port | None = None
    api: Port | None = None
    connect: Port | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_for_all(cls, values: Any) -> Any:
        return values if isinstance(values, dict) else dict.fromkeys(cls.model_fields, values)

    def of(self, job: str) -> int | None:
        """The port of that job; None where it has none, or is none of the suite's."""
        port: int | None = getattr(self, job, None)
        return port


class Metrics(Section):
    """Where a job or the API answers ``/metrics``, ``/healthz`` and ``/readyz``, if at all.

    A job is ready while each of its queries has made progress within ``max_silence_s``. Lag is
    looked at every ``interval_s``.
    """

    port: Ports = Ports()
    listen: str = "127.0.0.1"
    max_silence_s: PositiveInt = 120
    interval_s: PositiveInt = 5


class Logs(Section):
    """What jobs say on standard error: ``text`` for people, ``json`` for what collects it."""

    format: LogFormat = "text"


class Spark(Section):
    """The Spark application of this environment; ``conf`` holds further Spark properties.

    Executors are for clusters: with a local master the driver does their work. The overhead is
    what driver and executor take beyond their heaps, Python workers and RocksDB among it.
    """

    master: str = "local[2]"
    shuffle_partitions: PositiveInt = 4
    driver_cores: PositiveInt = 1
    driver_memory: Memory = "3g"
    executors: PositiveInt = 2
    executor_cores: PositiveInt = 2
    executor_memory: Memory = "3g"
    memory_overhead: Memory = "1g"
    conf: dict[str, str] = {}

    @property
    def is_local(self) -> bool:
        """Whether the driver does the work of executors."""
        return self.master.startswith("local")


class Stack(Section):
    """The servers that ``millrace up`` runs on this machine, and the folder they live in.

    Those of ``changes`` are for change data capture, those of ``warehouse`` for the warehouse: only
    ``millrace up --with changes,warehouse`` starts them. They listen at one of its addresses, but
    for the API, which has ``api.listen``. Kafka has no authentication: any address but loopback
    exposes it to the network, which pods of a cluster on this machine need.
    """

    directory: Path = Path(".millrace")
    servers: tuple[Server, ...] = ()
    changes: tuple[Server, ...] = ()
    warehouse: tuple[Server, ...] = ()
    listen: str = "127.0.0.1"

    def added(self, addition: Addition) -> tuple[Server, ...]:
        """The servers that ``millrace up --with`` starts for that."""
        servers: tuple[Server, ...] = getattr(self, addition)
        return servers

    @property
    def possible(self) -> tuple[Server, ...]:
        """All that this machine may run."""
        return (*self.servers, *self.changes, *self.warehouse)
