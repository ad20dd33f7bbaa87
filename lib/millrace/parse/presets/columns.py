"""Lines in columns -> the columns as texts, without the quotes around them."""

import re

# A quote closes a column only where a blank or the end follows: agents may hold quotes. One that is
# never closed, as in a line that was cut, reaches to the end.
_BETWEEN_BLANKS = re.compile(r'"[^"]*+(?:"(?! |\Z)[^"]*+)*+(?:"|\Z)|[^ ]++')
_BEHIND_COMMA = re.compile(r',("[^"]*+(?:""[^"]*+)*+"|[^",]*+)')


def names(text: str) -> tuple[str, ...]:
    """The names of columns, written between blanks."""
    return tuple(text.split())


def by_blanks(line: str) -> list[str]:
    """The columns between blanks; one in quotes may hold blanks."""
    return [
        column[1:].removesuffix('"') if column[0] == '"' else column
        for column in _BETWEEN_BLANKS.findall(line)
    ]


def by_commas(line: str) -> list[str] | None:
    """The columns of CSV, where two quotes stand for one within quotes; None where it is none."""
    columns = _BEHIND_COMMA.findall("," + line)
    if sum(map(len, columns)) + len(columns) != len(line) + 1:
        return None
    return [column[1:-1].replace('""', '"') if column[:1] == '"' else column for column in columns]


def address_and_port(text: str) -> str:
    """An address with its port, an IPv6 address in brackets.

    For columns that always have a port, which stands after the last colon.
    """
    address, _, port = text.rpartition(":")
    return f"[{address}]:{port}" if ":" in address and address[0] != "[" else text
