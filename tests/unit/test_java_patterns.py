"""No line, however made, takes a pattern's time or stack: an error of the JVM's ends a job."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from java_patterns import PACKAGE, Given, SmallJvm, given, in_sql, places
from lines import SCHEMA
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from millrace import refine, windows
from millrace.config import CONF_DIRECTORY, Feed
from millrace.io import rules
from millrace.parse import mask
from millrace.records.formats import FORMATS
from millrace.records.masks import MASKS

FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.fixture(scope="module")
def jvm() -> Iterator[SmallJvm]:
    started = SmallJvm()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def seen(spark: SparkSession) -> Given:
    """What every transform gives to Spark: no line is read for it."""
    lines = spark.createDataFrame([], SCHEMA)
    references = refine.References("", rules.load(CONF_DIRECTORY / "rules.yaml").records)
    with given() as noted:
        lines.transform(mask.mask_records(MASKS))
        for format in FORMATS:
            feed = Feed(name="feed", topic="lines", format=format, service_name="web")
            records = lines.transform(refine.refined(feed, references))
            records.transform(windows.figures(format, feed.max_lateness_s))
    return noted


def test_every_pattern_keeps_to_linear_time_and_little_stack(seen: Given, jvm: SmallJvm) -> None:
    assert seen.patterns
    assert [fault for pattern in sorted(seen.patterns) if (fault := jvm.fault(pattern))] == []


def test_every_function_that_gives_a_pattern_was_seen(seen: Given) -> None:
    assert set().union(*map(places, FILES)) <= seen.places
    assert [text for file in FILES for text in in_sql(file)] == []


PLANTED = {
    "a repeated group that Java enters anew each time": (
        r"^(-|[0-9.]+)(, ?(-|[0-9.]+))*$",
        "StackOverflowError",
    ),
    "an escape within a repeated group": (r'"([^"\\]|\\.)*"', "StackOverflowError"),
    "a run looked through from each of its characters": ("[ ]+[ ]+$", "not linear"),
    "a repetition within another": ("^(?:[a-z]+)+[0-9]$", "not linear"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_bad_pattern_is_told(name: str, jvm: SmallJvm) -> None:
    pattern, wrong = PLANTED[name]
    assert wrong in str(jvm.fault(pattern))


def planted(columns: DataFrame) -> list[Callable[[], object]]:
    """Ways to give a pattern, each a function of its own."""
    return [
        lambda: columns.text.rlike("a"),
        lambda: F.rlike("text", F.lit("b")),
        lambda: F.regexp_extract_all("text", F.lit("c"), F.lit(0)),
        lambda: [F.regexp_replace(word, "d", "") for word in ("text",)],
        lambda: F.split(F.col("text"), "e"),
    ]


def test_a_new_pattern_is_noted_wherever_it_is_given(spark: SparkSession, tmp_path: Path) -> None:
    ways = planted(spark.createDataFrame([], "text string"))
    with given() as noted:
        for give in ways[:-1]:
            give()
    assert noted.patterns == {"a", "b", "c", "d"}
    # The last one was not called.
    (missed,) = places(Path(__file__)) - noted.places
    assert missed.line == ways[-1].__code__.co_firstlineno
    hidden = tmp_path / "hidden.py"
    hidden.write_text("df.where(\"line RLIKE 'a'\")")
    assert in_sql(hidden)
