"""What a feed's records are held against: files of rules, templates and countries."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from millrace.config import Config, ConfigurationError, EnvelopeKeys, Feed, yaml_file
from millrace.detect.rates import RateRules
from millrace.detect.rules import RecordRules
from millrace.io import template_files
from millrace.parse import parser
from millrace.parse.envelopes import Keys
from millrace.parse.options import Options
from millrace.parse.zones import Zone
from millrace.records.fields import ENRICHED
from millrace.records.formats import Format
from millrace.records.names import Epoch, Named
from millrace.transform.spec import Spec

_ALL_NAMED: Mapping[str, Named] = {}


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


def spec(
    conf: Config,
    feed: Feed,
    named_routes: Named | None = None,
    route_epochs: Iterable[Epoch] = (),
    named_keys: Mapping[str, Named] = _ALL_NAMED,
    *,
    needs_country: bool = True,
) -> Spec:
    """What the feed's chain is made of.

    ``named_routes`` bounds the values of ``http_route``, older lines having those of their epochs;
    ``named_keys`` bounds other keys of figures. Without ``needs_country`` the database of
    countries may be missing.

    Raises ConfigurationError where a file is missing or wrong.
    """
    has_country = any(field.name == "country" for field in ENRICHED[feed.layout])
    is_there = needs_country or conf.enrichment.country_database.is_file()
    return Spec(
        formats=formats(conf, feed),
        service_name=feed.service_name,
        max_line_bytes=feed.max_line_bytes,
        max_record_bytes=feed.max_record_bytes,
        masks=feed.mask,
        max_future_skew_s=feed.max_future_skew_s,
        store_raw=feed.store_raw,
        country_database=country_database(conf) if has_country and is_there else "",
        rules=rules(conf.detection.rules).records,
        templates=tuple(template_files.load(conf.detection.templates, feed.name).templates),
        named_routes=named_routes,
        route_epochs=tuple(route_epochs),
        named_keys=tuple(named_keys.items()),
        options=options(feed),
        envelope=feed.envelope if isinstance(feed.envelope, str) else _keys(feed.envelope),
        service_name_field=feed.service_name_field,
    )


def formats(conf: Config, feed: Feed) -> tuple[Format, ...]:
    """The formats that the feed's lines are tried by, each compiled once to see that it can be.

    Raises ConfigurationError where a declaration is wrong.
    """
    tried = tuple(map(conf.format, feed.tried))
    for format in tried:
        try:
            parser(format, options(feed))
        except ValueError as error:
            raise ConfigurationError(f"formats.{format.name}.{format.kind}: {error}") from None
    return tried


def options(feed: Feed) -> Options:
    """What the feed says of its lines."""
    return Options(Zone(feed.timezone), feed.response_time_unit, tuple(feed.levels.items()))


def _keys(envelope: EnvelopeKeys) -> Keys:
    return Keys(envelope.line, envelope.timestamp, envelope.attributes)
