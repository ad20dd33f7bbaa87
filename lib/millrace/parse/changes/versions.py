"""Changes as versions of their rows: what each row had then, and when another took its place."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from millrace.parse.changes.latest import Placed, carried, identity

Before = Callable[[Placed], Mapping[str, Any] | None]
"""The values that a row had before a change, by what is stored; None where it had none."""


@dataclass(frozen=True)
class Version:
    """A change with every value that its row had then, as far as it is known.

    ``superseded_ms`` is when the broker received the change that took its place; None while none
    has. It is behind none that came before: such a one takes nothing's place.
    """

    placed: Placed
    superseded_ms: int | None


def versions(changes: Iterable[Placed], before: Before) -> list[Version]:
    """Each change of one partition, in the order in which they came.

    Values that a change does not carry (``Change.unchanged``) are those of the version before it:
    of these changes, or else what ``before`` tells.
    """
    made: list[Placed] = []
    ended: dict[int, int] = {}
    standing: dict[bytes, list[int]] = {}
    for placed in changes:
        change = placed.change
        if change.op == "t":
            for places in standing.values():
                _end(made, ended, places, placed)
            made.append(placed)
            continue
        places = standing.setdefault(identity(change.key), [])
        furthest = max(places, key=lambda n: (made[n].change.position, n), default=None)
        known = None if furthest is None else made[furthest]
        whole = _whole(placed, known, before)
        _end(made, ended, places, placed)
        places.append(len(made))
        made.append(whole)
    return [Version(placed, ended.get(place)) for place, placed in enumerate(made)]


def _end(made: list[Placed], ended: dict[int, int], places: list[int], by: Placed) -> None:
    """Notes the standing versions that are not ahead of ``by`` as superseded."""
    for place in [*places]:
        if made[place].change.position <= by.change.position:
            ended[place] = by.received_ms
            places.remove(place)


def _whole(placed: Placed, known: Placed | None, before: Before) -> Placed:
    change = placed.change
    if not change.unchanged:
        return placed
    if known is not None:
        is_behind = change.position < known.change.position
        return placed if is_behind else replace(placed, change=carried(known, change))
    values = before(placed) or {}
    filled = {name: values[name] for name in change.unchanged if name in values}
    return replace(
        placed,
        change=replace(
            change,
            values={**change.values, **filled},
            unchanged=change.unchanged - filled.keys(),
        ),
    )
