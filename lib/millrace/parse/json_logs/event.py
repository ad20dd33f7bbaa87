"""A record in the making of a JSON event: it takes values as JSON has them."""

from collections.abc import Callable, Mapping
from typing import Any

from millrace.parse import durations
from millrace.parse.draft import ABSENT, Draft
from millrace.parse.json import Double, Members, written
from millrace.parse.json_logs import moments
from millrace.parse.json_logs.scales import Scale
from millrace.parse.options import Options
from millrace.records.formats import Unit

Setter = Callable[["Event", str, Any], bool]
"""The record, a member's key and its value -> whether the value was what the key says."""

Sent = dict[str, Any]
"""The members of an event's object; of a repeated key the last."""

# Objects with more members stay whole: each member's name grows by that of its object, and the
# document by all of them.
MOST_MEMBERS = 500


class Event(Draft):
    """A record in the making of a JSON event; where a member says nothing it is passed over."""

    __slots__ = ()

    @property
    def options(self) -> Options:
        """What the feed says of its lines."""
        return self._options

    @property
    def received_at(self) -> int:
        """The time to take where the event names none."""
        return self._received_at

    @received_at.setter
    def received_at(self, microseconds: int) -> None:
        """For what stands within: a shipper's or a collector's time comes before the receipt."""
        self._received_at = microseconds

    def keep(self, name: str, value: Any, within: str = "") -> None:
        """Keeps a member under its own name; where that is taken, under ``within.name``."""
        if name in self.attributes:
            if not within:
                return
            name = f"{within}.{name}"
        self.attribute(name, text(value))

    def keep_all(self, within: str, members: Mapping[str, Any]) -> None:
        """Keeps the members of an object under ``within.name``; of very many, the object."""
        if len(members) > MOST_MEMBERS:
            self.keep(within, Members(members.items()))
            return
        for name, value in members.items():
            self.keep(f"{within}.{name}", value)

    def take(self, other: "Event", within: str) -> None:
        """Takes over what it does not have itself; attributes of a name it has, as ``within.name``.

        The other is a record in the making of what stands within, and so counts less.
        """
        for field, value in other.fields.items():
            self.fields.setdefault(field, value)
        for name, sent in other.attributes.items():
            if self.attributes.setdefault(name, sent) != sent:
                self.attributes.setdefault(f"{within}.{name}", sent)

    def inner(self) -> "Event":
        """An empty record for what stands within this one."""
        return Event(self._options, self._received_at)

    def moment(self, value: Any) -> bool:
        """Sets the time by a member; False where it is no time."""
        found = moments.moment(value, self.options.wall(self._received_at))
        if found is None:
            return False
        time, is_local = found
        if is_local:
            self.wall_time(time)
        else:
            self.fields["timestamp"] = time
        return True

    def level_number(self, value: Any, scale: Scale) -> bool:
        """Sets the level by a number, unless a word has set it; False where it is none of them."""
        number = moments.integer(value)
        if number is None:
            return False
        own = (level for word, level in self._options.levels if word == str(number))
        level = next(own, None) or scale(number)
        if level:
            self.fields.setdefault("level", level)
        return level is not None

    def whole(self, field: str, value: Any) -> bool:
        """Sets a field of whole numbers; False where the member is none that the field takes."""
        number = moments.integer(value)
        if number is None or not 0 <= number < _BELOW.get(field, 10**15):
            return False
        self.fields[field] = number
        return True

    def duration(self, value: Any, unit: Unit | None) -> bool:
        """Sets the response time by a number of that unit, or a text that names its unit itself.

        ``-1`` means that there is none. False where the member is neither.
        """
        kind = value.__class__
        sent = str(value) if kind is int or kind is Double else text(value) or ""
        if sent == "-1":
            return True
        is_digits = kind is not str and "e" not in sent and "E" not in sent
        number = sent if is_digits else moments.plain(sent)
        if number is None:
            milliseconds = durations.with_unit(sent.replace(" ", "", 1))
        else:
            milliseconds = durations.milliseconds(number, unit) if unit else None
        if milliseconds is None:
            return False
        self.fields["response_time_ms"] = milliseconds
        return True


_BELOW = {"status_code": 1_000, "severity": 8, "facility": 24}


def text(value: Any) -> str | None:
    """A member as text: a string or number as it was sent, others as JSON; None where absent."""
    kind = value.__class__
    if kind is not str:
        if value is None:
            return None
        return str(value) if kind is int or kind is Double else written(value)
    return None if value in ABSENT else str(value)
