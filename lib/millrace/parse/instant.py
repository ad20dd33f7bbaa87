"""Text -> instant, whichever of the usual notations a log line has."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from millrace.parse import json
from millrace.parse.text import plausible

_ISO_8601 = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d([.,]\d{1,9})?([Zz]|[+-]\d\d:?\d\d)?$"
_DATE = r"^\d{4}-\d\d-\d\d$"
# Seconds reach the year 5138 before they have twelve digits, and no log is as old as the same
# number of ms, March 1973: so the magnitude tells the unit.
_SECONDS_BELOW = 10**11
_MILLISECONDS_BELOW = 10**14
_MICROSECONDS_BELOW = 10**17


def iso_8601(text: Column) -> Column:
    """The instant of an ISO 8601 date and time, null where it is none; without a zone it is UTC."""
    dotted = F.upper(F.replace(text, F.lit(","), F.lit(".")))
    return F.when(text.rlike(_ISO_8601), plausible(dotted.try_cast("timestamp")))


def iso_date(text: Column) -> Column:
    """The first instant, in UTC, of an ISO 8601 date, null where it is none."""
    return F.when(text.rlike(_DATE), plausible(text.try_cast("timestamp")))


def instant(text: Column) -> Column:
    """The instant of an ISO 8601 text or of a number of s, ms or µs since 1970, null for others."""
    number = json.number(text).try_cast("decimal(24,6)")
    microseconds = (
        F.when(number < 0, None)
        .when(number < _SECONDS_BELOW, number * 1_000_000)
        .when(number < _MILLISECONDS_BELOW, number * 1_000)
        .when(number < _MICROSECONDS_BELOW, number)
    )
    epoch = F.timestamp_micros(microseconds.try_cast("bigint"))
    return F.coalesce(iso_8601(text), plausible(epoch))
