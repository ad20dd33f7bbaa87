"""Where lines meet Spark: what Python is given of them, and what comes back."""

import json
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F
from rows import RECEIVED_AT, kafka_rows, records, spec

from millrace.records.fields import document
from millrace.records.formats import MASKS, OWN_LAYOUTS, Layout
from millrace.transform import chain, row_encoder, stage
from millrace.transform.arrow import Columns
from millrace.transform.chain import compiled
from millrace.transform.spec import Spec

LIMIT = 1_000
APP = '{"timestamp": "2025-01-22T12:00:00Z", "message": "%s"}'
LINES: dict[Layout, list[str]] = {
    "combined": [
        '::1 - - [22/Jan/2025:12:00:00 +0000] "GET /1 HTTP/1.1" 404 5 "-" "curl/8" 7',
        "x",
    ],
    "app": [APP % "a", "x", '{"timestamp": 1, "tags": ["a"], "n": {"\\u0000": 1}}'],
    "shop": [
        '{"timestamp": 0, "event_type": "purchase", "details": {"amount": 1.5, "items":'
        ' [{"product_id": "p", "quantity": 1}, {}], "filters": {"a": null}}}',
        "x",
    ],
    "syslog": ['<11>1 - host app - - [a b="1"][c] down', "Jan 22 12:00:00 host x: y", "x"],
}


def refined(spark: SparkSession, of: Spec, lines: list[Any]) -> list[Row]:
    rows = kafka_rows(spark, lines).transform(stage.to_records, of).collect()
    return sorted(rows, key=lambda row: row["kafka"]["offset"])


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_each_line_comes_back_with_the_fields_that_the_chain_gives(
    spark: SparkSession, country_database: str, format: Layout
) -> None:
    of = spec(format, country_database)
    rows = refined(spark, of, LINES[format])
    assert len(rows) == len(LINES[format])
    found = [row for row in rows if row["reason"] is None]
    for row, fields in zip(found, records(of, LINES[format]), strict=True):
        times = {f.name for f in document(format) if f.type == "timestamp"}
        for name in {field.name for field in document(format)} - times - {"_id", "kafka"}:
            sent, came = fields.get(name), row.asDict(recursive=True)[name]
            assert same(came, sent), name
        assert row["_id"] == f"1737547200000-00000-{row['kafka']['offset']:012}"
    (letter,) = [row for row in rows if row["reason"]]
    assert (bytes(letter["value"]), letter["is_carried"]) == (b"x", True)
    assert letter["timestamp"] is None


def same(came: Any, sent: Any) -> bool:
    """Whether a value is the one that was sent; times within are not looked at."""
    if isinstance(sent, dict):
        return all(same(came[key], value) for key, value in sent.items())
    if isinstance(sent, list):
        return len(came) == len(sent) and all(map(same, came, sent))
    return bool(came == sent)


@pytest.mark.parametrize("end", [b"a", b"\n", b"\xff", b"\xe2\x82\xac"])
def test_a_longer_value_is_cut_and_told_by_length_and_digest(
    spark: SparkSession, end: bytes
) -> None:
    limited = spec("app", max_record_bytes=LIMIT, max_line_bytes=LIMIT)
    whole = [b"", b"x", b"y" * (LIMIT - len(end)) + end]
    cut = [b"y" * LIMIT + end, b"y" * (LIMIT - 1) + end * 2, end * 5_000]
    found = refined(spark, limited, [None, *whole, *cut])
    values = [None if row["value"] is None else bytes(row["value"]) for row in found]
    assert values == [None, *whole, *(line[:LIMIT] for line in cut)]
    told = [(row["raw_bytes"], row["raw_sha256"]) for row in found]
    assert told[: len(whole) + 1] == [(None, None)] * (len(whole) + 1)
    assert told[len(whole) + 1 :] == [(len(line), sha256(line).hexdigest()) for line in cut]
    masked = refined(spark, spec("app", max_record_bytes=LIMIT, masks=MASKS), cut)
    assert {row["raw_sha256"] for row in masked} == {None}


def test_no_more_of_a_value_goes_to_python_than_is_kept(spark: SparkSession) -> None:
    limited = spec("app", max_record_bytes=LIMIT)
    lines = kafka_rows(spark, [b"y" * 5_000]).withColumn("key", F.col("value"))
    plan = (
        lines.transform(stage.to_records, limited)._jdf.queryExecution().executedPlan().toString()
    )
    python = next(step for step in plan.splitlines() if "MapInArrow" in step)
    assert "key#" not in python
    assert "substring(value" in plan


@pytest.mark.parametrize(
    ("lines", "least", "most"),
    [([b"x" * 10_000] * 600, 400, 420), ([b"x"] * 20_500, 20_000, 20_000)],
    ids=["by their bytes", "by their number"],
)
def test_letters_that_ride_back_are_bounded(
    spark: SparkSession, lines: list[bytes], least: int, most: int
) -> None:
    rows = kafka_rows(spark, lines).coalesce(1).transform(stage.to_records, spec("app")).collect()
    carried = [row for row in rows if row["is_carried"]]
    assert sum(len(row["value"]) for row in carried) <= 4 * 2**20
    assert least <= len(carried) <= most
    assert {row["reason"] for row in rows} == {"bad_json"}
    assert sum(row["is_carried"] is False for row in rows) == len(lines) - len(carried)


POISONS: dict[str, Any] = {
    "half of a surrogate pair": {"message": "\ud800"},
    "a whole number too many": {"status_code": 2**31},
    "a number that is none": {"response_time_ms": float("nan")},
    "NUL in a key": {"attributes": {"a\0": "1"}},
    "a time after 9999": {"timestamp": 253_402_300_800_000_000},
    "a text that is none": {"user_id": b"x"},
}


@pytest.mark.parametrize("poison", POISONS)
def test_what_cannot_be_stored_costs_its_own_line(
    poison: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In ingest and aggregate alike: the verdict is one function."""
    made = chain.Chain(spec("app"))
    parse = made._parse

    def poisoned(line: str, received_at: int) -> dict[str, Any]:
        fields = parse(line, received_at)
        return fields | POISONS[poison] if fields["message"] == "poison" else fields

    monkeypatch.setattr(made, "_parse", poisoned)
    good, bad = (APP % "a").encode(), (APP % "poison").encode()
    milliseconds = int(RECEIVED_AT.timestamp() * 1_000)
    assert isinstance(made.outcome(good, None, milliseconds), dict)
    letter = made.outcome(bad, None, milliseconds)
    assert isinstance(letter, chain.Letter)
    assert (letter.reason, letter.value) == ("internal_error", bad)
    # Times far ahead are what skew is for: the claim is what cannot be stored.
    assert next(iter(POISONS[poison])) in letter.detail


def test_a_failure_of_the_chain_names_its_class_and_place() -> None:
    made = chain.Chain(spec("app"))

    def failing(line: str, received_at: int) -> dict[str, Any]:
        raise ZeroDivisionError("by \x1b")

    made._parse = failing
    letter = made.outcome(b"x", None, int(RECEIVED_AT.timestamp() * 1_000))
    assert isinstance(letter, chain.Letter)
    assert letter.reason == "internal_error"
    assert letter.detail.startswith("ZeroDivisionError in test_stage.py:")


def test_a_failure_within_a_mask_keeps_nothing_unmasked(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(chain.truncate, "kept", failing)
    letter = compiled(spec("app", masks=MASKS)).outcome(b"bob@example.com", None, 1)
    assert isinstance(letter, chain.Letter)
    assert (letter.reason, letter.value) == ("internal_error", None)


def test_a_row_that_arrow_refuses_costs_no_other_one() -> None:
    class Careless(chain.Chain):
        def outcome(self, value: bytes | None, *others: object) -> dict[str, Any]:
            return {"message": 5 if value == b"4" else "m", "parser_version": 2}

    received_at = 1_737_547_200_000
    lines = pa.RecordBatch.from_pydict(
        {
            "topic": ["t"] * 9,
            "partition": pa.array([3] * 9, pa.int32()),
            "offset": [*range(9)],
            "milliseconds": [received_at] * 9,
            "value": [b"%d" % n for n in range(9)],
            "raw_bytes": pa.nulls(9, pa.int64()),
            "raw_sha256": pa.nulls(9, pa.string()),
        }
    )
    of = spec("app")
    found = pa.Table.from_batches(
        row_encoder.RowEncoder(of, Careless(of)).encode(lines)
    ).to_pylist()
    assert [row["reason"] for row in found] == [None] * 4 + ["internal_error"] + [None] * 4
    assert found[4]["value"] == b"4"
    assert "ArrowTypeError" in found[4]["detail"]
    assert [row["_id"] for row in found] == [f"{received_at}-00003-{n:012}" for n in range(9)]
    assert [row["kafka"] for row in found] == [
        {"topic": "t", "partition": 3, "offset": n, "part": None, "parts": None} for n in range(9)
    ]


def test_columns_take_values_of_every_type() -> None:
    types = {
        "m": "map<string,map<string,string>>",
        "s": "struct<a:array<struct<b:int>>,c:map<string,string>>",
        "d": "decimal(18,4)",
    }
    columns = Columns(list(types.items()))
    value = {"m": {"a": {"b": "c"}}, "s": {"a": [{"b": 1}, {}], "c": {"k": "v"}}, "d": None}
    batch = columns.batch([list(value.values()), [None, None, None]])
    first, second = batch.to_pylist()
    assert first["m"] == [("a", [("b", "c")])]
    assert first["s"] == {"a": [{"b": 1}, {"b": None}], "c": [("k", "v")]}
    assert set(second.values()) == {None}


def test_keys_of_json_are_stored_as_they_can_be(spark: SparkSession) -> None:
    line = json.dumps({"timestamp": 0, "a\0b": "\ud800", "\ud800": 1})
    (row,) = refined(spark, spec("app"), [line])
    assert row["attributes"] == {"a\\u0000b": "?", "?": "1"}


def test_keys_and_headers_are_masked_where_there_are_any(spark: SparkSession) -> None:
    lines = kafka_rows(spark, ["bob@example.com"])
    header = "struct<key:string,value:binary>"
    full = lines.withColumns(
        {
            "key": F.encode(F.lit("203.0.113.7"), "UTF-8"),
            "headers": F.expr(
                "array(named_struct('key', 'a@b.co', 'value', CAST('?sid=1' AS binary)),"
                " named_struct('key', 'none', 'value', CAST(null AS binary)))"
            ).cast(f"array<{header}>"),
        }
    )
    (row,) = full.transform(stage.masked, MASKS).collect()
    assert (bytes(row["value"]), bytes(row["key"])) == (b"{email}", b"203.0.113.0")
    assert [(one["key"], one["value"]) for one in row["headers"]] == [
        ("a@b.co", b"?sid={token}"),
        ("none", None),
    ]
    absent = full.withColumns(
        {"key": F.lit(None).cast("binary"), "headers": F.lit(None).cast(f"array<{header}>")}
    )
    (row,) = absent.transform(stage.masked, MASKS).collect()
    assert (row["key"], row["headers"]) == (None, None)
    assert absent.transform(stage.masked, MASKS).schema == absent.schema
    assert lines.transform(stage.masked, MASKS).columns == lines.columns
    assert lines.transform(stage.masked, ()) is lines
