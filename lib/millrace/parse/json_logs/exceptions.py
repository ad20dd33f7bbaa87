"""Errors as loggers send them, a text, an object or a list -> ``exception.*``, and error codes."""

import re
from typing import Any

from millrace.parse.json import Members
from millrace.parse.json_logs.event import Event, Sent, text

TYPE, MESSAGE, STACK = "exception.type", "exception.message", "exception.stacktrace"

_PYTHON = "Traceback (most recent call last):"
_LONGEST_HEAD = 4_096  # characters: a line that is longer is no type and message
# The first line of Java's, .NET's and JavaScript's: the last part of a type begins upper case.
_HEAD = re.compile(
    r'(?:Exception in thread "[^"\n]{0,200}" )?'
    r"((?:[A-Za-z_$][\w$+`-]{0,100}[.]){0,20}[A-Z][\w$+`]{0,100})(?:: ?(.*))?\Z",
    re.ASCII | re.DOTALL,
)
_PYTHON_TYPE = re.compile(r"([A-Za-z_][\w.]{0,200})(?:: (.*))?\Z", re.DOTALL)
_IN_ONE_LINE = "   at "  # .NET's console has blanks for the ends of a trace's lines
_LOOKS_LIKE_TYPE = ("Error", "Exception", "Warning", "Failure", "Fault", "Panic", "Throwable")

# The keys of an error's object, in any logger.
_PARTS = {
    TYPE: [
        "type",
        "name",
        "exc_type",
        "exception_class",
        "className",
        "class",
        "errorType",
        "kind",
    ],
    MESSAGE: ["message", "msg", "exception_message", "exc_value", "errorMessage"],
    STACK: ["stack", "stacktrace", "stack_trace", "stackTrace", "extendedStackTrace", "stepArray"],
}


def stack(event: Event, key: str, value: Any) -> bool:
    """Keeps a stack trace, and the type and message that it names."""
    trace = _joined(value)
    if trace is None:
        return False
    event.attributes.setdefault(STACK, trace)
    for name, part in head(trace).items():
        event.attributes.setdefault(name, part)
    return True


def error(event: Event, key: str, value: Any) -> bool:
    """Keeps an error: an object of its parts, its message, or a text that is its stack trace."""
    if value.__class__ is Members:
        _of_object(event, key, dict(value))
        return True
    if value.__class__ is list:
        # structlog has one object for the error, and others for what caused it.
        if value and value[0].__class__ is Members:
            first: Sent = dict(value[0])
            named: Sent = {name: first[name] for name in ("exc_type", "exc_value") if name in first}
            _of_object(event, key, {**named, "stack": value})
            return True
        return stack(event, key, value)
    if value.__class__ is not str:
        return False
    if "\n" in value or _IN_ONE_LINE in value:
        return stack(event, key, value)
    event.attributes.setdefault(MESSAGE, value)
    return True


def exception(event: Event, key: str, value: Any) -> bool:
    """The same of a member that by its name is a stack trace, though it may be of one line."""
    if value.__class__ is str and head(value):
        return stack(event, key, value)
    return error(event, key, value)


def head(trace: str) -> dict[str, str]:
    """The type and message that a stack trace names; nothing where it names none."""
    begins = trace.rfind(_PYTHON)
    if begins >= 0:
        return _of_python(trace[begins + len(_PYTHON) :])
    first = trace.lstrip("\n").partition("\n")[0].partition(_IN_ONE_LINE)[0].rstrip()
    match = _HEAD.match(first) if len(first) <= _LONGEST_HEAD else None
    if not match or (match[2] is None and not match[1].endswith(_LOOKS_LIKE_TYPE)):
        return {}
    return _named(match)


def _of_python(trace: str) -> dict[str, str]:
    """The type and message after the frames of a trace, which are indented."""
    last = next((line for line in trace.split("\n") if line and line[0] not in " \r"), "")
    match = _PYTHON_TYPE.match(last.rstrip()) if len(last) <= _LONGEST_HEAD else None
    return _named(match) if match else {}


def _named(match: re.Match[str]) -> dict[str, str]:
    return {TYPE: match[1], MESSAGE: match[2]} if match[2] else {TYPE: match[1]}


def _of_object(event: Event, key: str, sent: dict[str, Any]) -> None:
    attributes = event.attributes
    for name, alternatives in _PARTS.items():
        found = next((each for each in alternatives if text(sent.get(each)) is not None), None)
        if found is None:
            continue
        value = sent.pop(found)
        part = _stack_of(attributes, value) if name == STACK else text(value)
        if part is not None:
            attributes[name] = part
    for name, part in head(attributes.get(STACK, "")).items():
        attributes.setdefault(name, part)
    code = text(sent.pop("code", None))
    if code is not None:
        event.fields.setdefault("error_code", code)
    event.keep_all(key, sent)


def _stack_of(attributes: dict[str, str], value: Any) -> str | None:
    """A stack trace as text; of frames that are objects, as Java prints them."""
    is_frames = value.__class__ is list and value and all(_is_frame(each) for each in value)
    if not is_frames:
        return _joined(value)
    parts = (attributes.get(TYPE), attributes.get(MESSAGE))
    lines = [": ".join(part for part in parts if part)]
    return "\n".join(line for line in [*lines, *map(_frame, value)] if line)


def _is_frame(value: Any) -> bool:
    if value.__class__ is not Members:
        return False
    names = {name for name, _ in value}
    return bool(names & {"className", "class"} and names & {"methodName", "method"})


def _frame(value: Members) -> str:
    sent = {name: text(part) for name, part in value}
    owner = sent.get("className") or sent.get("class")
    method = sent.get("methodName") or sent.get("method")
    file = sent.get("fileName") or sent.get("file")
    line = sent.get("lineNumber") or sent.get("line")
    place = f"{file}:{line}" if file and line else file or "Unknown Source"
    return f"\tat {owner}.{method}({place})"


def _joined(value: Any) -> str | None:
    """A text as it is, a list of texts as lines, all others as JSON."""
    if value.__class__ is list and all(each.__class__ is str for each in value):
        return "\n".join(each.rstrip("\n") for each in value) or None
    return text(value)
