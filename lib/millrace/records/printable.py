"""Text as it may be shown, whatever a line has in it: nothing in it is an order to a terminal.

Escape sequences rename the window, fill the clipboard or hide lines (CVE-2021-25743); marks of
direction make a text read as another (CVE-2021-42574); a lone surrogate cannot be encoded at all.
"""

_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))  # C0, DEL, C1
_FORMATS = (
    0x061C,  # Arabic letter mark
    *(0x200E, 0x200F),  # left-to-right, right-to-left mark
    *(0x2028, 0x2029),  # line and paragraph separator
    *range(0x202A, 0x202F),  # embeddings and overrides
    *range(0x2066, 0x206A),  # isolates
    0xFEFF,  # byte order mark
    *range(0xD800, 0xE000),  # surrogates
)
_NAMED = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}

_ONE_LINE = str.maketrans(
    {chr(code): f"\\x{code:02x}" for code in _CONTROLS}
    | {chr(code): f"\\u{code:04x}" for code in _FORMATS}
    | _NAMED
)
_LINES = {code: text for code, text in _ONE_LINE.items() if chr(code) not in "\n\t"}
# Those below are escaped already within JSON's strings, and outside of them are white space.
_JSON = {code: f"\\u{code:04x}" for code in _ONE_LINE if code >= 0x20}


def printable(text: str) -> str:
    r"""``text`` within one line, its control and bidirectional characters as ``\x1b``, ``\u202e``.

    Tab, line feed and carriage return are ``\t``, ``\n``, ``\r``. A backslash stays as it is.
    """
    return text.translate(_ONE_LINE)


def printable_lines(text: str) -> str:
    """The same of a text of several lines, such as a trace: tabs and line feeds stay."""
    return text.translate(_LINES)


def printable_json(text: str) -> str:
    """JSON text that means the same, with those characters in JSON's own escapes."""
    return text.translate(_JSON)
