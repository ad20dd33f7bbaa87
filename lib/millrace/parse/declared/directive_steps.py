"""What log_format and LogFormat make of several values, or of a part of one."""

import re

from millrace.parse import traces
from millrace.parse.declared.directive import Template
from millrace.parse.declared.directive_pattern import addresses
from millrace.parse.declared.directive_record import Attributes, Step
from millrace.parse.draft import Draft
from millrace.parse.options import DEFAULT
from millrace.records.fields import Fields

_ADDRESSES = re.compile(rf"{addresses()}\Z")


def common(template: Template) -> list[Step]:
    """The steps that the template's values ask for."""
    fields = {value.field for value in template.values}
    return [step for names, step in _STEPS if fields & names]


def _client(fields: Fields, attributes: Attributes, received_at: int) -> None:
    """The first address of a list is the client's, where it stands for the client."""
    sent = fields.get("client_ip")
    if sent is not None and "," not in sent:
        return
    addresses = fields.get("forwarded_for") if sent is None else sent
    if addresses is None or not _ADDRESSES.match(addresses):
        return
    fields.setdefault("forwarded_for", addresses)
    draft = Draft(DEFAULT, received_at)
    draft.client(addresses.partition(",")[0])
    fields.pop("client_ip", None)
    fields.update(draft.fields)
    for name, value in draft.attributes.items():
        attributes.setdefault(name, value)


def _target(fields: Fields, attributes: Attributes, received_at: int) -> None:
    """Path and query that stand apart from the request are the path where there is none."""
    path, query = fields.pop("_path", None), fields.pop("_query", "").removeprefix("?")
    both = fields.pop("_path_and_query", None)
    if "path" not in fields and (both or path):
        fields["path"] = both or (f"{path}?{query}" if query else path)
        return
    if both:
        path, _, query = both.partition("?")
    if path:
        attributes["url.path"] = path
    if query:
        attributes["url.query"] = query


def _trace(fields: Fields, attributes: Attributes, received_at: int) -> None:
    if parent := fields.pop("_trace", None):
        attributes.update(traces.attributes(parent))


_STEPS: tuple[tuple[set[str], Step], ...] = (
    ({"client_ip", "forwarded_for"}, _client),
    ({"_path", "_query", "_path_and_query"}, _target),
    ({"_trace"}, _trace),
)
