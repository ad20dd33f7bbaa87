"""The file of the entities: which tables are captured, as what, and the view over all of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field as Checked
from pydantic import field_validator, model_validator

from millrace.config.changes import Changes
from millrace.config.feeds import Feed
from millrace.config.models import Section
from millrace.config.settings import Config
from millrace.config.yaml_file import load as load_file
from millrace.errors import ConfigurationError
from millrace.records import REPLAY_SUFFIX, RESERVED_NAMES
from millrace.records.capture import CLEANSED, cleansed, connector
from millrace.records.entities import (
    CATALOG,
    PLAIN_TYPES,
    RESERVED,
    SOURCES,
    Entity,
    Field,
    Source,
    is_type,
)
from millrace.records.history import SUFFIX as HISTORY_SUFFIX
from millrace.records.history import collection as history_of

_NAME = r"^[a-z][a-z0-9_]{0,26}$"  # with `_data` it is a feed's name
_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$-]*")
_VIEW_KEYS = ("_id", "entity", "key")
_SUFFIXES = (HISTORY_SUFFIX, REPLAY_SUFFIX, CLEANSED)
FieldName = Annotated[str, Checked(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]


class _Field(Section):
    """A field's type, and the column that it comes from where that has another name."""

    type: str
    column: str | None = None

    @field_validator("type")
    @classmethod
    def _type_is_known(cls, type: str) -> str:
        if not is_type(type):
            expected = ", ".join((*PLAIN_TYPES, "array<type>"))
            raise ValueError(f"expected one of {expected}, not {type!r}")
        return type


class _Entity(Section):
    """One table, or collection, and its fields."""

    source: Source
    table: str
    key: tuple[str, ...] = Checked(min_length=1)
    fields: dict[FieldName, _Field] = Checked(min_length=1)

    @field_validator("fields", mode="before")
    @classmethod
    def _type_alone_will_do(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        return {
            name: {"type": value} if isinstance(value, str) else value
            for name, value in fields.items()
        }

    @field_validator("fields")
    @classmethod
    def _names_are_free(cls, fields: dict[str, _Field]) -> dict[str, _Field]:
        for name in RESERVED:
            if name in fields:
                raise ValueError(f"expected another name than {name}: `column` tells the column")
        return fields

    @model_validator(mode="after")
    def _key_is_of_fields(self) -> "_Entity":
        for name in self.key:
            if name not in self.fields:
                raise ValueError(f"key: expected fields of the entity, not {name!r}")
            type = self.fields[name].type
            if type in ("json", "double") or type.startswith("array"):
                raise ValueError(f"key: {name} is of the type {type}, by which none can be found")
        if len(set(self.key)) < len(self.key):
            raise ValueError("key: a field is named twice")
        if self.source == "mongo" and [self.fields[name].column for name in self.key] != ["_id"]:
            raise ValueError(
                "key: expected the one field whose column is _id: mongo tells no other"
            )
        return self

    @model_validator(mode="after")
    def _table_is_named_as_its_source_names_it(self) -> "_Entity":
        parts = self.table.split(".")
        expected = 2 if self.source == "postgres" else 1
        if len(parts) != expected or not all(map(_TABLE.fullmatch, parts)):
            form = "schema.table" if expected == 2 else "a table of the source's database"
            raise ValueError(f"table: expected {form}, not {self.table!r}")
        return self


class _File(Section):
    """All of the file: entities by name, and of each field of the view where it comes from."""

    entities: dict[Annotated[str, Checked(pattern=_NAME)], _Entity] = Checked(min_length=1)
    catalog: dict[FieldName, dict[str, str]] = {}

    @model_validator(mode="after")
    def _view_is_of_entities(self) -> "_File":
        for name in _VIEW_KEYS:
            if name in self.catalog:
                raise ValueError(f"catalog.{name}: expected another name: the view has this one")
        for name, origins in self.catalog.items():
            for entity, field in origins.items():
                if entity not in self.entities:
                    raise ValueError(f"catalog.{name}: no entity is named {entity!r}")
                if field not in self.entities[entity].fields:
                    raise ValueError(f"catalog.{name}: {entity} has no field {field!r}")
        return self

    @model_validator(mode="after")
    def _entities_are_distinct(self) -> "_File":
        for name in self.entities:
            if name in (*RESERVED_NAMES, CATALOG) or name.endswith(_SUFFIXES):
                raise ValueError(f"no entity can be named {name}: a collection has that name")
        tables = [(one.source, one.table) for one in self.entities.values()]
        if len(set(tables)) < len(tables):
            raise ValueError("entities: a table stands twice")
        return self


@dataclass(frozen=True)
class Entities:
    """The entities, and for each field of the view ``catalog`` the field of each entity.

    ``history_days`` is how long a change is kept after another took its place, None for ever.
    ``deployment`` begins the names of topics.
    """

    all: tuple[Entity, ...]
    catalog: Mapping[str, Mapping[str, str]]
    history_days: int | None = None
    deployment: str = ""

    def of(self, source: Source) -> tuple[Entity, ...]:
        """Those of one source."""
        return tuple(entity for entity in self.all if entity.source == source)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources that have any."""
        return tuple(source for source in SOURCES if self.of(source))

    def entity(self, name: str) -> Entity:
        """The one of that name; raises ConfigurationError where there is none."""
        for entity in self.all:
            if entity.name == name:
                return entity
        known = ", ".join(entity.name for entity in self.all)
        raise ConfigurationError(f"no entity is named {name!r}; the entities are: {known}")

    def read_by(self, feed: Feed) -> Entity:
        """The one that a feed of ``feeds`` reads."""
        return next(one for one in self.all if one.topic == feed.topic)


def of(conf: Config) -> Entities:
    """The entities of a configuration; raises ConfigurationError where it captures nothing."""
    if conf.changes is None:
        raise ConfigurationError(f"{conf.file}: changes: this section is missing")
    found = load(conf.changes)
    topics = {feed.name: feed.topic for feed in conf.feeds}
    for entity in found.all:
        if history_of(entity.name) in topics:
            raise ConfigurationError(
                f"{conf.changes.entities}: entities.{entity.name}: its history is the collection of"
                f" the feed {history_of(entity.name)}: expected another name"
            )
        # Where a job's feeds are those of the entities, each is itself.
        if topics.get(entity.name, entity.topic) != entity.topic:
            raise ConfigurationError(
                f"{conf.changes.entities}: entities.{entity.name}: expected another name:"
                " a feed has this one"
            )
    return found


def feeds(conf: Config) -> tuple[Feed, ...]:
    """What a job over changes reads: a feed for each entity, of its name and topic.

    Where there are to be cleansed topics, another of each entity fills them.
    """
    found = tuple(feed(one) for one in of(conf).all)
    if conf.changes and conf.changes.cleansed_topics:
        found += tuple(_feed(cleansed(one.name), one) for one in of(conf).all)
    return found


def feed(entity: Entity) -> Feed:
    """What a job over changes reads of an entity."""
    return _feed(entity.name, entity)


def _feed(name: str, entity: Entity) -> Feed:
    return Feed(name=name, topic=entity.topic, format="json", service_name=entity.name)


def load(changes: Changes) -> Entities:
    """The entities of the file that the configuration names.

    Raises ConfigurationError, one line, where the file, a key or a value is wrong.
    """
    file = load_file(changes.entities, _File)
    entities = []
    for name, one in file.entities.items():
        if getattr(changes, one.source) is None:
            raise ConfigurationError(
                f"{changes.entities}: entities.{name}.source: the configuration has no"
                f" changes.{one.source}"
            )
        fields = tuple(
            Field(field, own.type, own.column or field) for field, own in one.fields.items()
        )
        topic = f"{connector(changes.name, one.source)}.{_qualified(changes, one)}"
        entities.append(Entity(name, one.source, one.table, topic, one.key, fields))
    return Entities(tuple(entities), file.catalog, changes.history_days, changes.name)


def database(changes: Changes, source: Source) -> str:
    """The name of a source's database."""
    section = getattr(changes, source)
    return str(section.database)


def _qualified(changes: Changes, entity: _Entity) -> str:
    if entity.source == "postgres":
        return entity.table
    return f"{database(changes, entity.source)}.{entity.table}"
