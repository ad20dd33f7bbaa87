"""The way of a line to an enriched and scored record: the same for every job and command."""

from collections.abc import Callable
from dataclasses import dataclass

from pyspark.sql import DataFrame

from millrace import enrich, parse
from millrace.config import Config, ConfigurationError, Feed
from millrace.detect import rules, templates
from millrace.detect.rules import RecordRules
from millrace.detect.templates import Template
from millrace.enrich import skew
from millrace.enrich.route import NamedRoutes
from millrace.io import rules as rules_file
from millrace.io import template_files


@dataclass(frozen=True)
class References:
    """What a feed's records are held against, from files: countries, rules, templates."""

    country_database: str
    rules: RecordRules
    templates: tuple[Template, ...] = ()


def references(conf: Config, feed: Feed) -> References:
    """The references of a feed; raises ConfigurationError where a file is missing or wrong."""
    return References(
        country_database(conf),
        rules_file.load(conf.detection.rules).records,
        tuple(template_files.load(conf.detection.templates, feed.name).templates),
    )


def country_database(conf: Config) -> str:
    """The path of the country database; raises ConfigurationError where it is not there."""
    database = conf.enrichment.country_database
    if not database.is_file():
        raise ConfigurationError(
            f"enrichment.country_database: there is no file {database}: `make up` installs one"
        )
    return str(database)


def parsed(feed: Feed) -> Callable[[DataFrame], DataFrame]:
    """A transform from a Kafka source's rows to parsed ones: the columns of ``parse.records``."""
    limits = feed.max_line_bytes, feed.max_record_bytes
    return parse.records(feed.format, feed.service_name, *limits, feed.mask)


def refined(
    feed: Feed, references: References, named: NamedRoutes | None = None
) -> Callable[[DataFrame], DataFrame]:
    """A transform from a Kafka source's rows to records that are enriched and scored.

    ``named`` bounds the values of ``http_route``. Its columns are those of ``parse.records`` and
    the fields that the feed's format is enriched by, ``template_id`` and ``anomaly``.
    """

    def transform(lines: DataFrame) -> DataFrame:
        records = (
            lines.transform(parsed(feed))
            .transform(skew.guard(feed.max_future_skew_s))
            .transform(enrich.enriched(feed.format, references.country_database, named))
        )
        if "message" in records.columns:
            records = records.transform(templates.matched(references.templates))
        return records.transform(rules.scored(references.rules, feed.format))

    return transform
