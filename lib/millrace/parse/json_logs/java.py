"""Events of log4j2 and logback."""

import re
from typing import Any

from millrace.parse.json import Members
from millrace.parse.json_logs import moments
from millrace.parse.json_logs.event import Event, Sent, text
from millrace.parse.json_logs.generic import fill, pairs_of
from millrace.parse.json_logs.keys import with_own

_LONGEST = 32_768  # characters: a message with its arguments filled in
_PLACE = re.compile(r"\{\}")

_LOG4J = with_own({"timestamp": "instant timeMillis"})
_LOGSTASH = with_own({"code.file.path": "file", "code.line.number": "line_number"})
_LOGBACK = with_own({"message": "formattedMessage", "error": "throwable"})


def log4j(event: Event, sent: Sent) -> None:
    """Log4j2's JsonLayout and the default of its JsonTemplateLayout."""
    fill(event, sent.items(), _LOG4J)
    attributes = event.attributes
    _function(event, attributes.pop("source.class", None), attributes.pop("source.method", None))


def is_logstash(sent: Sent) -> bool:
    """Whether it is of log4j2's LogstashJsonEventLayoutV1, where a method is Java's."""
    return "logger_name" in sent or "@version" in sent


def is_called(sent: Sent) -> bool:
    """Whether it names a method with its class, so that it is no request's."""
    return "method" in sent


def logstash(event: Event, sent: Sent) -> None:
    """Log4j2's LogstashJsonEventLayoutV1."""
    owner, method = sent.pop("class", None), sent.pop("method", None)
    fill(event, sent.items(), _LOGSTASH)
    _function(event, text(owner), text(method))


def ecs(event: Event, sent: Sent) -> None:
    """The Elastic Common Schema as log4j2 and others write it, with dots in the keys."""
    nested = sent.get("labels")
    labels = Members(nested if nested.__class__ is Members else ())
    for key in [key for key in sent if key.startswith("labels.")]:
        labels.append((key.removeprefix("labels."), sent.pop(key)))
    if labels:
        sent["labels"] = labels
    fill(event, sent.items())


def encoder(event: Event, sent: Sent) -> None:
    """What logstash-logback-encoder writes with caller data."""
    owner, method = sent.pop("caller_class_name", None), sent.pop("caller_method_name", None)
    fill(event, sent.items())
    _function(event, text(owner), text(method))


def logback(event: Event, sent: Sent) -> None:
    """Logback's own JsonEncoder."""
    time, nanoseconds = moments.integer(sent.get("timestamp")), sent.pop("nanoseconds", None)
    if time is not None and nanoseconds is not None:
        # Both count: the milliseconds since 1970, and the nanoseconds of their second.
        exact = moments.of_seconds(time // 1_000, nanoseconds)
        if exact is not None:
            sent["timestamp"] = exact
    arguments = sent.pop("arguments", None)
    pairs = sent.pop("kvpList", None)
    message = sent.get("message")
    if "formattedMessage" not in sent and message.__class__ is str:
        sent["message"] = _filled(message, arguments)
    fill(event, sent.items(), _LOGBACK)
    if pairs:
        pairs_of(event, "kvpList", pairs)
    event.keep("arguments", arguments or None)


def _filled(template: str, arguments: Any) -> str:
    """The message with its arguments in the places that are left for them."""
    if arguments.__class__ is not list or not arguments:
        return template
    places = len(_PLACE.findall(template))
    texts = [text(each) or "" for each in arguments[:places]]
    if len(template) + sum(map(len, texts)) > _LONGEST:
        return template
    values = iter(texts)
    return _PLACE.sub(lambda place: next(values, place[0]), template)


def _function(event: Event, owner: str | None, method: str | None) -> None:
    """Keeps a method with its class before it, as OpenTelemetry has functions."""
    name = ".".join(part for part in (owner, method) if part)
    if name:
        event.attributes.setdefault("code.function.name", name)
