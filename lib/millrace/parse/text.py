"""Bytes -> a line of text, and what fields of text have in common."""

from millrace.parse.rejection import RejectedError

_BOM = b"\xef\xbb\xbf"


def decode(value: bytes | None, raw_bytes: int | None, max_line_bytes: int) -> str:
    """The line that ``value`` is, without its end and without a byte order mark.

    ``raw_bytes`` is the length of what came where ``value`` is only its beginning, else None.
    Raises RejectedError (too_long, empty, not_utf8). Of a value that is too long nothing but its
    length is looked at.
    """
    came = raw_bytes if raw_bytes is not None else len(value or b"")
    if raw_bytes is not None or came > max_line_bytes:
        raise RejectedError("too_long", f"{came} bytes")
    line = (value or b"").rstrip(b"\r\n")
    if not line.strip(b" "):
        raise RejectedError("empty", "no text")
    try:
        return line.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise RejectedError("not_utf8", "the bytes are not UTF-8") from None


def absent_if_dash(value: str | None) -> str | None:
    """The value, or None where it is a single ``-``, by which servers say that there is none."""
    return None if value == "-" else value
