"""Where lines of the archive meet Spark on their way into the warehouse."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame

from millrace.records import received
from millrace.records.warehouse import Table
from millrace.records.warehouse_rows import line_columns, own_columns
from millrace.transform.arrow import Columns
from millrace.transform.chain import compiled
from millrace.transform.spec import Spec
from millrace.transform.stage import Batches, cut, here, uncollected
from millrace.transform.warehouse_rows import Row, lines_of, row_of, rows

_COORDINATES = ("topic_id", "partition", "offset")


def to_rows(lines: DataFrame, spec: Spec, table: Table) -> DataFrame:
    """A Kafka source's rows as rows for ``table``, one for one line: its ``line_columns``."""
    placed = cut(lines, spec, is_placed=True)
    return placed.mapInArrow(partial(_rows, spec, table), _columns(table).ddl)


def _columns(table: Table) -> Columns:
    return Columns([(column.name, column.type) for column in line_columns(table)])


def _rows(spec: Spec, table: Table, batches: Batches) -> Iterator[pa.RecordBatch]:
    spec, columns = here(spec), _columns(table)
    told = lines_of(table, spec, partial(compiled, has_agents=False))
    make, nothing = row_of(table, spec), [None] * len(own_columns(table))
    for batch in uncollected(batches):
        made: list[Row] = []
        names = ("value", "raw_bytes", "milliseconds", *_COORDINATES)
        values = [batch.column(name).to_pylist() for name in names]
        for value, raw_bytes, milliseconds, *place in zip(*values, strict=True):
            outcomes = told.outcomes(value, raw_bytes, milliseconds, (*place,))
            received_us = received.stored_us(milliseconds or 0)
            made += [[*place, *row] for row in rows(outcomes, received_us, make, nothing)]
        if made:
            yield columns.batch(made)
