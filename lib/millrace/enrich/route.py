"""Request target -> route template, in the sense of OpenTelemetry's ``http.route``."""

from collections.abc import Callable, Iterable

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf

from millrace.enrich.lookup import distinct, encoded, spread

NamedRoutes = Callable[[Iterable[str]], set[str]]

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
    is_absolute = without_query.contains("://") & ~without_query.startswith("/")
    after_host = F.regexp_replace(without_query, "^[^/]*//[^/]*", "")
    origin = F.when(is_absolute, F.when(after_host == "", "/").otherwise(after_host)).otherwise(
        without_query
    )
    may_have_id = origin.rlike(r"\d|[a-fA-F]{16}")
    template = F.when(may_have_id, F.regexp_replace(origin, _ID_SEGMENT, "/{id}")).otherwise(origin)
    is_bounded = (F.length(template) <= MAX_CHARACTERS) & (
        F.length(template) - F.length(F.replace(template, F.lit("/"), F.lit(""))) <= MAX_SEGMENTS
    )
    return F.when(path.isNotNull(), F.when(is_bounded, F.trim(template)).otherwise(OTHER))


def routes(named: NamedRoutes | None) -> Callable[[DataFrame], DataFrame]:
    """A transform that adds ``http_route``, the template of ``path``.

    ``named`` tells which of a list of templates have a name; the rest are ``{other}``. It is asked
    for distinct templates only, and must answer alike for ever, or figures counted twice differ.
    """

    def transform(records: DataFrame) -> DataFrame:
        template = http_route(F.col("path"))
        if named:
            template = _bounded(named)(template)
        return records.withColumn("http_route", template)

    return transform


def _bounded(named: NamedRoutes) -> Callable[[Column], Column]:
    def lookup(templates: pd.Series) -> pd.Series:
        values = encoded(templates)
        routes = distinct(values)
        names = named(routes)
        return spread([route if route in names else OTHER for route in routes], values)

    return pandas_udf(lookup, "string")  # type: ignore[call-overload, no-any-return]
