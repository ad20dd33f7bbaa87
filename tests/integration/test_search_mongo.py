"""What MongoDB finds by a query's filter is what the query matches, and what it means."""

import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from pymongo.collection import Collection
from support.search_documents import decoded, documents
from support.search_queries import mutated, question

from millrace.config import Config
from millrace.io import mongo
from millrace.records.formats import LAYOUTS
from millrace.search import Query, QueryError, compiled

DOCUMENTS, QUERIES, MUTATED = 300, 2_000, 4_000
TIME_LIMIT_MS = 60_000


@dataclass(frozen=True)
class Shelf:
    """Documents of every layout, in MongoDB and as pymongo gives them."""

    collection: Collection[dict[str, Any]]
    stored: list[dict[str, Any]]

    def found(self, query: Query) -> set[str]:
        """The ids of those that MongoDB finds."""
        rows = self.collection.find(query.mongo, {"_id": 1}, max_time_ms=TIME_LIMIT_MS)
        return {row["_id"] for row in rows}

    def matching(self, query: Query) -> set[str]:
        return {each["_id"] for each in self.stored if query.matches(each)}


@pytest.fixture(scope="module")
def shelf(servers: Config) -> Iterator[Shelf]:
    collection = mongo.database(servers.mongo)["searched"]
    sent = documents(Random(1), DOCUMENTS)
    collection.insert_many(sent)
    yield Shelf(collection, list(collection.find()))
    collection.drop()


def test_documents_come_back_as_the_unit_tests_have_them(shelf: Shelf) -> None:
    sent = {each["_id"]: each for each in map(decoded, documents(Random(1), DOCUMENTS))}
    assert {each["_id"]: each for each in shelf.stored} == sent
    assert len(sent) == DOCUMENTS


def test_mongodb_finds_what_a_query_matches_and_means(shelf: Shelf) -> None:
    dice = Random(2)
    wrong, partial = [], 0
    for _ in range(QUERIES):
        asked = question(dice, shelf.stored)
        query = compiled(asked.text, LAYOUTS)
        found = shelf.found(query)
        meant = {each["_id"] for each in shelf.stored if asked.holds(each)}
        if not found == shelf.matching(query) == meant:
            wrong.append((asked.text, query.mongo))
        partial += 0 < len(found) < DOCUMENTS
    assert wrong == []
    assert partial > QUERIES / 2


def test_mongodb_takes_whatever_is_a_query(shelf: Shelf) -> None:
    dice = Random(3)
    wrong, count = [], 0
    for _ in range(MUTATED):
        text = mutated(dice, question(dice, shelf.stored).text)
        try:
            query = compiled(text, LAYOUTS)
        except QueryError:
            continue
        count += 1
        if shelf.found(query) != shelf.matching(query):
            wrong.append((text, query.mongo))
    assert wrong == []
    assert count > MUTATED / 10


@pytest.mark.parametrize(
    "text",
    [
        f"{'-(a OR b (' * 8}c{'))' * 8}",
        " ".join(f"client_ip:::/{96 - number}" for number in range(64)),
        " OR ".join(f"client_ip:{number}.0.0.0/9" for number in range(64)),
        " ".join(f"structured_data.{'.'.join('a' * 16)}:{number}*" for number in range(64)),
        " ".join(f'"{"ks" * 30}"' for _ in range(64)),
        f'"{"ks" * 128}" OR path:*{"k" * 256}*',
        f"path:a*{'?' * 4_000}",
        f"path:{'a' * 4_000}*",
        f"path:*{'a' * 4_000}",
        f"attributes.a.b:*{'a' * 2_000}{'?' * 2_000}",
    ],
    ids=lambda text: text[:20],
)
def test_mongodb_takes_the_largest_queries(shelf: Shelf, text: str) -> None:
    query = compiled(text, LAYOUTS)
    assert shelf.found(query) == shelf.matching(query)


def test_mongodb_has_two_cases_of_the_same_letters(servers: Config) -> None:
    collection = mongo.database(servers.mongo)["searched_letters"]
    ascii = "".join(map(chr, range(1, 128)))
    surrogates = range(0xD800, 0xE000)
    others = "".join(chr(n) for n in range(128, sys.maxunicode + 1) if n not in surrogates)
    collection.insert_many([{"_id": "ascii", "raw": ascii}, {"_id": "others", "raw": others}])
    for letter in string.ascii_letters:
        for text in (letter, f"*{letter}*"):
            query = compiled(text, LAYOUTS)
            assert [each["_id"] for each in collection.find(query.mongo)] == ["ascii"]
    for letter in "\xe9\xdf\u0130\u0131\u017f\u212a\uffff\U0010ffff":
        query = compiled(letter, LAYOUTS)
        assert [each["_id"] for each in collection.find(query.mongo)] == ["others"]
    collection.drop()


def test_a_long_line_is_no_trouble(servers: Config) -> None:
    collection = mongo.database(servers.mongo)["searched_lines"]
    lines = ("a" * 262_144, "ks" * 131_072, "A" * 262_143 + "b", "\0" * 1_000 + "aB")
    stored = [{"_id": number, "raw": line, "path": line} for number, line in enumerate(lines)]
    collection.insert_many(stored)
    asked = ('"' + "a" * 255 + 'b"', '"' + "ks" * 127 + 'kk"', f"path:*{'a' * 255}b*", "path:*b")
    for text in (*asked, "path:a*b", "ab", "path:*?b", f"path:a*{'?' * 4_000}b"):
        query = compiled(text, LAYOUTS)
        found = {each["_id"] for each in collection.find(query.mongo)}
        assert found == {each["_id"] for each in stored if query.matches(each)}, text[:20]
    collection.drop()


def test_a_beginning_and_a_value_read_an_index_where_there_is_one(servers: Config) -> None:
    collection = mongo.database(servers.mongo)["searched_index"]
    collection.create_index("service_name")
    collection.insert_many([{"service_name": f"service-{number:04}"} for number in range(1_000)])
    for text, found in (("service_name:service-0007", 1), ("service_name:service-000*", 10)):
        explained = collection.find(compiled(text, LAYOUTS).mongo).explain()["executionStats"]
        assert (explained["nReturned"], explained["totalDocsExamined"]) == (found, found)
        assert explained["totalKeysExamined"] <= found + 1
    collection.drop()
