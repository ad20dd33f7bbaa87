"""The chain of one feed: one Kafka record's bytes -> a document's fields, or a dead letter.

It is a function of the line and of when it was received: no clock, no randomness, and no I/O but
the country database, a local file. Whatever a line does to it costs that line alone. Only the
register that names routes is asked elsewhere, by a function that is handed in: where that fails,
no line is judged.
"""

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from millrace.detect import rules
from millrace.detect.rules import RecordRules
from millrace.detect.templates import MAX_CHARACTERS, Matcher, Template
from millrace.enrich import agent, country, route, skew
from millrace.enrich.route import NamedRoutes
from millrace.parse import parser, text, truncate
from millrace.parse.rejection import DETAIL_CHARACTERS, RejectedError
from millrace.records import received, types
from millrace.records.dead_letters import Reason
from millrace.records.fields import ENRICHED, TEMPLATE_ID, Fields, document
from millrace.records.formats import Format, Mask
from millrace.records.limits import MAX_RECORD_BYTES

# Made of a record's coordinates, of numbers of ours, and of fields that are looked at.
_MADE_HERE = ("_id", "kafka", "received_at", "anomaly", "parser_version")
_CHAINS = 64  # that a process keeps compiled
_ROUTES_KEPT = 10_000


@dataclass(frozen=True)
class Spec:
    """What a feed's chain is made of: a value that can be sent to a worker."""

    format: Format
    service_name: str
    max_line_bytes: int
    rules: RecordRules
    max_record_bytes: int = MAX_RECORD_BYTES
    masks: tuple[Mask, ...] = ()
    max_future_skew_s: int = 300
    store_raw: bool = True
    country_database: str = ""
    templates: tuple[Template, ...] = ()
    named_routes: NamedRoutes | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A line that is no record: why, and what is kept of its bytes.

    ``raw_bytes`` is the length of what came where ``value`` is not all of it.
    """

    reason: Reason
    detail: str
    value: bytes | None
    raw_bytes: int | None


class _RegisterError(Exception):
    """The register of routes failed: that is no line's fault. Its cause is what it raised."""


class Chain:
    """A compiled chain."""

    def __init__(self, spec: Spec, *, has_agents: bool = True) -> None:
        """Without ``has_agents`` browser, os and device are left out where no rule asks for them.

        What is left out decides nothing: a line is a record with them or without.
        """
        module = parser(spec.format)
        self.version: int = module.VERSION
        self._parse: Callable[[str, int], Fields] = module.parse
        self._spec = spec
        self._score = rules.scorer(spec.rules, spec.format)
        asked = rules.fields_of(spec.rules)
        self._steps = list(_steps(spec, has_agents or bool(asked & set(agent.FIELDS))))
        self._check = _storable(spec.format)

    def outcome(
        self, value: bytes | None, raw_bytes: int | None, milliseconds: int | None
    ) -> Fields | Letter:
        """The fields of a record, or the letter that the line comes to.

        It raises what the register of routes raises, and nothing else.

        ``value`` is at most ``max_record_bytes`` long; where it was cut, ``raw_bytes`` is the
        length of the whole. ``milliseconds`` is Kafka's timestamp. Times are in microseconds since
        1970. Fields without a value are None or left out; ``raw`` is the line where it is stored.
        """
        try:
            if self._spec.masks and value is not None:
                # Should that fail, nothing unmasked is kept.
                line, value = value, None
                limit, masks = self._spec.max_record_bytes, self._spec.masks
                value, raw_bytes = truncate.kept(line, raw_bytes, limit, masks)
            return self._fields(value, raw_bytes, milliseconds)
        except RejectedError as rejected:
            return Letter(rejected.reason, rejected.detail, value, raw_bytes)
        except _RegisterError as error:
            raise error.__cause__ or error from None
        except Exception as error:
            return internal_error(error, value, raw_bytes)

    def _fields(
        self, value: bytes | None, raw_bytes: int | None, milliseconds: int | None
    ) -> Fields:
        spec = self._spec
        if milliseconds is None or not received.is_plausible(milliseconds):
            # Whatever the line says: its own time could be held against none.
            raise RejectedError("bad_timestamp", received.implausible(milliseconds) or "")
        line = text.decode(value, raw_bytes, spec.max_line_bytes)
        received_at = milliseconds * 1_000
        fields = self._parse(line, received_at)
        fields["received_at"] = received_at
        fields["timestamp"], fields["timestamp_claimed"] = skew.guarded(
            fields["timestamp"], received_at, spec.max_future_skew_s
        )
        fields["service_name"] = fields.get("service_name") or spec.service_name
        for step in self._steps:
            step(fields)
        fields["parser_version"] = self.version
        fields["anomaly"] = self._score(fields)
        self._check(fields)
        if spec.store_raw:
            fields["raw"] = line if len(line) == len(value or b"") else (value or b"").decode()
        return fields


@lru_cache(_CHAINS)
def compiled(spec: Spec, *, has_agents: bool = True) -> Chain:
    """The chain of a spec, made once in a process."""
    return Chain(spec, has_agents=has_agents)


def internal_error(error: Exception, value: bytes | None, raw_bytes: int | None) -> Letter:
    """The letter of a line at which the chain itself failed: the error's class, and where."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    said = f"{type(error).__name__}{where}: {error}"
    return Letter("internal_error", said[:DETAIL_CHARACTERS], value, raw_bytes)


def _storable(format: Format) -> Callable[[Fields], None]:
    """A function that raises UnstorableError where a field cannot be stored as its type."""
    checked = [field for field in document(format, raw=False) if field.name not in _MADE_HERE]
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


def _steps(spec: Spec, has_agents: bool) -> list[Callable[[Fields], None]]:
    """What adds to the fields of a record, in this order."""
    names = {field.name for field in ENRICHED[spec.format]}
    steps: list[Callable[[Fields], None]] = []
    if "country" in names:
        country.opened(spec.country_database)  # Where it cannot be, no line is to blame.
        steps.append(lambda fields: _add_country(fields, spec.country_database))
    if "http_route" in names:
        name = lru_cache(_ROUTES_KEPT)(lambda template: _named(template, spec.named_routes))
        steps.append(lambda fields: _add_route(fields, name))
    if set(agent.FIELDS) <= names and has_agents:
        steps.append(_add_agent)
    if TEMPLATE_ID.name in names and spec.templates:
        match = Matcher(spec.templates).match
        steps.append(lambda fields: _add_template(fields, match))
    return steps


def _add_country(fields: Fields, database: str) -> None:
    fields["country"] = country.country(database, fields.get("client_ip"))


def _add_route(fields: Fields, name: Callable[[str], str]) -> None:
    template = route.http_route(fields.get("path"))
    fields["http_route"] = template if template is None else name(template)


def _named(template: str, named: NamedRoutes | None) -> str:
    """The template where it has a name; a register's answer stays the same."""
    if named is None:
        return template
    try:
        names = named([template])
    except Exception as error:
        raise _RegisterError from error
    return template if template in names else route.OTHER


def _add_agent(fields: Fields) -> None:
    fields["browser"], fields["os"], fields["device"] = agent.user_agent(fields.get("user_agent"))


def _add_template(fields: Fields, match: Callable[[str], str | None]) -> None:
    message = fields.get("message")
    # One character more than is looked at tells whether there are more.
    fields["template_id"] = None if message is None else match(message[: MAX_CHARACTERS + 1])
