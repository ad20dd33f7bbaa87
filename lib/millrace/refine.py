"""The chain of a feed as it is configured: the same for every job and command."""

from dataclasses import dataclass

from millrace.config import Config, ConfigurationError, Feed
from millrace.detect.rules import RecordRules
from millrace.detect.templates import Template
from millrace.enrich.route import NamedRoutes
from millrace.io import rules as rules_file
from millrace.io import template_files
from millrace.transform.chain import Spec


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


def spec(feed: Feed, references: References, named: NamedRoutes | None = None) -> Spec:
    """What the feed's chain is made of; ``named`` bounds the values of ``http_route``."""
    return Spec(
        format=feed.format,
        service_name=feed.service_name,
        max_line_bytes=feed.max_line_bytes,
        max_record_bytes=feed.max_record_bytes,
        masks=feed.mask,
        max_future_skew_s=feed.max_future_skew_s,
        store_raw=feed.store_raw,
        country_database=references.country_database,
        rules=references.rules,
        templates=references.templates,
        named=named,
    )
