"""What a feed's chain is made of."""

from dataclasses import dataclass

from millrace.detect.rules import RecordRules
from millrace.detect.templates import Template
from millrace.parse import envelopes
from millrace.parse.options import DEFAULT, Options
from millrace.records.formats import Format, Layout, Mask, layout
from millrace.records.limits import MAX_RECORD_BYTES
from millrace.records.names import Epoch, Named

Envelope = envelopes.Name | envelopes.Keys


@dataclass(frozen=True)
class Spec:
    """What a feed's chain is made of: a value that can be sent to a worker.

    ``named_routes`` and, by the names of figures' keys, ``named_keys`` bound what has a name;
    ``route_epochs`` are the routes' names of older lines.
    """

    formats: tuple[Format, ...]
    service_name: str
    max_line_bytes: int
    rules: RecordRules
    max_record_bytes: int = MAX_RECORD_BYTES
    masks: tuple[Mask, ...] = ()
    max_future_skew_s: int = 300
    store_raw: bool = True
    country_database: str = ""
    templates: tuple[Template, ...] = ()
    named_routes: Named | None = None
    route_epochs: tuple[Epoch, ...] = ()
    named_keys: tuple[tuple[str, Named], ...] = ()
    service_name_field: str | None = None
    options: Options = DEFAULT
    envelope: Envelope = "auto"

    @property
    def layout(self) -> Layout:
        """How the feed's documents are laid out."""
        return layout(tuple(format.name for format in self.formats))
