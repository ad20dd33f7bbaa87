"""What holds for every query: of generated ones its meaning, of mutated ones that they are safe."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.search_documents import decoded, documents
from support.search_queries import mutated, question

from millrace.records.formats import LAYOUTS
from millrace.records.printable import printable
from millrace.search import Query, QueryError, compiled

DOCUMENTS = 15
MUTATED = 20_000
OPERATORS = {
    *("$and", "$or", "$nor", "$eq", "$in", "$gt", "$gte", "$lt", "$lte", "$exists", "$regex"),
    *("$elemMatch", "$expr", "$getField", "$literal", "$type", "$cond", "$regexMatch"),
}
MOST_BYTES = 2**20
DICE = st.integers(0, 2**64).map(Random)
every = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))


def operators(value: Any) -> Iterator[str]:
    """The operators of a filter, but what stands as a literal."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name.startswith("$"):
                yield name
            if name != "$literal":
                yield from operators(inner)
    if isinstance(value, list):
        for inner in value:
            yield from operators(inner)


def values_of(document: Mapping[str, Any], name: str) -> list[Any]:
    """The values of a field by its own name; what follows a map's name is a key, or two."""
    for head in ("attributes", "details.filters", "structured_data"):
        if name.startswith(f"{head}."):
            key = name.removeprefix(f"{head}.")
            found = dict(pairs(document, head))
            return [found[key]] if key in found else []
    value: Any = document
    for part in name.split("."):
        value = value.get(part, {})
    return [value] if value != {} else []


def pairs(document: Mapping[str, Any], head: str) -> Iterator[tuple[str, Any]]:
    value: Any = document
    for part in head.split("."):
        value = value.get(part, {})
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from ((f"{key}.{name}", text) for name, text in inner.items())
        else:
            yield key, inner


def has_required(query: Query, document: Mapping[str, Any]) -> bool:
    return all(
        any(value in values for value in values_of(document, name))
        for name, values in query.required.items()
    )


def has_least(query: Query, document: Mapping[str, Any]) -> bool:
    return all(
        any(_number(value) >= least for value in values_of(document, name))
        for name, least in query.least.items()
    )


def _number(value: Any) -> Any:
    return value.to_decimal() if isinstance(value, bson.Decimal128) else value


def compiled_or_error(text: str) -> Query | QueryError:
    try:
        return compiled(text, LAYOUTS)
    except QueryError as error:
        return error


@every
@given(DICE)
def test_a_query_matches_what_it_asks_for(dice: Random) -> None:
    found = [decoded(one) for one in documents(dice, DOCUMENTS)]
    asked = question(dice, found)
    query = compiled(asked.text, LAYOUTS)
    for each in found:
        matches = query.matches(each)
        assert matches == asked.holds(each), (asked.text, each)
        assert not matches or (has_required(query, each) and has_least(query, each))
    assert query.sentence == printable(query.sentence)
    assert set(operators(query.mongo)) <= OPERATORS


@every
@given(DICE)
def test_of_an_exact_query_what_is_required_is_all(dice: Random) -> None:
    found = [decoded(one) for one in documents(dice, DOCUMENTS)]
    names = ("service_name", "level", "country", "anomaly.severity", "error_code")
    terms = []
    for name in dice.sample(names, dice.randrange(1, 4)):
        seen = {value for each in found for value in values_of(each, name)}
        plain = sorted(value for value in seen if value.isalnum()) or ["ERROR"]
        chosen = " OR ".join(f'"{one}"' for one in dice.choices(plain, k=dice.randrange(1, 3)))
        terms.append(f"{name}:({chosen if name != 'level' else 'ERROR OR INFO'})")
    query = compiled(dice.choice((" ", " AND ")).join(terms), LAYOUTS)
    assert query.is_exact_on(names)
    for each in found:
        assert query.matches(each) == has_required(query, each), (query.text, each)


@pytest.mark.parametrize(
    ("text", "required", "keys"),
    [
        ("", {}, ()),
        ("service_name:web", {"service_name": {"web"}}, ("service_name",)),
        ("service.name:web", {"service_name": {"web"}}, ("service_name",)),
        ("level:>=error", {"level": {"ERROR", "FATAL"}}, ("level",)),
        ("level:(error OR warn)", {"level": {"ERROR", "WARN"}}, ("level",)),
        ("level:error OR level:warn", {"level": {"ERROR", "WARN"}}, ("level",)),
        (
            "level:error service_name:web",
            {"level": {"ERROR"}, "service_name": {"web"}},
            ("level", "service_name"),
        ),
        ("level:error level:warn", {"level": set()}, ("level",)),
        ("level:>=warn level:<=error", {"level": {"WARN", "ERROR"}}, ("level",)),
        ("anomaly.severity:HIGH", {"anomaly.severity": {"HIGH"}}, ("anomaly.severity",)),
        ("attributes.a.b:c", {"attributes.a.b": {"c"}}, ("attributes.a.b",)),
    ],
)
def test_exact_values_of_texts_are_required(
    text: str, required: dict[str, set[str]], keys: tuple[str, ...]
) -> None:
    query = compiled(text, LAYOUTS)
    assert query.required == required
    assert query.is_exact_on(keys)
    assert not keys or not query.is_exact_on(keys[1:])


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ("service_name:web*", {}),
        ("service_name:*", {}),
        ("status_code:500", {}),
        ("tags:a", {}),
        ("user_agent.device.name:bot", {}),
        ("NOT level:error", {}),
        ("refused", {}),
        ("level:error refused", {"level": {"ERROR"}}),
        ("level:error NOT service_name:web", {"level": {"ERROR"}}),
        ("level:error OR service_name:web", {}),
        (
            "(level:error service_name:a) OR (level:warn service_name:b user_id:c)",
            {"level": {"ERROR", "WARN"}, "service_name": {"a", "b"}},
        ),
    ],
)
def test_what_else_is_asked_is_not_exact(text: str, required: dict[str, set[str]]) -> None:
    query = compiled(text, LAYOUTS)
    assert query.required == required
    assert not query.is_exact_on(("level", "service_name", "user_id", "tags", "status_code"))


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("status_code:500", {"status_code": 500}),
        ("http.response.status_code:>=500", {"status_code": 500}),
        ("status_code:[400 TO 499]", {"status_code": 400}),
        ("status_code:(503 OR 404)", {"status_code": 404}),
        ("status_code:>=400 status_code:>=500", {"status_code": 500}),
        ("status_code:404 OR (method:GET status_code:>500)", {"status_code": 404}),
        ("service_name:web bytes:>9007199254740993", {"bytes": 2**53 + 1}),
        ("status_code:<500", {}),
        ("status_code:*", {}),
        ("status_code:500 OR level:error", {}),
        ("NOT status_code:500", {}),
        ("timestamp:>=2026-11-27 protocol:>=HTTP", {}),
        ("details.items.quantity:>2", {}),  # of one of several
    ],
)
def test_what_numbers_are_at_least(text: str, least: dict[str, int]) -> None:
    assert compiled(text, LAYOUTS).least == least


@pytest.mark.parametrize(
    ("text", "has_text"),
    [
        *((text, True) for text in ("a", '"a b"', "-a", "level:INFO OR (a)", "path:*a*")),
        *((text, False) for text in ("", "level:INFO", "path:a*", "path:*a", "client_ip:::/0")),
    ],
)
def test_texts_within_others_are_told(text: str, has_text: bool) -> None:
    assert compiled(text, LAYOUTS).has_text is has_text


def test_whatever_is_written_is_a_query_or_an_error() -> None:
    dice = Random(5)
    found = [decoded(one) for one in documents(dice, 100)]
    counts = {"queries": 0, "errors": 0}
    for _ in range(MUTATED):
        text = mutated(dice, question(dice, found).text)
        query = compiled_or_error(text)
        if isinstance(query, QueryError):
            counts["errors"] += 1
            assert 0 <= query.position <= len(text)
            assert query.message == printable(query.message)
            continue
        counts["queries"] += 1
        assert set(operators(query.mongo)) <= OPERATORS
        assert len(bson.encode(query.mongo)) < MOST_BYTES
        assert query.sentence == printable(query.sentence)
        assert isinstance(query.matches(dice.choice(found)), bool)
    assert min(counts.values()) > MUTATED / 10


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"client_ip:::/{96 - number}" for number in range(64)),
        " ".join(f"structured_data.{'.'.join('a' * 16)}:{number}*" for number in range(64)),
        " ".join(f'"{"ks" * 30}"' for _ in range(64)),
        f"{'-(a OR b (' * 8}c{'))' * 8}",
        f"path:a*{'?' * 4_000}",
        f"{'NOT ' * 1_000}a",
        "-" * 4_095 + "a",
    ],
    ids=lambda text: text[:20],
)
def test_the_largest_queries_have_filters_that_mongod_takes(text: str) -> None:
    query = compiled(text, LAYOUTS)
    assert len(bson.encode(query.mongo)) < MOST_BYTES


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4_096,
        '"' + "\\" * 4_095,
        "x." * 2_000 + ":1",
        ":" * 4_096,
        "x:[" * 1_300,
        "a:" * 2_048,
    ],
    ids=lambda text: text[:20],
)
def test_the_largest_texts_that_are_no_queries_are_refused(text: str) -> None:
    with pytest.raises(QueryError):
        compiled(text, LAYOUTS)
