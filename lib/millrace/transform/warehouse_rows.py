"""One line of the archive -> its rows in the warehouse: plain Python, as all that a line means."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from millrace.enrich import skew
from millrace.parse import products, text, truncate
from millrace.parse.rejection import RejectedError
from millrace.records import received, types
from millrace.records.fields import DETAILS, Fields
from millrace.records.names import OTHER, Named, Place
from millrace.records.tables import COUNTRY, NO_VALUE, ROUTE, SERVICE
from millrace.records.warehouse import EVENTS, PRODUCTS, REQUESTS, Table
from millrace.records.warehouse_rows import own_columns
from millrace.transform.chain import Chain, Letter, Outcome, internal_error
from millrace.transform.spec import Spec
from millrace.windows.counts import microseconds
from millrace.windows.keys import METHODS, OTHER_METHOD, cleaned

Row = list[Any]

_HOUR_US = 3600 * received.SECOND
_MOST_US = (1 << 63) - 1
_NAMES_KEPT = 10_000
_CHARACTERS = {"service_name": SERVICE, "http_route": ROUTE, "country": COUNTRY}


class Lines(Protocol):
    """What tells the records of a line of Kafka, as ``Chain`` does."""

    def outcomes(
        self,
        value: bytes | None,
        raw_bytes: int | None,
        milliseconds: int | None,
        place: Place | None = None,
    ) -> Sequence[Outcome]:
        """What each line of the record comes to."""


class ProductLines:
    """What lines of a feed of products come to: changes of products, or letters."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        columns = own_columns(PRODUCTS)
        self._checks = [(c.name, types.checker(types.parsed(c.type))) for c in columns]

    def outcomes(
        self,
        value: bytes | None,
        raw_bytes: int | None,
        milliseconds: int | None,
        place: Place | None = None,
    ) -> Sequence[Outcome]:
        """The one change that the record is, or the one letter; it never raises."""
        try:
            return (self._change(value, raw_bytes, milliseconds),)
        except RejectedError as rejected:
            return (Letter(rejected.reason, rejected.detail, None, raw_bytes),)
        except Exception as error:
            return (internal_error(error, None, raw_bytes),)

    def _change(
        self, value: bytes | None, raw_bytes: int | None, milliseconds: int | None
    ) -> Fields:
        spec = self._spec
        if milliseconds is None or not received.is_plausible(milliseconds):
            raise RejectedError("bad_timestamp", received.implausible(milliseconds) or "")
        if spec.masks and value is not None:
            value, raw_bytes = truncate.kept(value, raw_bytes, spec.max_record_bytes, spec.masks)
        fields = products.parse(text.decode(value, raw_bytes, spec.max_line_bytes), spec.options)
        received_at = milliseconds * 1_000
        # A change that was dated years ahead would be the newest for as long.
        changed_at = skew.guarded(fields["changed_at"], received_at, spec.max_future_skew_s)[0]
        fields |= {"changed_at": changed_at, "received_at": received_at}
        for name, check in self._checks:
            if fields[name] is not None:
                check(fields[name])
        return fields


def lines_of(table: Table, spec: Spec, compiled: Callable[[Spec], Chain]) -> Lines:
    """What tells the records of lines that are loaded into ``table``."""
    return ProductLines(spec) if table == PRODUCTS else compiled(spec)


def row_of(table: Table, spec: Spec) -> Callable[[Fields], Row]:
    """What makes a record the values of ``own_columns`` of its table, times in microseconds."""
    if table == REQUESTS:
        return _Requests(dict(spec.named_keys))
    within = {field.name for field in DETAILS} if table == EVENTS else set()
    values = [
        _value(_SOURCES.get(column.name, column.name), column.name in within, column.type)
        for column in own_columns(table)
    ]
    return lambda fields: [value(fields) for value in values]


_SOURCES = {"event_at": "timestamp"}


def _value(source: str, is_detail: bool, type: str) -> Callable[[Fields], Any]:
    stored = _text if type == "string" else None
    if is_detail:
        return lambda fields: _stored((fields.get("details") or {}).get(source), stored)
    return lambda fields: _stored(fields.get(source), stored)


def _stored(value: Any, stored: Callable[[Any], str] | None) -> Any:
    return value if value is None or stored is None else stored(value)


def _text(value: Any) -> str:
    """A text as PostgreSQL takes it, which has no NUL; of others their JSON."""
    if value.__class__ is str:
        return value.replace("\0", "\ufffd") if "\0" in value else value
    return json.dumps(_without_nul(value), ensure_ascii=False, separators=(",", ":"))


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_nul(each) for each in value]
    return value


class _Requests:
    """What a request counts as: its hour and keys, as figures name them, bytes and time."""

    def __init__(self, named: dict[str, Named]) -> None:
        self._service = lru_cache(_NAMES_KEPT)(_named_by(named.get(SERVICE.name)))
        self._cleaned = lru_cache(_NAMES_KEPT)(cleaned)

    def __call__(self, fields: Fields) -> Row:
        """The values; all None where the record is of no request."""
        if fields.get("status_code") is None:
            return [None] * len(own_columns(REQUESTS))
        timestamp: int = fields["timestamp"]
        keys = {name: fields.get(name) for name in _CHARACTERS}
        values: Row = [
            timestamp - timestamp % _HOUR_US,
            self._service(self._key("service_name", keys["service_name"])),
            self._key("http_route", keys["http_route"]),
            self._method(fields.get("method")),
            fields["status_code"],
            self._key("country", keys["country"]),
        ]
        return [
            *values,
            fields.get("bytes") or 0,
            _held(microseconds(fields.get("response_time_ms"))),
        ]

    def _key(self, name: str, value: str | None) -> str:
        return self._cleaned(value, _CHARACTERS[name].characters)

    def _method(self, method: str | None) -> str:
        if method is None or method in METHODS:
            return method or NO_VALUE
        return OTHER_METHOD


def _named_by(named: Named | None) -> Callable[[str], str]:
    """The name of a value, or that of all that have none."""

    def name(value: str) -> str:
        has_name = named is None or value == NO_VALUE or value in named([value])
        return value if has_name else OTHER

    return name


def _held(number: int | None) -> int | None:
    """The number where 64 bits hold it."""
    return number if number is not None and -_MOST_US <= number <= _MOST_US else None


def rows(
    outcomes: Iterable[Outcome],
    received_us: int,
    make: Callable[[Fields], Row],
    nothing: Row,
) -> Iterable[Row]:
    """The rows of one Kafka record: ``part``, ``received_at``, ``reason``, and its values."""
    for part, outcome in enumerate(outcomes):
        if isinstance(outcome, Letter):
            yield [part, received_us, outcome.reason, *nothing]
        else:
            yield [part, received_us, None, *make(outcome)]
