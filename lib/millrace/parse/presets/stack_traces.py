"""Stack traces at the end of a record of several lines: Java's and Python's."""

import re
from dataclasses import dataclass

from millrace.parse.draft import Draft

# The lines that only a trace of Java's has.
_FRAME = re.compile(r"\n[ \t]*+(?:at [^\n]|Caused by: |Suppressed: |\.\.\. [0-9]{1,9} )")
_CLASS = r"[A-Za-z_$][\w$]*+(?:\.[A-Za-z_$][\w$]*+)*+"
_HEADING = re.compile(
    rf'\n(?:Exception in thread "[^"\n]*+" )?({_CLASS})(?:: ?([^\n]*+))?(?=\n|\Z)'
)
_ALONE = re.compile(rf"({_CLASS})(?:: ?(.*))?\Z", re.DOTALL)
_THROWN = ("Exception", "Error", "Throwable")

_MARK = "Traceback (most recent call last):\n"
# The frames and their code are indented, so the first line that is not names the exception.
_RAISED = re.compile(r"\n([A-Za-z_][\w.]*+)(?:: ?([^\n]*+))?(?=\n|\Z)")


@dataclass(frozen=True, slots=True)
class StackTrace:
    """A trace as it was written, and what its first line, or Python's last, says of the type."""

    text: str
    type: str | None = None
    message: str | None = None


def of_java(text: str) -> tuple[str, StackTrace | None]:
    """What comes before the trace, and the trace, None where there is none.

    It begins with the name of a class, in a line after the first; where that is missing, as in a
    record that was cut or whose message is the exception itself, with the first frame.
    """
    if "\n" not in text:
        return text, None
    frame = _FRAME.search(text)
    end = frame.start() if frame else len(text)
    heading = _heading(text, end, has_frames=frame is not None)
    if heading:
        trace = StackTrace(text[heading.start() + 1 :], heading[1], heading[2])
        return text[: heading.start()], trace
    return (text[:end], StackTrace(text[end + 1 :])) if frame else (text, None)


def of_python(text: str) -> tuple[str, StackTrace | None]:
    """What comes before the traceback, and that, None where there is none.

    Where one exception was raised while another was handled it is named by the last.
    """
    begins = text.find(_MARK)
    if begins < 0:
        return text, None
    raised = _RAISED.search(text, text.rfind(_MARK) + len(_MARK) - 1)
    type, message = raised.groups() if raised else (None, None)
    return text[:begins].rstrip("\n"), StackTrace(text[begins:], type, message)


def put(draft: Draft, trace: StackTrace | None) -> None:
    """Sets the attributes of a trace."""
    if trace is None:
        return
    draft.attribute("exception.type", trace.type)
    draft.attribute("exception.message", trace.message)
    draft.attribute("exception.stacktrace", trace.text)


def exception(text: str) -> tuple[str, str | None] | None:
    """The class and the message of a text that is an exception's own; None for others."""
    match = _ALONE.match(text)
    return (match[1], match[2]) if match and match[1].endswith(_THROWN) else None


def _heading(text: str, end: int, *, has_frames: bool) -> re.Match[str] | None:
    """The line that names what was thrown; without frames after it, its name must say so."""
    first = None
    for match in _HEADING.finditer(text, 0, end):
        is_qualified = "." in match[1]
        if match[1].endswith(_THROWN) and (has_frames or is_qualified):
            return match
        if has_frames and first is None and is_qualified:
            first = match
    return first
