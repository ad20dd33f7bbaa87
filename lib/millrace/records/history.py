"""The history of an entity: each of its changes once, in a collection beside the store."""

from collections.abc import Sequence

SUFFIX = "_history"  # of an entity's name: the collection of its changes
COLLECTION = "entity_histories"  # from when on each of them tells all
KEY_ORDER = "key_order"  # its index: by key, then by position and arrival, the last first

_DIGITS = 16  # hexadecimal, of one number of a position


def collection(entity: str) -> str:
    """The name of the collection that has an entity's changes."""
    return f"{entity}{SUFFIX}"


def order(position: Sequence[int]) -> str:
    """A text that sorts as positions of one source do: databases do not compare lists so.

    Of numbers from -1 to 2**63 - 1. That of no position comes before all others.
    """
    return "".join(f"{number + 1:0{_DIGITS}x}" for number in position)
