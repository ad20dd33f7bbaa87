"""Names whose number is bounded."""

from collections.abc import Callable, Iterable

Named = Callable[[Iterable[str]], set[str]]
"""Tells those of some values that have a name: what is registered stays so."""

OTHER = "{other}"
"""In place of the values that have none."""
