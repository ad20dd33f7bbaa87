"""What a source was found to be: made ready, or asked for its state."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Prepared:
    """What was made in a database, what is wrong there, and what it does not carry; in lines."""

    made: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SourceState:
    """What a database says of its connector: a line, and whether changes are lost for good.

    PostgreSQL also tells how many bytes of its log it keeps for the connector, and, where it has a
    limit, how many more it can write until it drops what is not read.
    """

    text: str
    is_lost: bool = False
    is_wrong: bool = False
    retained_bytes: int | None = None
    free_bytes: int | None = None
