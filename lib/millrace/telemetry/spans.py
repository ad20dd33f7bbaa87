"""What a batch did when: the spans of its trace."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """One span: its name, when it began and ended (epoch ns), and the database system it calls.

    ``error_type`` is the name of what it was ended by, where it failed.
    """

    name: str
    start_ns: int
    end_ns: int
    system: str | None = None
    error_type: str | None = None
