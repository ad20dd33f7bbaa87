"""Parsed rows -> what is stored of them: the columns of a document and of a dead letter."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.records import dead_letters
from millrace.records.fields import document
from millrace.records.formats import Format

LONGEST_LETTER = "longest_letter"


def documents(enriched: DataFrame, format: Format, *, raw: bool) -> DataFrame:
    """The rows that are records, with the columns of a document in their stored order."""
    is_record = F.col("reason").isNull()
    line = F.col("value").cast("string").alias("raw")
    columns = [line if field.name == "raw" else field.name for field in document(format, raw=raw)]
    return enriched.where(is_record).select(*columns)


def letters(parsed: DataFrame, feed: str) -> DataFrame:
    """The rows that are no records, with the columns of a dead letter."""
    is_dead = F.col("reason").isNotNull()
    return (
        parsed.where(is_dead)
        .withColumns(
            {
                "_id": F.concat(F.lit(f"{feed}/"), "_id"),
                "feed": F.lit(feed),
                "raw": F.col("value"),
                "status": F.lit(dead_letters.FIRST_STATUS),
            }
        )
        .select(*dead_letters.COLUMNS)
    )


def longest_letter() -> Column:
    """An aggregate, LONGEST_LETTER by name: the most bytes that a dead letter of the rows has."""
    size = F.octet_length("value")
    most = F.max(F.when(F.col("reason").isNotNull(), size))
    return F.coalesce(most, F.lit(0)).alias(LONGEST_LETTER)
