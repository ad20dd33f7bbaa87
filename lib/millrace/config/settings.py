"""The configuration: one YAML file, checked, with overrides from the environment.

``MILLRACE__MONGO__URI=...`` overrides the key ``mongo.uri``. Secrets are read from the
environment only; those of the servers that ``millrace up`` runs, where it is silent, from the file
that ``millrace up`` made.
"""

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import (
    BaseModel,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from millrace.config import passwords
from millrace.config.api import Api
from millrace.config.changes import Changes
from millrace.config.feeds import Declaration, Feed
from millrace.config.models import (
    Detection,
    Enrichment,
    Kafka,
    Logs,
    Metrics,
    Mongo,
    Mysql,
    Spark,
    Stack,
    Storage,
    Stream,
)
from millrace.config.warehouse import Warehouse
from millrace.config.yaml_file import ENV_PREFIX, read, sentence
from millrace.errors import ConfigurationError
from millrace.records import REPLAY_SUFFIX, RESERVED_NAMES
from millrace.records.formats import LAYOUTS, PRESETS, Format

DEFAULT_FILE = Path("conf/local.yaml")
FORMAT_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}$")


class Config(BaseSettings):
    """The whole configuration; see conf/local.yaml for one that is complete."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    kafka: Kafka
    mongo: Mongo
    mysql: Mysql
    storage: Storage
    enrichment: Enrichment
    detection: Detection = Detection()
    stream: Stream = Stream()
    metrics: Metrics = Metrics()
    logs: Logs = Logs()
    api: Api = Api()
    spark: Spark = Spark()
    stack: Stack = Stack()
    changes: Changes | None = None
    warehouse: Warehouse | None = None
    formats: dict[str, Declaration] = {}
    feeds: tuple[Feed, ...] = Field(min_length=1)
    _file: Path = PrivateAttr(default=DEFAULT_FILE)

    @property
    def file(self) -> Path:
        """The file that it was read from."""
        return self._file

    @model_validator(mode="after")
    def _formats_are_known(self) -> "Config":
        for name in self.formats:
            if name in PRESETS or name in LAYOUTS or not FORMAT_NAME.match(name):
                raise ValueError(
                    f"formats.{name}: expected another name: of small letters, digits and _,"
                    " and not that of a preset"
                )
        return self

    @field_validator("feeds")
    @classmethod
    def _feeds_have_known_formats(
        cls, feeds: tuple[Feed, ...], others: ValidationInfo
    ) -> tuple[Feed, ...]:
        known = (*PRESETS, *others.data.get("formats", ()))
        for number, feed in enumerate(feeds):
            for name in feed.tried:
                if name not in known:
                    near = get_close_matches(name, known, 1)
                    expected = f"expected one of {', '.join(known)}, not {name!r}"
                    expected += f": did you mean {near[0]}?" if near else ""
                    key = "format" if feed.format else "formats"
                    error = PydanticCustomError("format", "{expected}", {"expected": expected})
                    raise ValidationError.from_exception_data(
                        "feeds", [InitErrorDetails(type=error, loc=(number, key), input=None)]
                    )
        return feeds

    @model_validator(mode="after")
    def _feeds_are_distinct(self) -> "Config":
        for feed in self.feeds:
            if feed.name in RESERVED_NAMES or feed.name.endswith(REPLAY_SUFFIX):
                raise ValueError(f"no feed can be named {feed.name}: a collection has that name")
        for key in ("name", "topic"):
            values = [getattr(feed, key) for feed in self.feeds]
            if len(set(values)) < len(values):
                raise ValueError(f"two feeds have the same {key}")
        return self

    @model_validator(mode="after")
    def _max_silence_exceeds_intervals(self) -> "Config":
        own = self.stream
        longest = max(own.ingest_interval_s, own.aggregate_interval_s, own.archive_interval_s)
        if self.metrics.max_silence_s <= longest:
            raise ValueError(
                f"metrics.max_silence_s must be above {longest:g}, the longest interval in stream"
            )
        return self

    @model_validator(mode="after")
    def _clients_wait_as_long_as_batches(self) -> "Config":
        sources = (self.changes.mariadb, self.changes.mongo) if self.changes else ()
        for server in (self.kafka, self.mongo, self.mysql, self.warehouse, *sources):
            if server is not None:
                server.follow(self.stream.max_outage_s)
        return self

    @model_validator(mode="after")
    def _executors_have_trust_stores(self) -> "Config":
        for key, server in (("mongo", self.mongo), ("mysql", self.mysql)):
            needs_one = server.tls and server.ca_file and not self.spark.is_local
            if needs_one and not server.trust_store:
                raise ValueError(
                    f"{key}.trust_store must name a Java trust store with the certificates of"
                    f" {key}.ca_file that executors can read, as spark.master is not local"
                )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file (handed over as keyword arguments)."""
        return env_settings, init_settings

    def format(self, name: str) -> Format:
        """The format of that name; raises ConfigurationError where there is none."""
        if name in self.formats:
            return self.formats[name].named(name)
        if name in PRESETS:
            return Format(name)
        known = ", ".join((*PRESETS, *self.formats))
        raise ConfigurationError(f"no format is named {name!r}; the formats are: {known}")

    def feed(self, name: str) -> Feed:
        """The feed of that name; raises ConfigurationError where there is none."""
        for feed in self.feeds:
            if feed.name == name:
                return feed
        known = ", ".join(feed.name for feed in self.feeds)
        raise ConfigurationError(f"no feed is named {name!r}; the feeds are: {known}")


def load(path: Path = DEFAULT_FILE) -> Config:
    """The configuration in the file ``path``, with the environment's overrides and all passwords.

    Raises ConfigurationError, one line, where the file, a key or a value is wrong.
    """
    content = read(path)
    _refuse_secrets(path, content)
    _refuse_unknown_overrides()
    try:
        conf = Config(**content)
        conf._file = path
        return with_passwords(conf)
    except SettingsError as error:
        section = re.search(r'field "(\w+)"', str(error))
        variable = ENV_PREFIX + (section[1].upper() if section else "")
        raise ConfigurationError(f"{variable}: expected JSON") from None
    except ValidationError as error:
        raise ConfigurationError(sentence(path, error)) from None


def with_passwords(conf: Config) -> Config:
    """The same with the passwords that ``millrace up`` made for its servers, where none is given.

    Raises ConfigurationError where the file that has them cannot be used.
    """
    mongo, mysql = passwords.completed(conf.stack, conf.mongo, conf.mysql)
    sections: dict[str, BaseModel] = {"mongo": mongo, "mysql": mysql}
    if conf.changes:
        sections["changes"] = passwords.completed_sources(conf.stack, conf.changes)
    if conf.warehouse:
        sections["warehouse"] = passwords.completed_warehouse(conf.stack, conf.warehouse)
    return conf.model_copy(update=sections)


def _refuse_secrets(path: Path, content: dict[str, Any]) -> None:
    _refuse_secrets_within(path, Config, content, ())


def _refuse_secrets_within(
    path: Path, model: type[BaseModel], values: dict[str, Any], place: tuple[str, ...]
) -> None:
    for key, field in model.model_fields.items():
        value, own = values.get(key), (*place, key)
        if value is None:
            continue
        variable = ENV_PREFIX + "__".join(own).upper()
        if "SecretStr" in str(field.annotation):
            raise ConfigurationError(
                f"{path}: {'.'.join(own)}: a secret must come from the environment: {variable}"
            )
        if key == "uri" and ":" in str(value).rpartition("@")[0].rpartition("//")[2]:
            variable = f"{variable.rpartition('__')[0]}__PASSWORD"
            raise ConfigurationError(
                f"{path}: {'.'.join(own)}: a password must come from the environment: {variable}"
            )
        inner = _model_of(field.annotation)
        if inner and isinstance(value, dict):
            _refuse_secrets_within(path, inner, value, own)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """The section that a key is, which it may also lack; None where it is a plain value."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _refuse_unknown_overrides() -> None:
    for variable in os.environ:
        section = variable.removeprefix(ENV_PREFIX).split("__")[0].lower()
        if variable.startswith(ENV_PREFIX) and section not in Config.model_fields:
            expected = ", ".join(Config.model_fields)
            raise ConfigurationError(f"{variable}: expected one of the sections {expected}")
