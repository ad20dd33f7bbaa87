"""What a record learns beyond its line: a plausible time, country, user agent, route."""

from collections.abc import Callable

from pyspark.sql import DataFrame

from millrace.enrich.agent import user_agent
from millrace.enrich.country import country
from millrace.enrich.route import NamedRoutes, routes
from millrace.records.formats import Format

Transform = Callable[[DataFrame], DataFrame]


def enriched(format: Format, country_database: str, named: NamedRoutes | None = None) -> Transform:
    """A transform that adds the fields that records of ``format`` are enriched by.

    ``country_database`` is the path of an MMDB file; ``named`` bounds the values of
    ``http_route``, which are unbounded without it.
    """
    steps: dict[Format, tuple[Transform, ...]] = {
        # In this order one Python worker takes all three: what user_agent makes is taken apart
        # right after, and a step after that would be another way to Python and back.
        "combined": (country(database=country_database), routes(named), user_agent),
        "app": (routes(named),),
        "shop": (),
        "syslog": (),
    }

    def transform(records: DataFrame) -> DataFrame:
        for step in steps[format]:
            records = records.transform(step)
        return records

    return transform
