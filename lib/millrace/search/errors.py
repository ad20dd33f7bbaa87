"""Why a query cannot be answered."""

from collections.abc import Sequence

from millrace.records.printable import printable

_SHOWN_CHARACTERS = 40


class QueryError(Exception):
    """A query that cannot be answered.

    ``message`` says in one printable line what is wrong. ``position`` is the offset of the
    character where it is wrong, from 0. ``nearest`` has names of fields that may be meant.
    """

    def __init__(self, message: str, position: int, nearest: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message, self.position, self.nearest = message, position, tuple(nearest)


def shown(text: str) -> str:
    """A part of a query as messages show it: printable, in quotes, and short."""
    short = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
    return f'"{printable(short)}"'
