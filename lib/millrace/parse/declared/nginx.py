r"""Formats that nginx's ``log_format`` declares.

The declaration is the directive's text, or its quoted pieces as they stand in a configuration::

    $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent

Each variable ends at the literal after it. Those that set no field of a record stand in
``attributes``: request headers as ``http.request.header.NAME``, variables of a user's own by their
names. A directive that looks like JSON is read by its variables as well: what nginx writes by it
need not be JSON, since a variable without a value leaves nothing.
"""

import re
from decimal import Decimal

from millrace.parse import durations
from millrace.parse.declared import directive_pattern, directive_steps, nginx_variables
from millrace.parse.declared.directive import PATH, Escaping, Template, Value, checked, plain
from millrace.parse.declared.directive_record import Attributes, Step, parser_of
from millrace.parse.declared.directive_split import last_split
from millrace.parse.options import Options, Parse
from millrace.records.fields import Fields
from millrace.records.formats import Escape

_ESCAPINGS: dict[str, Escaping] = {"default": "hex", "json": "backslash", "none": "none"}
_VARIABLE = re.compile(r"\$(?:([A-Za-z0-9_]++)|\{([A-Za-z0-9_]++)\})")
_SHOWN_CHARACTERS = 20  # of a declaration, in what is said of it
_PATHS, _QUERIES = ("$uri", "$document_uri"), ("$args", "$query_string")
_JSON_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt])|u([0-9A-Fa-f]{4}))')
_JSON_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UPSTREAM_TIME = "upstream_response_time"
_BETWEEN_GROUPS, _BETWEEN_SERVERS = " : ", ", "


# The whole statement, as it stands in nginx.conf.
_STATEMENT = re.compile(
    r"\s*+log_format\s++\S++\s++(?:escape=([a-z]++)\s++)?(['\"].*)\Z", re.DOTALL
)


def parser(declaration: str, options: Options, escape: Escape = "default") -> Parse:
    """What parses lines of the declared format; ``escape`` is the directive's own parameter.

    Raises ValueError, with a sentence for its user, where no line could be read by it.
    """
    statement = _STATEMENT.match(declaration)
    if statement:
        declaration, written = statement[2], statement[1] or escape
        escape = written if written in _ESCAPINGS else escape  # type: ignore[assignment]
    template = checked(_template(plain(declaration)))
    escaping = _ESCAPINGS[escape]
    if escaping == "none":
        splits = last_split(template, "usual"), last_split(template, "any")
    else:
        splits = directive_pattern.splits(template, escaping)
    steps = [*directive_steps.common(template), *_steps(template)]
    unescape = _unescaped if escape == "json" else None
    return parser_of(template, splits, options, steps, unescape)


def _template(text: str) -> Template:
    """The variables and literals of a directive."""
    literals, names, position = [""], [], 0
    while (dollar := text.find("$", position)) >= 0:
        match = _VARIABLE.match(text, dollar)
        if match is None:
            shown = text[dollar : dollar + _SHOWN_CHARACTERS]
            raise ValueError(f"expected a variable, $NAME or ${{NAME}}, not {shown!r}")
        literals[-1] += text[position:dollar]
        names.append(match[1] or match[2])
        literals.append("")
        position = match.end()
    literals[-1] += text[position:]
    if not names:
        shown = text[:_SHOWN_CHARACTERS]
        raise ValueError(f"expected variables, as $remote_addr, but there is none in {shown!r}")
    if "binary_remote_addr" in names:
        raise ValueError("$binary_remote_addr is raw bytes, no text: expected $remote_addr")
    values = [nginx_variables.value(name) for name in names]
    return Template(literals[0], _with_whole_targets(list(zip(values, literals[1:], strict=True))))


def _with_whole_targets(slots: list[tuple[Value, str]]) -> tuple[tuple[Value, str], ...]:
    """The slots with one value for ``$uri$is_args$args``, the three parts of one text."""
    joined: list[tuple[Value, str]] = []
    position = 0
    while position < len(slots):
        value, literal = slots[position]
        three = slots[position : position + 3]
        names = [each.name for each, _ in three]
        is_target = (
            len(three) == 3
            and names[0] in _PATHS
            and names[1] == "$is_args"
            and names[2] in _QUERIES
        )
        if is_target and literal == three[1][1] == "":
            value = Value("".join(names), PATH, "_path_and_query")
            literal = three[2][1]
            position += 2
        joined.append((value, literal))
        position += 1
    return tuple(joined)


def _steps(template: Template) -> list[Step]:
    attributes = {value.attribute for value in template.values}
    steps: list[Step] = []
    if "proxy_protocol_addr" in attributes:
        steps.append(_proxied_client)
    if _UPSTREAM_TIME in attributes:
        steps.append(_upstream_time)
    return steps


def _proxied_client(fields: Fields, attributes: Attributes, received_at: int) -> None:
    """The address that a balancer named is the client's where nothing else is."""
    if "client_ip" not in fields and "proxy_protocol_addr" in attributes:
        fields["client_ip"] = attributes.pop("proxy_protocol_addr")


def _upstream_time(fields: Fields, attributes: Attributes, received_at: int) -> None:
    """Without a time of the request it is the sum of those of the servers that were tried."""
    sent = attributes.get(_UPSTREAM_TIME)
    if sent is None or "response_time_ms" in fields:
        return
    seconds = sent.replace(_BETWEEN_GROUPS, _BETWEEN_SERVERS).split(_BETWEEN_SERVERS)
    times = [text for text in seconds if durations.milliseconds(text, "s") is not None]
    total = durations.milliseconds(f"{sum(map(Decimal, times)):f}", "s") if times else None
    if total is not None:
        fields["response_time_ms"] = total


def _unescaped(text: str) -> str:
    """The text without JSON's escapes; what is none stays as it is."""
    return _JSON_ESCAPE.sub(_sign, text) if "\\" in text else text


def _sign(escape: re.Match[str]) -> str:
    letter, code = escape.groups()
    if letter:
        return _JSON_ESCAPED.get(letter, letter)
    is_half = 0xD800 <= int(code, 16) <= 0xDFFF  # of a pair, which nginx does not write
    return escape[0] if is_half else chr(int(code, 16))
