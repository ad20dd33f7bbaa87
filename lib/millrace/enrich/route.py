"""Request target -> route template, in the sense of OpenTelemetry's ``http.route``."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

MAX_CHARACTERS = 120
MAX_SEGMENTS = 8
OTHER = "{other}"

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# A segment that is a number, a uuid or a hex digest names a thing, not a place.
_ID_SEGMENT = rf"/(?:\d+|{_UUID}|[0-9a-fA-F]{{16,}})(?=/|$)"


def http_route(path: Column) -> Column:
    """The path without query and fragment, with ids replaced by ``{id}``; null where there is none.

    A path of more than 8 segments or 120 characters after that is ``{other}``.
    """
    without_query = F.substring_index(F.substring_index(path, "?", 1), "#", 1)
    # Absolute-form (RFC 9112, 3.2.2), as sent to a proxy: its path counts.
    origin = F.when(
        without_query.contains("://"),
        F.concat(
            F.lit("/"),
            F.substring_index(F.split_part(without_query, F.lit("://"), F.lit(2)), "/", -1),
        ),
    ).otherwise(without_query)
    has_digit = origin.rlike(r"/[0-9a-fA-F-]*\d")
    template = F.when(has_digit, F.regexp_replace(origin, _ID_SEGMENT, "/{id}")).otherwise(origin)
    is_bounded = (F.length(template) <= MAX_CHARACTERS) & (
        F.length(template) - F.length(F.replace(template, F.lit("/"), F.lit(""))) <= MAX_SEGMENTS
    )
    return F.when(path.isNotNull(), F.when(is_bounded, template).otherwise(OTHER))


def routes(records: DataFrame) -> DataFrame:
    """Adds ``http_route``, the template of ``path``."""
    return records.withColumn("http_route", http_route(F.col("path")))
