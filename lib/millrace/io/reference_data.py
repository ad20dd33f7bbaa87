"""What a feed's records are held against: files of rules, templates and countries."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from millrace.config import Config, ConfigurationError, Feed, yaml_file
from millrace.detect.rates import RateRules
from millrace.detect.rules import RecordRules
from millrace.enrich.route import NamedRoutes
from millrace.io import template_files
from millrace.records.fields import ENRICHED
from millrace.transform.chain import Spec


class Rules(BaseModel):
    """The whole file: rules for records, and how minutes are judged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    records: RecordRules
    rates: RateRules


def rules(path: Path) -> Rules:
    """The rules in the file; raises ConfigurationError, one line, where something is wrong."""
    return yaml_file.load(path, Rules)


def country_database(conf: Config) -> str:
    """The path of the country database; raises ConfigurationError where it is not there."""
    database = conf.enrichment.country_database
    if not database.is_file():
        raise ConfigurationError(
            f"enrichment.country_database: {database} does not exist: run `make up` to install it"
        )
    return str(database)


def spec(conf: Config, feed: Feed, named_routes: NamedRoutes | None = None) -> Spec:
    """What the feed's chain is made of; ``named_routes`` bounds the values of ``http_route``.

    Raises ConfigurationError where a file is missing or wrong.
    """
    has_country = any(field.name == "country" for field in ENRICHED[feed.format])
    return Spec(
        format=feed.format,
        service_name=feed.service_name,
        max_line_bytes=feed.max_line_bytes,
        max_record_bytes=feed.max_record_bytes,
        masks=feed.mask,
        max_future_skew_s=feed.max_future_skew_s,
        store_raw=feed.store_raw,
        country_database=country_database(conf) if has_country else "",
        rules=rules(conf.detection.rules).records,
        templates=tuple(template_files.load(conf.detection.templates, feed.name).templates),
        named_routes=named_routes,
    )
