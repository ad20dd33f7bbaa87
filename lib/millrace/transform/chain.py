"""The chain of one feed: one Kafka record's bytes -> a document's fields, or a dead letter.

It is a function of the line and of when it was received: no clock, no randomness, and no I/O but
the country database, a local file. Whatever a line does to it costs that line alone. Only the
register that names routes is asked elsewhere, by a function that is handed in: where that fails,
no line is judged.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from millrace.detect import rules
from millrace.enrich import agent, skew
from millrace.parse import envelopes, parser, text, truncate, version
from millrace.parse.json_logs import parts
from millrace.parse.level import level
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import DETAIL_CHARACTERS, RejectedError
from millrace.records import received
from millrace.records.dead_letters import Reason
from millrace.records.fields import Fields
from millrace.records.formats import Format
from millrace.records.names import Place
from millrace.records.received import MOST_PARTS
from millrace.transform.spec import Spec
from millrace.transform.steps import RegisterError, steps, storable

_JSON = (b"{", b"[")  # what begins otherwise holds one line
# As shippers know them.
_SERVICE_NAME, _SEVERITY = "service.name", "severity"
_CHAINS = 64  # that a process keeps compiled


@dataclass(frozen=True, slots=True)
class Letter:
    """A line that is no record: why, and what is kept of its bytes.

    ``raw_bytes`` is the length of what came where ``value`` is not all of it.
    """

    reason: Reason
    detail: str
    value: bytes | None
    raw_bytes: int | None


Outcome = Fields | Letter


class Chain:
    """A compiled chain."""

    def __init__(self, spec: Spec, *, has_agents: bool = True) -> None:
        """Without ``has_agents`` browser, os and device are left out where no rule asks for them.

        What is left out decides nothing: a line is a record with them or without.
        """
        self._spec, layout = spec, spec.layout
        self._parse = _tried(spec.formats, spec.options)
        # That of letters too: the last format that was tried judged the line.
        self.version = version(spec.formats[-1])
        readers = {format.kind or format.name for format in spec.formats}
        self._is_json = bool(readers & {"app", "shop", "json"})
        self._unwrap = envelopes.unwrapper(
            spec.envelope,
            for_json=self._is_json,
            for_syslog="syslog" in readers,
            options=spec.options,
        )
        self._score = rules.scorer(spec.rules, layout)
        asked = rules.fields_of(spec.rules)
        self._steps = list(steps(spec, has_agents or bool(asked & set(agent.FIELDS))))
        self._check = storable(layout)

    def outcomes(
        self,
        value: bytes | None,
        raw_bytes: int | None,
        milliseconds: int | None,
        place: Place | None = None,
    ) -> Sequence[Outcome]:
        """What each line of the record comes to, in order: nearly always it holds one.

        The arguments are those of ``outcome``.
        """
        is_json = value is not None and value[:1] in _JSON and raw_bytes is None
        if value is None or not is_json or not self._may_be_several(value):
            return (self.outcome(value, raw_bytes, milliseconds, place),)
        try:
            texts = self._texts(value)
        except Exception:
            # It is judged, and said, as of any line.
            texts = None
        if texts is None or len(texts) == 1:
            return (self.outcome(value, raw_bytes, milliseconds, place),)
        if not 0 < len(texts) <= MOST_PARTS:
            detail = f"holds {len(texts)} events; expected 1 to {MOST_PARTS}"
            limit, masks = self._spec.max_record_bytes, self._spec.masks
            return (Letter("bad_envelope", detail, *truncate.kept(value, None, limit, masks)),)
        return [self._outcome(text.encode(), None, milliseconds, place) for text in texts]

    def _may_be_several(self, value: bytes) -> bool:
        """Whether a cheap look says that the record may hold several lines.

        Keys of OTLP, CloudWatch and Azure tell it, and the bracket of a list.
        """
        if value.startswith(b"["):
            return self._is_json
        return (
            b"resourceLogs" in value
            or b"logEvents" in value
            # What begins with a quote is long to look for in JSON.
            or (b"records" in value and b'"records"' in value)
        )

    def _texts(self, value: bytes) -> list[str] | None:
        """The lines that a record holds, masked; None where it is one."""
        if self._spec.masks:
            value, _ = truncate.kept(value, None, len(value), self._spec.masks)
        return parts.parts(text.decode(value, None, len(value)))

    def outcome(
        self,
        value: bytes | None,
        raw_bytes: int | None,
        milliseconds: int | None,
        place: Place | None = None,
    ) -> Outcome:
        """The fields of a record, or the letter that the line comes to.

        It raises what the register of routes raises, and nothing else.

        ``value`` is at most ``max_record_bytes`` long; where it was cut, ``raw_bytes`` is the
        length of the whole. ``milliseconds`` is Kafka's timestamp, ``place`` is needed where routes
        were forgotten. Times are in microseconds since
        1970. Fields without a value are None or left out; ``raw`` is the line where it is stored.
        """
        if self._spec.masks and value is not None:
            limit, masks = self._spec.max_record_bytes, self._spec.masks
            try:
                value, raw_bytes = truncate.kept(value, raw_bytes, limit, masks)
            except Exception as error:
                # Nothing unmasked is kept.
                return internal_error(error, None, raw_bytes)
        return self._outcome(value, raw_bytes, milliseconds, place)

    def _outcome(
        self,
        value: bytes | None,
        raw_bytes: int | None,
        milliseconds: int | None,
        place: Place | None,
    ) -> Outcome:
        """The same of a line that is masked."""
        try:
            return self._fields(value, raw_bytes, milliseconds, place)
        except RejectedError as rejected:
            return Letter(rejected.reason, rejected.detail, value, raw_bytes)
        except RegisterError as error:
            raise error.__cause__ or error from None
        except Exception as error:
            return internal_error(error, value, raw_bytes)

    def _fields(
        self,
        value: bytes | None,
        raw_bytes: int | None,
        milliseconds: int | None,
        place: Place | None,
    ) -> Fields:
        spec = self._spec
        if milliseconds is None or not received.is_plausible(milliseconds):
            # Whatever the line says: its own time could be held against none.
            raise RejectedError("bad_timestamp", received.implausible(milliseconds) or "")
        line = text.decode(value, raw_bytes, spec.max_line_bytes)
        received_at = milliseconds * 1_000
        fields = self._parsed(line, received_at)
        fields["received_at"] = received_at
        fields["timestamp"], fields["timestamp_claimed"] = skew.guarded(
            fields["timestamp"], received_at, spec.max_future_skew_s
        )
        fields["kafka"] = place
        fields["service_name"] = self._named(fields) or spec.service_name
        for step in self._steps:
            step(fields)
        fields.setdefault("parser_version", self.version)
        fields["anomaly"] = self._score(fields)
        self._check(fields)
        if spec.store_raw:
            fields["raw"] = line if len(line) == len(value or b"") else (value or b"").decode()
        return fields

    def _named(self, fields: Fields) -> str | None:
        """The service as the line names it, where the feed says in which field, there."""
        field = self._spec.service_name_field
        name: str | None = fields.get("service_name")
        if field is None:
            return name
        where, _, within = field.partition(".")
        value = (fields.get(where) or {}).get(within) if within else fields.get(where)
        return str(value) if value else name

    def _parsed(self, line: str, received_at: int) -> Fields:
        """What the line says, and what a shipper that wrapped it knew of it."""
        unwrapped = self._unwrap(line, received_at) if self._unwrap else None
        if unwrapped is None:
            return self._parse(line, received_at)
        inner = unwrapped.line.rstrip("\r\n")
        if not inner.strip(" "):
            raise RejectedError("empty", "no text in the envelope")
        # A line without a time of its own has the shipper's.
        fields = self._parse(inner, received_at if unwrapped.time is None else unwrapped.time)
        attributes = unwrapped.attributes | (fields.get("attributes") or {})
        if not fields.get("service_name"):
            fields["service_name"] = attributes.pop(_SERVICE_NAME, None)
        # What syslog or a collector says counts where the line itself says nothing worse.
        severity = level(unwrapped.attributes.get(_SEVERITY, ""))
        if severity and fields["level"] == "INFO" and fields.get("status_code") is None:
            fields["level"] = severity
        fields["attributes"] = attributes or None
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


def _tried(formats: tuple[Format, ...], options: Options) -> Parse:
    """What parses lines by the first of the formats that takes them."""
    if len(formats) == 1:
        return parser(formats[0], options)
    tries = [(format.name, parser(format, options), version(format)) for format in formats]

    def parse(line: str, received_at: int) -> Fields:
        refusals = []
        for name, parse, number in tries:
            try:
                fields = parse(line, received_at)
            except RejectedError as rejected:
                refusals.append((name, rejected))
                continue
            return fields | {"parser": name, "parser_version": number}
        detail = "; ".join(f"{name}: {each.reason}, {each.detail}" for name, each in refusals)
        raise RejectedError(refusals[-1][1].reason, detail[:DETAIL_CHARACTERS])

    return parse
