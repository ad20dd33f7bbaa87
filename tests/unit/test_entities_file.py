"""The file of the entities: what it comes to, and what is refused in one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.places import settings_file

from millrace import config
from millrace.config import CONF_DIRECTORY, Config, ConfigurationError, entities

SECTION: dict[str, Any] = {
    "postgres": {"host": "db.example.com"},
    "mariadb": {"host": "db.example.com", "database": "catalog"},
    "mongo": {"uri": "mongodb://db.example.com/", "database": "catalog"},
}
Content = dict[str, Any]


def conf(folder: Path, change: Callable[[Content], object] = lambda content: None) -> Config:
    """A configuration with the suite's own entities, changed."""
    content = yaml.safe_load((CONF_DIRECTORY / "entities.yaml").read_text(encoding="utf-8"))
    change(content)
    file = folder / "entities.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    section = SECTION | {"entities": str(file)}
    return config.load(settings_file(folder, changes=section))


def test_each_entity_has_its_topic_fields_and_key(tmp_path: Path) -> None:
    found = entities.of(conf(tmp_path))
    assert [(one.name, one.source, one.topic, one.key) for one in found.all] == [
        ("movies", "mariadb", "millrace-mariadb.catalog.movie_ids", ("id",)),
        ("series", "postgres", "millrace-postgres.public.tv_series_ids", ("id",)),
        ("persons", "mongo", "millrace-mongo.catalog.person_ids", ("id",)),
    ]
    persons = found.entity("persons")
    assert [(one.name, one.type, one.column) for one in persons.key_fields] == [
        ("id", "int", "_id")
    ]
    assert found.catalog["title"]["series"] == "original_name"


def test_a_job_reads_a_feed_for_each_entity(tmp_path: Path) -> None:
    loaded = conf(tmp_path)
    feeds = entities.feeds(loaded)
    assert [feed.name for feed in feeds] == ["movies", "series", "persons"]
    # A job's own feeds are the entities, and no clash of names.
    assert entities.of(loaded.model_copy(update={"feeds": feeds})).all


def test_without_the_section_nothing_is_captured(tmp_path: Path) -> None:
    loaded = config.load(settings_file(tmp_path))
    with pytest.raises(ConfigurationError, match="changes: this section is missing"):
        entities.of(loaded)


def _series(content: Content) -> Content:
    series: Content = content["entities"]["series"]
    return series


def _named(content: Content, name: str) -> None:
    """Gives an entity another name."""
    content["entities"][name] = content["entities"].pop("movies")
    content["catalog"] = {}


WRONG: dict[str, tuple[Callable[[Content], object], str]] = {
    "a type that is none": (
        lambda c: _series(c)["fields"].update(popularity="money"),
        "entities.series.fields.popularity.type: expected one of boolean, int, bigint, double,"
        " decimal, string, date, timestamp, binary, json, array<type>, not 'money'",
    ),
    "an array of arrays": (
        lambda c: _series(c)["fields"].update(popularity="array<array<int>>"),
        "entities.series.fields.popularity.type: expected one of boolean, int, bigint, double,"
        " decimal, string, date, timestamp, binary, json, array<type>, not 'array<array<int>>'",
    ),
    "a key that is no field": (
        lambda c: _series(c).update(key=["number"]),
        "entities.series: key: expected fields of the entity, not 'number'",
    ),
    "a key that none can be found by": (
        lambda c: _series(c).update(key=["popularity"]),
        "entities.series: key: popularity is of the type double, by which none can be found",
    ),
    "a key of MongoDB that is not _id": (
        lambda c: c["entities"]["persons"].update(key=["name"]),
        "entities.persons: key: expected the one field whose column is _id: mongo tells no other",
    ),
    "a table of PostgreSQL without its schema": (
        lambda c: _series(c).update(table="tv_series_ids"),
        "entities.series: table: expected schema.table, not 'tv_series_ids'",
    ),
    "a table that ends the list of tables": (
        lambda c: c["entities"]["movies"].update(table="movie_ids,other.*"),
        "entities.movies: table: expected a table of the source's database,"
        " not 'movie_ids,other.*'",
    ),
    "a source that is none": (
        lambda c: _series(c).update(source="oracle"),
        "entities.series.source: input should be 'postgres', 'mariadb' or 'mongo', not 'oracle'",
    ),
    "a field that the store has": (
        lambda c: _series(c)["fields"].update(change="string"),
        "entities.series.fields: expected another name than change: `column` tells the column",
    ),
    "a field of the view that the entity has not": (
        lambda c: c["catalog"]["title"].update(series="title"),
        "file: catalog.title: series has no field 'title'",
    ),
    "a view over what is no entity": (
        lambda c: c["catalog"]["title"].update(books="title"),
        "file: catalog.title: no entity is named 'books'",
    ),
    "a table twice": (
        lambda c: c["entities"].update(again=_series(c)),
        "file: entities: a table stands twice",
    ),
    "the name that another's history has": (
        lambda c: _named(c, "movies_history"),
        "file: no entity can be named movies_history: a collection has that name",
    ),
    "the name of a collection of the suite": (
        lambda c: _named(c, "batches"),
        "file: no entity can be named batches: a collection has that name",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_file_and_key(tmp_path: Path, case: str) -> None:
    change, expected = WRONG[case]
    loaded = conf(tmp_path, change)
    with pytest.raises(ConfigurationError) as refused:
        entities.of(loaded)
    assert str(refused.value) == f"{tmp_path / 'entities.yaml'}: {expected}"


def test_an_entity_cannot_have_the_name_of_a_feed(tmp_path: Path) -> None:
    loaded = conf(tmp_path, lambda content: _named(content, "app"))
    with pytest.raises(ConfigurationError, match=r"entities\.app: expected another name"):
        entities.of(loaded)


def test_a_source_that_is_not_configured_is_named(tmp_path: Path) -> None:
    loaded = conf(tmp_path)
    assert loaded.changes
    changes = loaded.changes.model_copy(update={"mongo": None})
    with pytest.raises(ConfigurationError, match=r"entities\.persons\.source: .*changes\.mongo"):
        entities.load(changes)
