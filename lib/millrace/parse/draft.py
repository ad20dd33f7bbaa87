"""A record in the making: what a parser finds is put in, and comes out typed and complete."""

import re
from collections.abc import Callable
from typing import Any

from millrace.parse import durations, notations, traces
from millrace.parse.level import by_status
from millrace.parse.options import Options
from millrace.parse.rejection import RejectedError, found
from millrace.parse.request import request
from millrace.records.fields import Fields
from millrace.records.formats import Unit

ABSENT = ("", "-")
"""What stands where there is no value: nothing, or a single ``-``."""

_STATUS = re.compile(r"[0-9]{1,3}\Z")
_COUNT = re.compile(r"[0-9]{1,15}\Z")
_PORT = re.compile(r"\[?([^\]]*)\]?:([0-9]{1,5})\Z")


class Draft:
    """A record in the making; absent values (``ABSENT`` and None) are passed over."""

    __slots__ = ("_options", "_received_at", "attributes", "fields")

    def __init__(self, options: Options, received_at: int) -> None:
        """``received_at`` is the time to take where the line names none, or a part of one."""
        self._options, self._received_at = options, received_at
        self.fields: Fields = {}
        self.attributes: dict[str, str] = {}

    def put(self, field: str, sent: str | None) -> None:
        """Sets a field of the record; raises RejectedError (bad_value) where its type is another.

        Numbers of status codes and bytes are read; all others are texts.
        """
        if sent is None or sent in ABSENT:
            return
        read = _READ.get(field)
        value = sent if read is None else read(sent)
        if value is None:
            raise RejectedError("bad_value", found(field, sent))
        self.fields[field] = value

    def attribute(self, name: str, sent: str | None) -> None:
        """Keeps a value without a field of its own, as it was sent."""
        if sent is None or sent in ABSENT:
            return
        self.attributes[name.replace("\0", "\\u0000") if "\0" in name else name] = sent

    def time(self, text: str) -> None:
        """Sets the time by a text in any notation; raises RejectedError (bad_timestamp)."""
        moment = notations.moment(text, self._options.wall(self._received_at))
        if moment is None:
            raise RejectedError("bad_timestamp", found("timestamp", text))
        time, is_local = moment
        if is_local:
            self.wall_time(time)
        else:
            self.fields["timestamp"] = time

    def instant(self, microseconds: int | None, text: str) -> None:
        """Sets the time; raises RejectedError (bad_timestamp) with ``text`` where it is None."""
        if microseconds is None:
            raise RejectedError("bad_timestamp", found("timestamp", text))
        self.fields["timestamp"] = microseconds

    def wall_time(self, microseconds: int) -> None:
        """Sets the time by what clocks show in the feed's zone, and marks where that is doubted."""
        self.fields["timestamp"] = self._options.local(microseconds, self.attributes)

    def level(self, word: str | None) -> None:
        """Sets the level by a word or number; one that is not known is kept as an attribute."""
        if word is None or word in ABSENT:
            return
        level = self._options.level(word)
        if level:
            self.fields["level"] = level
        else:
            self.attributes["level"] = word

    def response_time(self, number: str | None, unit: Unit) -> None:
        """Sets the response time; ``-1`` means that there is none.

        Raises RejectedError (bad_value) where it is no number of at most a billion ms.
        """
        if number is None or number in ABSENT or number == "-1":
            return
        value = durations.milliseconds(number, unit)
        if value is None:
            raise RejectedError("bad_value", found("response_time_ms", number))
        self.fields["response_time_ms"] = value

    def request(self, text: str | None) -> None:
        """Sets method, path and protocol, or the whole as ``request`` where it is not these."""
        if text is not None and text not in ABSENT:
            self.fields.update(request(text))

    def client(self, text: str | None) -> None:
        """Sets the client's address, and its port where one stands after it."""
        if text is None or text in ABSENT:
            return
        match = _PORT.match(text)
        # More than one colon without brackets: an IPv6 address alone.
        if match and (":" not in match[1] or text.startswith("[")):
            self.fields["client_ip"] = match[1]
            self.attributes["client.port"] = match[2]
        else:
            self.fields["client_ip"] = text.strip("[]")

    def trace(self, text: str | None) -> None:
        """Keeps the trace id, in W3C's form where the text has one that can be."""
        if text is not None and text not in ABSENT:
            self.attributes.update(traces.attributes(text))

    def done(self) -> Fields:
        """The record's fields: with a level by its status, and a time, where it has none."""
        fields = self.fields
        if "timestamp" not in fields:
            fields["timestamp"] = self._received_at
        if "level" not in fields:
            fields["level"] = by_status(fields.get("status_code"))
        fields["attributes"] = self.attributes or None
        return fields


def _status(text: str) -> int | None:
    return int(text) if _STATUS.match(text) else None


def _count(text: str) -> int | None:
    return int(text) if _COUNT.match(text) else None


_READ: dict[str, Callable[[str], Any]] = {"status_code": _status, "bytes": _count}
