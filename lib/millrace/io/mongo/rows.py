"""Rows of a chain -> what is stored of them: the columns of a document and of a dead letter."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.records import dead_letters
from millrace.records.fields import document
from millrace.records.formats import Layout

LONGEST_LETTER = "longest_letter"


def documents(refined: DataFrame, layout: Layout, *, raw: bool) -> DataFrame:
    """The rows that are records, with the columns of a document in their stored order."""
    names = [field.name for field in document(layout, raw=raw)]
    return refined.where(F.col("reason").isNull()).select(*names)


def letters(refined: DataFrame, feed: str) -> DataFrame:
    """The rows that are no records, with the columns of a dead letter."""
    return refined.where(F.col("reason").isNotNull()).select(*_columns_of_letter(feed))


def letter(feed: str) -> Column:
    """The dead letter of a row as a struct, its time in microseconds since 1970."""
    micros = {"received_at": F.unix_micros("received_at")}
    return F.struct(*_columns_of_letter(feed, micros))


def longest_letter() -> Column:
    """An aggregate, LONGEST_LETTER by name: the most bytes that a dead letter of the rows has."""
    return F.coalesce(F.max(F.octet_length("value")), F.lit(0)).alias(LONGEST_LETTER)


def _columns_of_letter(feed: str, others: Mapping[str, Column] | None = None) -> list[Column]:
    made = {
        "_id": F.concat(F.lit(f"{feed}/"), "_id"),
        "feed": F.lit(feed),
        "raw": F.col("value"),
        "status": F.lit(dead_letters.FIRST_STATUS),
        **(others or {}),
    }
    return [made.get(name, F.col(name)).alias(name) for name in dead_letters.COLUMNS]
