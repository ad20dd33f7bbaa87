"""What a chain adds to the fields of a record, and holds them to before they are stored."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from millrace.detect.templates import MAX_CHARACTERS, Matcher
from millrace.enrich import agent, country, route
from millrace.records import types
from millrace.records.fields import ENRICHED, TEMPLATE_ID, Fields, document
from millrace.records.formats import Layout
from millrace.records.names import OTHER, Named, Place, names_at
from millrace.transform.spec import Spec

Step = Callable[[Fields], None]

# Made of a record's coordinates, of numbers of ours, and of fields that are looked at.
_MADE_HERE = ("_id", "kafka", "received_at", "anomaly", "parser_version")
_ROUTES_KEPT = 10_000


class RegisterError(Exception):
    """The register of routes failed: that is no line's fault. Its cause is what it raised."""


def storable(layout: Layout) -> Callable[[Fields], None]:
    """A function that raises UnstorableError where a field cannot be stored as its type."""
    checked = [field for field in document(layout, raw=False) if field.name not in _MADE_HERE]
    checks = [(field.name, types.checker(types.parsed(field.type))) for field in checked]
    texts = [name for name, check in checks if check is types.check_text]
    others = [(name, check) for name, check in checks if check is not types.check_text]

    def check(fields: Fields) -> None:
        take, name = fields.get, ""
        try:
            if not _are_ascii(map(take, texts)):
                for name in texts:
                    if (value := take(name)) is not None:
                        types.check_text(value)
            for name, check in others:
                value = take(name)
                if value is not None:
                    check(value)
        except types.UnstorableError as error:
            raise types.UnstorableError(f"{name}: {error}") from None

    return check


def _are_ascii(texts: Iterable[str | None]) -> bool:
    """Whether these are texts, and of ASCII, in which nothing can be wrong: nearly all are."""
    try:
        return "".join(filter(None, texts)).isascii()
    except TypeError:
        return False


def steps(spec: Spec, has_agents: bool) -> list[Step]:
    """What adds to the fields of a record, in this order.

    Each raises RegisterError where the register of routes fails, and nothing else of its own.
    """
    names = {field.name for field in ENRICHED[spec.layout]}
    steps: list[Step] = []
    if "country" in names and spec.country_database:
        country.opened(spec.country_database)  # Where it cannot be, no line is to blame.
        steps.append(lambda fields: _add_country(fields, spec.country_database))
    if "http_route" in names:
        name = lru_cache(_ROUTES_KEPT)(lambda template: _named(template, spec.named_routes))
        names_then = names_at(spec.route_epochs)
        steps.append(lambda fields: _add_route(fields, name, names_then))
    if set(agent.FIELDS) <= names and has_agents:
        steps.append(_add_agent)
    if TEMPLATE_ID.name in names and spec.templates:
        match = Matcher(spec.templates).match
        steps.append(lambda fields: _add_template(fields, match))
    return steps


def _add_country(fields: Fields, database: str) -> None:
    # Some servers look it up by themselves.
    if fields.get("country") is None:
        fields["country"] = country.country(database, fields.get("client_ip"))


def _add_route(
    fields: Fields,
    name: Callable[[str], str],
    names_then: Callable[[Place], frozenset[str] | None],
) -> None:
    template = route.http_route(fields.get("path"))
    if template is not None and fields.get("status_code") in route.UNROUTED:
        template = OTHER
    place = fields["kafka"]
    then = names_then(place) if place else None
    if template is None:
        fields["http_route"] = None
    elif then is None:
        fields["http_route"] = name(template)
    else:
        fields["http_route"] = template if template in then else OTHER


def _named(template: str, named: Named | None) -> str:
    """The template where it has a name; a register's answer stays the same."""
    if named is None or template == OTHER:
        return template
    try:
        names = named([template])
    except Exception as error:
        raise RegisterError from error
    return template if template in names else OTHER


def _add_agent(fields: Fields) -> None:
    fields["browser"], fields["os"], fields["device"] = agent.user_agent(fields.get("user_agent"))


def _add_template(fields: Fields, match: Callable[[str], str | None]) -> None:
    message = fields.get("message")
    # One character more than is looked at tells whether there are more.
    fields["template_id"] = None if message is None else match(message[: MAX_CHARACTERS + 1])
