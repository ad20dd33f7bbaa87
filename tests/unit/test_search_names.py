"""What queries can name: fields, parts of fields, and the names that standards give them."""

import pytest

from millrace.parse import level
from millrace.records.fields import document
from millrace.records.formats import LAYOUTS, Layout
from millrace.records.levels import LEVELS
from millrace.records.types import parsed
from millrace.search import Column, columns, compiled
from millrace.search.meaning import LINE, READ_ALWAYS, READ_WITHOUT_LINE
from millrace.search.names import catalogue

ALL = {column.name: column for column in columns(LAYOUTS)}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_field_of_a_layout_can_be_named(layout: Layout) -> None:
    names = [column.name for column in columns([layout])]
    assert [name for name in names if "." not in name] == [one.name for one in document(layout)]
    assert len(names) == len(set(names))


def test_a_field_has_the_same_type_in_each_layout() -> None:
    for layout in LAYOUTS:
        for field in document(layout):
            assert {
                parsed(other.type)
                for each in LAYOUTS
                for other in document(each)
                if other.name == field.name
            } == {parsed(field.type)}


def test_parts_of_fields_have_the_types_of_their_values() -> None:
    assert ALL["details.items.product_id"] == Column("details.items.product_id", "string", (), 2)
    assert ALL["details.filters"] == Column("details.filters", "map", keys=1)
    assert ALL["structured_data"].keys == 2
    assert (ALL["tags"].type, ALL["tags"].is_list, ALL["tags"].list_at) == ("string", True, 1)
    assert ALL["details.amount"].type == "decimal"
    assert not ALL["details.amount"].is_list


@pytest.mark.parametrize(
    ("name", "synonyms"),
    [
        ("service_name", ("service.name",)),
        ("status_code", ("http.response.status_code",)),
        ("timestamp", ("Timestamp", "@timestamp")),
        # Parts of a structure, in their order.
        ("kafka.partition", ("messaging.destination.partition.id",)),
        ("kafka.parts", ()),
        ("anomaly.score", ("event.risk_score",)),
        # Of other units, of other scales.
        ("response_time_ms", ()),
        ("severity", ("log.syslog.severity.code",)),
        ("anomaly.severity", ()),
        # One field that holds what two names stand for.
        ("path", ("url.original",)),
        # Another field's own name, and one that an earlier field has.
        ("message", ("Body",)),
        ("app_name", ("log.syslog.appname",)),
    ],
)
def test_synonyms_are_the_names_of_standards_for_the_same_values(
    name: str, synonyms: tuple[str, ...]
) -> None:
    assert ALL[name].synonyms == synonyms


def test_every_synonym_means_its_field() -> None:
    for column in ALL.values():
        for name in column.synonyms:
            found = catalogue(LAYOUTS).find(name)
            assert found
            assert column in found.columns
            assert {one.type for one in found.columns} == {column.type}
            assert {one.keys for one in found.columns} == {column.keys}


def test_a_synonym_means_the_field_that_the_layouts_have() -> None:
    asked = "user_agent.device.name:bot"
    assert compiled(asked, ["combined"]).mongo == {"device": {"$eq": "bot"}}
    assert compiled(asked, ["shop"]).mongo == {"device_type": {"$eq": "bot"}}


def test_every_column_has_terms() -> None:
    values = {"string": "a", "timestamp": "2026-11-27"}
    for column in ALL.values():
        assert compiled(f"{column.name}:*", LAYOUTS).mongo
        if column.type == "map":
            assert compiled(f"{column.name}{'.k' * column.keys}:a", LAYOUTS).mongo
        elif column.type != "struct":
            value = "ERROR" if column.name == "level" else values.get(column.type, "5")
            assert compiled(f"{column.name}:{value}", LAYOUTS).mongo


def test_text_is_looked_for_in_fields_of_text() -> None:
    for name in (LINE, *READ_ALWAYS, *READ_WITHOUT_LINE):
        assert ALL[name].type == "string"
    for layout in LAYOUTS:
        assert any(field.name == LINE for field in document(layout))


def test_levels_are_those_that_lines_have_in_their_order() -> None:
    assert tuple(dict.fromkeys(level.LEVELS.values())) == LEVELS
