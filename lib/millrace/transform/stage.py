"""Where the chain meets Spark: a DataFrame of a Kafka source's rows in, one for a sink out.

Nothing is computed here yet: a sink's write runs it all. In each Python worker an Arrow batch goes
through RowEncoder (row_encoder.py), each of its lines through Chain.outcome (chain.py).
"""

import gc
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain as chained
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark import SparkFiles
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from millrace.parse.mask import masked as mask_bytes
from millrace.records.formats import Mask
from millrace.records.tables import MAX_KEYS
from millrace.transform.arrow import Columns
from millrace.transform.chain import Letter, compiled
from millrace.transform.row_encoder import RowEncoder, places, row_columns
from millrace.transform.spec import Spec
from millrace.transform.touched import TouchedWindows
from millrace.windows.counts import Counts
from millrace.windows.figures import COUNTED

Batches = Iterator[pa.RecordBatch]

_MOST_PLACES = 100_000  # a task that holds more counts after an Arrow batch sends them on
_COUNTED = Columns(COUNTED)


def to_records(lines: DataFrame, spec: Spec) -> DataFrame:
    """A Kafka source's rows as records and letters, one for one.

    Its columns are the fields of a document, and those of a letter: ``reason`` (null where the line
    is a record), ``detail``, ``value`` (what is kept of a letter's bytes), ``raw_bytes`` and
    ``raw_sha256`` (of the whole where that is longer), and ``is_carried`` (whether the letter is
    among the first of its task, few enough to be collected).
    """
    return cut(lines, spec).mapInArrow(partial(_records, spec), row_columns(spec).ddl)


def to_counts(
    lines: DataFrame,
    spec: Spec,
    max_lateness_s: int,
    *,
    late_apart: bool = False,
    touched: TouchedWindows | None = None,
) -> DataFrame:
    """A Kafka source's rows as counts of its records: the columns COUNTED.

    Tasks tell ``touched`` the windows that they have counts of.
    """
    counts = partial(_counts, spec, max_lateness_s, late_apart, touched)
    return cut(lines, spec).mapInArrow(counts, _COUNTED.ddl)


def masked(lines: DataFrame, masks: tuple[Mask, ...]) -> DataFrame:
    """A Kafka source's rows with all masked that a producer may write; as they are without masks.

    That is ``value``, ``key`` and the values of ``headers``.
    """
    return lines.mapInArrow(partial(_masked, masks), lines.schema) if masks else lines


def cut(lines: DataFrame, spec: Spec, *, is_placed: bool = False) -> DataFrame:
    """What Python is given of a record: no more of its value than may be kept.

    Where each stands in Kafka as well where it ``is_placed``, or routes have epochs.
    """
    value, size = F.col("value"), F.octet_length("value")
    is_cut = size > spec.max_record_bytes
    # By a digest of what was masked a guess of it can be confirmed.
    digest = F.lit(None).cast("string") if spec.masks else F.when(is_cut, F.sha2(value, 256))
    shorter = F.substring(value, 1, spec.max_record_bytes)
    return lines.select(
        "topic",
        "partition",
        "offset",
        F.unix_millis("timestamp").alias("milliseconds"),
        F.when(is_cut, shorter).otherwise(value).alias("value"),
        F.when(is_cut, size.cast("bigint")).alias("raw_bytes"),
        digest.alias("raw_sha256"),
        *(["topic_id"] if is_placed or spec.route_epochs else []),
    )


def uncollected(batches: Batches) -> Batches:
    """The batches, while Python looks for no cycles: a line makes none, and looking is a third of
    the time. What other code left is looked for between two batches.
    """
    gc.disable()
    try:
        for batch in batches:
            yield batch
            gc.collect(0)
    finally:
        gc.enable()


def _records(spec: Spec, batches: Batches) -> Batches:
    encoder = RowEncoder(spec, compiled(here(spec)))
    for batch in uncollected(batches):
        yield from encoder.encode(batch)


def _counts(
    spec: Spec,
    max_lateness_s: int,
    late_apart: bool,
    touched: TouchedWindows | None,
    batches: Batches,
) -> Batches:
    chain = compiled(here(spec), has_agents=False)
    counts = Counts(spec.layout, max_lateness_s, dict(spec.named_keys), late_apart=late_apart)
    for batch in uncollected(batches):
        lines = _columns(batch, "value", "raw_bytes", "milliseconds")
        outcomes = map(chain.outcomes, *lines, places(batch))
        for outcome in chained.from_iterable(outcomes):
            if not isinstance(outcome, Letter):
                counts.add(outcome)
        if len(counts) >= _MOST_PLACES:
            yield _summed(counts, touched)
    if len(counts):
        yield _summed(counts, touched)


def _masked(masks: tuple[Mask, ...], batches: Batches) -> Batches:
    def mask(value: bytes | None) -> bytes | None:
        return None if value is None else mask_bytes(value, masks)

    for batch in batches:
        table = batch
        for name in ("value", "key"):
            if name in table.schema.names:
                index = table.schema.get_field_index(name)
                changed = pa.array(map(mask, table.column(name).to_pylist()), pa.binary())
                table = table.set_column(index, table.schema.field(name), changed)
        if "headers" in table.schema.names:
            index, field = table.schema.get_field_index("headers"), table.schema.field("headers")
            rows = [
                None if row is None else [one | {"value": mask(one["value"])} for one in row]
                for row in table.column("headers").to_pylist()
            ]
            table = table.set_column(index, field, pa.array(rows, field.type))
        yield table


def here(spec: Spec) -> Spec:
    """The spec with the path that the country database has on this machine."""
    if not spec.country_database:
        return spec
    # A folder of the driver's may be there on an executor's machine and be closed to it.
    is_here = os.access(spec.country_database, os.R_OK)
    path = spec.country_database if is_here else _shipped(spec.country_database)
    return replace(spec, country_database=path)


def _shipped(path: str) -> str:
    return str(SparkFiles.get(Path(path).name))


def _columns(batch: pa.RecordBatch, *names: str) -> list[list[Any]]:
    return [batch.column(name).to_pylist() for name in names]


def _summed(counts: Counts, touched: TouchedWindows | None) -> pa.RecordBatch:
    rows, windows = [], set()
    for (window_end, received_minute, figure, keys, is_late), measures in counts.taken():
        filled = (*keys, *(None,) * (MAX_KEYS - len(keys)))
        rows.append((window_end, received_minute, figure, *filled, is_late, *measures))
        windows.add((window_end, received_minute))
    if touched is not None:
        touched.add(windows)
    return _COUNTED.batch(rows)
