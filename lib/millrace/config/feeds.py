"""Feeds, and the formats that the configuration declares."""

import json
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator, model_validator

from millrace.config.models import PositiveInt, Ratio, Section
from millrace.records.formats import (
    KINDS,
    Envelope,
    Escape,
    Format,
    Kind,
    Layout,
    Mask,
    Unit,
    layout,
)
from millrace.records.levels import Level
from millrace.records.limits import MAX_LINE_BYTES, MAX_RECORD_BYTES


class EnvelopeKeys(Section):
    """An envelope of one's own: a JSON object, and the dotted paths of what is in it."""

    line: str
    timestamp: str | None = None
    attributes: tuple[str, ...] = ()


class Example(Section):
    """A line, and the fields that it must come to: `millrace formats test` tries it."""

    line: str
    expect: dict[str, Any] | None


class Declaration(Section):
    """A format of one's own, by exactly one of the ways that there are.

    ``escape`` is that of nginx's ``log_format``; ``patterns`` are for ``grok``. ``version`` is
    to be raised when the declaration changes: it is stored with each record.
    """

    nginx: str | None = None
    apache: str | None = None
    grok: str | tuple[str, ...] | None = None
    regex: str | None = None
    keys: dict[str, Any] | None = Field(default=None, alias="json")
    iis: tuple[str, ...] | None = None
    escape: Escape | None = None
    patterns: dict[str, str] | None = None
    version: PositiveInt = 1
    examples: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> "Declaration":
        kinds = [kind for kind in KINDS if self._written(kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"expected exactly one of {', '.join(KINDS)}")
        for option, kind in (("escape", "nginx"), ("patterns", "grok")):
            if getattr(self, option) is not None and kinds != [kind]:
                raise ValueError(f"{option} is for {kind} alone")
        return self

    @property
    def kind(self) -> Kind:
        """The way by which it is declared."""
        return next(kind for kind in KINDS if self._written(kind) is not None)

    def named(self, name: str) -> Format:
        """The format of that name."""
        declared: dict[str, Any] = {self.kind: self._written(self.kind)}
        options = {"escape": self.escape, "patterns": self.patterns}
        declared |= {option: value for option, value in options.items() if value is not None}
        return Format(name, self.kind, json.dumps(declared), self.version)

    def _written(self, kind: Kind) -> Any:
        return self.keys if kind == "json" else getattr(self, kind)


class Feed(Section):
    """One topic of one format, or of some that are tried in turn: the unit of configuration.

    ``timezone`` is that of times without one; ``response_time_unit`` that of response times whose
    format leaves it open; ``levels`` names the level of words and numbers that the feed has;
    ``service_name_field`` is a field, or ``attributes.NAME``, whose value is the service.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    format: str | None = None
    formats: tuple[str, ...] = ()
    service_name: str
    service_name_field: str | None = None
    envelope: Envelope | EnvelopeKeys = "auto"
    timezone: str = "UTC"
    response_time_unit: Unit | None = None
    levels: dict[str, Level] = {}
    store_raw: bool = True
    retention_days: PositiveInt | None = None
    max_line_bytes: Annotated[int, Field(ge=1, le=MAX_LINE_BYTES)] = 262_144
    max_record_bytes: Annotated[int, Field(ge=1, le=MAX_RECORD_BYTES)] = 4_194_304
    max_future_skew_s: PositiveInt = 300
    max_lateness_s: PositiveInt = 600
    max_routes: PositiveInt = 500
    max_services: PositiveInt = 200
    max_error_codes: PositiveInt = 500
    max_dead_ratio: Ratio = 0.1
    stop_above_max_dead_ratio: bool = False
    mask: tuple[Mask, ...] = ()
    mask_archive: bool = False

    @field_validator("max_record_bytes")
    @classmethod
    def _record_holds_a_line(cls, record: int, others: ValidationInfo) -> int:
        line = others.data.get("max_line_bytes", 0)
        if record < line:
            raise ValueError(f"expected at least max_line_bytes, which is {line}, not {record}")
        return record

    @field_validator("envelope", mode="before")
    @classmethod
    def _envelope_is_known(cls, envelope: Any) -> Any:
        if isinstance(envelope, str) and envelope not in get_args(Envelope):
            named = ", ".join(get_args(Envelope))
            raise ValueError(
                f"expected {named}, or line, timestamp and attributes, not {envelope!r}"
            )
        if isinstance(envelope, dict):
            return EnvelopeKeys(**envelope)
        return envelope

    @field_validator("timezone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, KeyError, ValueError):
            raise ValueError(
                f"expected a time zone of the IANA database, as Europe/Berlin, not {name!r}"
            ) from None
        return name

    @field_validator("levels", mode="before")
    @classmethod
    def _words_are_texts(cls, levels: Any) -> Any:
        """YAML takes 3 for a number, and NO for a truth value."""
        return {str(k): v for k, v in levels.items()} if isinstance(levels, dict) else levels

    @model_validator(mode="after")
    def _has_formats(self) -> "Feed":
        if bool(self.format) == bool(self.formats):
            raise ValueError("expected a format, or formats that are tried in turn")
        if len(set(self.tried)) < len(self.tried):
            raise ValueError("a format is named twice")
        if "shop" in self.formats:
            raise ValueError(
                "shop cannot be tried with others: its events have fields of their own"
            )
        return self

    @property
    def tried(self) -> tuple[str, ...]:
        """The names of the formats that are tried in turn."""
        return (self.format,) if self.format else self.formats

    @property
    def layout(self) -> Layout:
        """How the feed's documents are laid out."""
        return layout(self.tried)
