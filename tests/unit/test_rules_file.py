"""A file of rules is right, or one line says where it is wrong and what was expected."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from millrace.config import CONF_DIRECTORY
from millrace.errors import ConfigurationError
from millrace.io import reference_data

Content = dict[str, Any]
HTTP_ERROR = 2  # the place of the rule whose points grow


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The rules that come with the product, to be broken."""
    copy = tmp_path / "rules.yaml"
    copy.write_text((CONF_DIRECTORY / "rules.yaml").read_text())
    return copy


def refusal(file: Path) -> str:
    with pytest.raises(ConfigurationError) as refused:
        reference_data.rules(file)
    message = str(refused.value)
    assert "\n" not in message
    return message


def rule(place: int = 0, **values: object) -> Callable[[Content], object]:
    return lambda content: content["records"]["rules"][place].update(values)


def without(key: str) -> Callable[[Content], object]:
    return lambda content: content["records"]["rules"][0].pop(key)


def points(**values: object) -> Callable[[Content], object]:
    return lambda content: content["records"]["rules"][HTTP_ERROR]["points"].update(values)


def severities(*scores: tuple[str, object]) -> Callable[[Content], object]:
    named = [{"name": name, "score": score} for name, score in scores]
    return lambda content: content["records"].update(severities=named)


def records(**values: object) -> Callable[[Content], object]:
    return lambda content: content["records"].update(values)


FIRST, GROWING = "records.rules.0", f"records.rules.{HTTP_ERROR}"
NO_POINTS = "expected a whole number from 1 to 100, or base, per_unit and above, not"
# What is changed in the file, the key that the line names, and what it says of it.
WRONG: dict[str, tuple[Callable[[Content], object], str, str]] = {
    "unknown section": (lambda c: c.update(record={}), "record", "there is no such key"),
    "no records": (lambda c: c.pop("records"), "records", "this key is missing"),
    "no rates": (lambda c: c.pop("rates"), "rates", "this key is missing"),
    "unknown key of rates": (
        lambda c: c["rates"].update(treshold=3),
        "rates.treshold",
        "there is no such key",
    ),
    "no rules": (lambda c: c["records"].pop("rules"), "records.rules", "this key is missing"),
    "nothing for rules": (records(rules=None), "records.rules", "valid tuple"),
    "a word for rules": (records(rules="all"), "records.rules", "not 'all'"),
    "a word for a rule": (records(rules=["fatal"]), FIRST, "not 'fatal'"),
    "no severities": (
        lambda c: c["records"].pop("severities"),
        "records.severities",
        "this key is missing",
    ),
    "unknown key of a rule": (rule(score=3), f"{FIRST}.score", "there is no such key"),
    **{
        f"a rule without {key}": (without(key), f"{FIRST}.{key}", "this key is missing")
        for key in ("name", "field", "comparison", "points", "message")
    },
    "a name in capitals": (rule(name="Fatal"), f"{FIRST}.name", "not 'Fatal'"),
    "a name with a space": (rule(name="a b"), f"{FIRST}.name", "not 'a b'"),
    "a name for two rules": (
        rule(name="level_error"),
        "records",
        "two rules are named level_error",
    ),
    "unknown comparison": (
        rule(comparison="equals"),
        f"{FIRST}.comparison",
        "'eq', 'ne', 'gt', 'gte', 'lt', 'lte' or 'present', not 'equals'",
    ),
    "unknown field": (
        rule(field="levle"),
        FIRST,
        "rule level_fatal: no format has a field 'levle'",
    ),
    "unknown detail": (rule(field="details.amuont"), FIRST, "no format has a field"),
    "a field that is stored later": (rule(field="raw"), FIRST, "no format has a field 'raw'"),
    "the anomaly itself": (rule(field="anomaly"), FIRST, "no format has a field 'anomaly'"),
    "a text for a number": (
        rule(HTTP_ERROR, threshold="400"),
        GROWING,
        "rule http_error: the threshold of status_code must be a number",
    ),
    "a text for a decimal": (
        rule(field="details.amount"),
        FIRST,
        "the threshold of details.amount must be a number",
    ),
    "a number for a text": (
        rule(threshold=5),
        FIRST,
        "rule level_fatal: the threshold of level must be a text",
    ),
    "an order of texts": (rule(comparison="gt"), FIRST, "level is a text, which has no order"),
    "a list compared": (rule(field="tags"), FIRST, "tags can only be compared by 'present'"),
    "a time compared": (rule(field="timestamp"), FIRST, "can only be compared by 'present'"),
    "present with a threshold": (
        rule(comparison="present"),
        FIRST,
        "the comparison present takes no threshold",
    ),
    "no threshold": (without("threshold"), FIRST, "the comparison eq takes a threshold"),
    "nothing for a threshold": (rule(threshold=None), FIRST, "eq takes a threshold"),
    **{
        f"{value!r} for a threshold": (
            rule(HTTP_ERROR, threshold=value),
            f"{GROWING}.threshold",
            f"expected a number or a text in quotes, not {value}",
        )
        for value in (True, [1], {"a": 1}, float("nan"), float("inf"), 10**400)
    },
    **{
        f"{value!r} for points": (rule(points=value), f"{FIRST}.points", f"{NO_POINTS} {value!r}")
        for value in (0, 101, -1, 7.5, "75", True, None, [1])
    },
    "unknown key of points": (points(slope=2), f"{GROWING}.points.slope", "there is no such key"),
    "points without a base": (
        lambda c: c["records"]["rules"][HTTP_ERROR]["points"].pop("base"),
        f"{GROWING}.points.base",
        "this key is missing",
    ),
    "a word for the base": (points(base="x"), f"{GROWING}.points.base", "number, not 'x'"),
    "no number": (points(per_unit=float("nan")), f"{GROWING}.points.per_unit", "finite number"),
    "no end": (points(above=float("inf")), f"{GROWING}.points.above", "finite number"),
    "points that grow with a text": (
        rule(points={"base": 1, "per_unit": 1, "above": 0}),
        FIRST,
        "rule level_fatal: points can only grow with a number",
    ),
    "severities out of order": (
        severities(("LOW", 25), ("HIGH", 70)),
        "records",
        "the highest score first",
    ),
    "severities of one score": (
        severities(("HIGH", 70), ("ALSO", 70)),
        "records",
        "the highest score first",
    ),
    "a severity of no score": (severities(("LOW", 0)), "records.severities.0.score", "not 0"),
    "a severity too high": (severities(("TOP", 101)), "records.severities.0.score", "not 101"),
    "a severity in small letters": (severities(("low", 5)), "records.severities.0.name", "'low'"),
    "a severity too long": (
        severities(("CRITICALLY", 5)),
        "records.severities.0.name",
        "not 'CRITICALLY'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_one_line_names_the_file_the_key_and_what_was_expected(file: Path, name: str) -> None:
    change, key, said = WRONG[name]
    content = yaml.safe_load(file.read_text())
    change(content)
    file.write_text(yaml.safe_dump(content))
    message = refusal(file)
    assert message.startswith(f"{file}: {key}: ")
    assert said in message
    assert "more)" not in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected keys and values at the top level"),
        ("- records\n", "expected keys and values at the top level"),
        ("records: {severities: [}\n", "not YAML: "),
    ],
)
def test_a_file_that_is_no_set_of_rules_is_named(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    assert refusal(file).startswith(f"{file}: {said}")


@pytest.mark.parametrize("threshold", ["NO", "on", "2025-01-22", ".nan"])
def test_what_yaml_takes_for_something_else_must_stand_in_quotes(
    file: Path, threshold: str
) -> None:
    text = file.read_text()
    file.write_text(text.replace("threshold: FATAL", f"threshold: {threshold}"))
    said = "expected a number or a text in quotes, not"
    assert refusal(file).startswith(f"{file}: {FIRST}.threshold: {said} ")
    file.write_text(text.replace("threshold: FATAL", f"threshold: '{threshold}'"))
    assert reference_data.rules(file).records.rules[0].threshold == threshold


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "no.yaml"
    assert refusal(missing) == f"{missing}: No such file or directory"


def test_points_may_be_a_number_or_grow(file: Path) -> None:
    fixed, growing = (
        reference_data.rules(file).records.rules[place].points for place in (0, HTTP_ERROR)
    )
    assert (fixed.base, fixed.per_unit) == (100, 0)
    assert (growing.base, growing.per_unit, growing.above) == (50, 2, 400)
