"""Events of .NET: Serilog's two forms, and the console of Microsoft.Extensions.Logging."""

import re
from collections.abc import Callable
from typing import Any

from millrace.parse.json import Members
from millrace.parse.json_logs.event import Event, Sent, text
from millrace.parse.json_logs.generic import fill, pairs_of
from millrace.parse.json_logs.keys import PAIRS, table, with_own

_LONGEST = 32_768  # characters: a template with its values filled in
# {Name}, {@Name}, {Name,8:0.00}; braces are doubled where they are meant as such.
_TOKEN = re.compile(r"\{\{|\}\}|\{[@$]?([\w.]{1,100})(?:,-?[0-9]{1,4})?(:[^{}]{0,100})?\}")

# What ASP.NET Core says of requests.
_PAIRS = with_own(
    {
        "method": "Method",
        "path": "Path",
        "protocol": "Protocol",
        "virtual_host": "Host",
        "url.scheme": "Scheme",
    },
    of=PAIRS,
)
_COMPACT = with_own(
    {
        "timestamp": "@t",
        "level": "@l",
        "message": "@m",
        "exception": "@x",
        "trace_id": "@tr",
        "span_id": "@sp",
    },
    of=PAIRS,
)
_SERILOG = table(
    {
        "timestamp": "Timestamp",
        "level": "Level",
        "message": "RenderedMessage",
        "exception": "Exception",
        "trace_id": "TraceId",
        "span_id": "SpanId",
    }
)
_CONSOLE = with_own({"otel.scope.name": "Category", "exception": "Exception"})


def compact(event: Event, sent: Sent) -> None:
    """Serilog's compact form (CLEF), where no level is Information."""
    template = sent.pop("@mt", None)
    fields = event.fields
    if "@l" not in sent:
        fields["level"] = "INFO"
    if template.__class__ is str and "@m" not in sent:
        renderings = sent.get("@r")
        # One for each token with a form, in their order.
        texts = iter(renderings if renderings.__class__ is list else ())
        fields["message"] = filled(template, sent, lambda name: next(texts, None))
    # A key that begins with @ has it doubled.
    own = [(key[1:] if key.startswith("@@") else key, value) for key, value in sent.items()]
    fill(event, own, _COMPACT)
    if template != fields.get("message"):
        event.keep("@mt", template)


def is_serilog(sent: Sent) -> bool:
    """Whether it is of Serilog's JsonFormatter."""
    return "Timestamp" in sent or "Level" in sent


def serilog(event: Event, sent: Sent) -> None:
    """Serilog's JsonFormatter."""
    template, properties = sent.pop("MessageTemplate"), sent.pop("Properties", None)
    pairs = properties if properties.__class__ is Members else Members()
    if template.__class__ is str and "RenderedMessage" not in sent:
        renderings = _renderings(sent.pop("Renderings", None))
        event.fields["message"] = filled(template, dict(pairs), renderings.get)
    fill(event, sent.items(), _SERILOG)
    pairs_of(event, "Properties", pairs, _PAIRS)
    if template != event.fields.get("message"):
        event.keep("MessageTemplate", template)


def _renderings(value: Any) -> Sent:
    """Of ``{name: [{"Format": .., "Rendering": ..}]}`` the first rendering of each name."""
    found = {}
    for name, forms in value if value.__class__ is Members else ():
        first = forms[0] if forms.__class__ is list and forms else None
        if first.__class__ is Members:
            found[name] = dict(first).get("Rendering")
    return found


def is_console(sent: Sent) -> bool:
    """Whether it is of the console of Microsoft.Extensions.Logging."""
    return "LogLevel" in sent or "Category" in sent


def console(event: Event, sent: Sent) -> None:
    """The JSON console of Microsoft.Extensions.Logging."""
    state, scopes = sent.pop("State", None), sent.pop("Scopes", None)
    fill(event, sent.items(), _CONSOLE)
    if state.__class__ is Members:
        said = (sent.get("Message"), None)
        pairs = [(key, one) for key, one in state if key not in _TEXTS or one not in said]
        pairs_of(event, "State", Members(pairs), _PAIRS)
    else:
        event.keep("State", state)
    rest = []
    for scope in scopes if scopes.__class__ is list else [scopes]:
        if scope.__class__ is Members:
            own = Members(pair for pair in scope if pair[0] not in _TEXTS)
            pairs_of(event, "Scopes", own, _PAIRS)
        elif scope is not None:
            rest.append(scope)
    event.keep("Scopes", rest or None)


_TEXTS = ("Message", "{OriginalFormat}")


def filled(template: str, values: Sent, rendering: Callable[[str], Any]) -> str:
    """The template with its values; by ``rendering`` where it asks for a form of theirs.

    Names without a value stay as they are; so does a template that would become very long.
    """
    parts: list[str] = []
    length = end = 0
    for token in _TOKEN.finditer(template):
        part = token[0][0]
        if token[1]:
            rendered = rendering(token[1]) if token[2] else None
            value = rendered if rendered is not None else values.get(token[1])
            part = token[0] if value is None else str(text(value) or value)
        parts += (template[end : token.start()], part)
        length += len(part)
        end = token.end()
        if length > _LONGEST:
            return template
    return "".join([*parts, template[end:]])
