"""Bytes -> a line of text, or the reason why they are none."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

DETAIL_CHARACTERS = 200

# A class and a star alone: Java's matcher runs over it in one loop, ten times as fast as Spark
# looks at each byte of a line to tell whether it is UTF-8. Nearly all lines are ASCII.
_ASCII = r"^[\x00-\x7F]*\z"


def decode(identified: DataFrame, *, max_line_bytes: int) -> DataFrame:
    """Adds ``line`` (string, null where there is none), ``reason`` and ``detail``.

    ``line`` is ``value`` as text without the line's end. Reasons: too_long, empty, not_utf8. Of a
    value that is too long nothing but its length is looked at.
    """
    undecodable, size = F.col("_undecodable"), F.octet_length("value")
    is_long = F.col("raw_bytes").isNotNull() | (size > max_line_bytes)
    text = F.col("value").cast("string")
    has_end = text.endswith("\n") | text.endswith("\r")
    whole = F.expr(r"trim(TRAILING '\r\n' FROM cast(value AS string))")
    line = F.when(is_long, None).when(has_end, whole).otherwise(text)
    decoded = identified.withColumn("_text", line)
    is_empty = F.col("_text").isNull() | (F.trim("_text") == "")
    is_utf8 = F.col("_text").rlike(_ASCII) | F.is_valid_utf8("_text")
    reason = F.when(is_long, "too_long").when(is_empty, "empty").when(~is_utf8, "not_utf8")
    came = F.coalesce("raw_bytes", size)
    detail = (
        F.when(undecodable == "empty", "no text")
        .when(undecodable == "too_long", F.concat(came.cast("string"), F.lit(" bytes")))
        .when(undecodable == "not_utf8", "the bytes are not UTF-8")
    )
    return decoded.withColumn("_undecodable", reason).withColumns(
        {"_undecodable_detail": detail, "line": F.when(undecodable.isNull(), F.col("_text"))}
    )


def found(field: str, value: Column) -> Column:
    """The detail of a reason: the field's name and the value that was found, cut to a length."""
    return F.concat(F.lit(f"{field}: "), F.substring(value, 1, DETAIL_CHARACTERS))


def absent_if_dash(value: Column) -> Column:
    """The value, or null where it is a single ``-``, by which servers say that there is none."""
    return F.when(value != "-", value)


def plausible(timestamp: Column) -> Column:
    """The time, or null before 1970 and after 9999: no log is that old, no table holds the rest."""
    epoch, last = "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
    is_plausible = timestamp.between(F.lit(epoch).cast("timestamp"), F.lit(last).cast("timestamp"))
    return F.when(is_plausible, timestamp)
