"""Trace ids in the notations that loggers use -> the ids of W3C Trace Context."""

import re

_HEX = "[0-9a-fA-F]"
_TRACE = re.compile(rf"{_HEX}{{32}}\Z")
_PARENT = re.compile(rf"{_HEX}{{2}}-({_HEX}{{32}})-({_HEX}{{16}})-({_HEX}{{2}})(?:-|\Z)")
_X_RAY = re.compile(rf"(?:(?:Self=[^;]{{1,64}};)?Root=)?1-({_HEX}{{8}})-({_HEX}{{24}})(?:;|\Z)")
_GOOGLE = re.compile(rf"projects/[^/]+/traces/({_HEX}{{32}})\Z")


def attributes(text: str) -> dict[str, str]:
    """``trace_id`` and what else the text says of ``span_id`` and ``trace_flags``.

    Understood are 32 hexadecimal digits, a ``traceparent``, AWS X-Ray's and Google's; any other
    text is the id as it was sent. Nothing is said where the id is all zeros, which means none.
    """
    parent = _PARENT.match(text)
    if parent:
        trace_id, span_id, flags = (part.lower() for part in parent.groups())
        found = {"trace_id": trace_id, "span_id": span_id, "trace_flags": flags}
    elif _TRACE.match(text):
        found = {"trace_id": text.lower()}
    elif match := _X_RAY.match(text):
        found = {"trace_id": (match[1] + match[2]).lower()}
    elif match := _GOOGLE.match(text):
        found = {"trace_id": match[1].lower()}
    else:
        found = {"trace_id": text}
    return {name: value for name, value in found.items() if value.strip("0")}
