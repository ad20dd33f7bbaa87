"""Lines in the JSON objects of Filebeat, Fluent Bit, Vector, Logstash and Docker.

Shippers can decode a line that is JSON itself; its members then stand beside their own. A format
that reads JSON is given these as an object.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from millrace.parse import json, members
from millrace.parse.envelopes import cri, names, paths
from millrace.parse.envelopes.syslog import PRI
from millrace.parse.envelopes.unwrapped import PARTIAL, Unwrapped, instant, line_within
from millrace.parse.json import Members
from millrace.parse.zones import Zone

_RAW = "log"
"""The member that holds the line as it was read, never a member of it."""

_MARKING = frozenset({"logtag", "_p", "partial_message", "_partial", "log", "log.flags"})
_FLAGS = ("multiline", "truncated")
_TAGS = "tags"


@dataclass(frozen=True)
class Shipper:
    """How a shipper wraps lines.

    ``lines`` and ``times`` are the paths of members that may hold the line and its time, the first
    that is there counts. ``own`` are the paths of members, at most one object deep, that are the
    shipper's where a decoded line's stand beside them; empty where it never decodes.
    """

    lines: tuple[str, ...]
    times: tuple[str, ...]
    names: paths.Names
    own: frozenset[str] = frozenset()

    @cached_property
    def _mixed(self) -> frozenset[str]:
        """The objects of which some members are the shipper's."""
        return frozenset(path.partition(".")[0] for path in self.own if "." in path)

    @cached_property
    def _known(self) -> frozenset[str]:
        """The keys that are the shipper's wherever they stand."""
        return self._mixed.union(self.own, self.names, self.times, self.lines, {_TAGS})

    def read(
        self, sent: dict[str, Any], received_at: int, *, for_json: bool, zone: Zone
    ) -> Unwrapped | None:
        """What is inside; None where no member holds a line.

        Raises RejectedError (empty) where the line has no text.
        """
        path, value = self._line(sent, for_json=for_json)
        if for_json and self.own and path != _RAW and self._is_decoded(sent, value):
            theirs, decoded = self._parted(sent)
            if theirs and any(key not in (path, _TAGS, *self.times) for key, _ in decoded):
                return self._unwrapped(json.written(decoded), theirs, received_at, zone)
        text = members.text(value)
        if path is None or text is None:
            return None
        # Where the line is `json`, `message` is one of its members.
        held = self.lines if path == "json" else (path,)
        theirs = {key: value for key, value in sent.items() if key not in held}
        if text.startswith("{") and not self._known.issuperset(theirs):
            line = members.object_within(text.rstrip("\r\n")) or {}
            theirs = {key: one for key, one in theirs.items() if key in self.own or key not in line}
        return self._unwrapped(line_within(text), theirs, received_at, zone)

    def _line(self, sent: dict[str, Any], *, for_json: bool) -> tuple[str | None, Any]:
        """The path and value of the member that holds the line."""
        found: tuple[str | None, Any] = (None, None)
        for path in self.lines:
            value = paths.find(sent, path)
            # Elastic's names have an object `log`, for the file.
            if value is None or (path == _RAW and value.__class__ is not str):
                continue
            if not for_json or is_wrapped(value):
                return path, value
            if found[0] is None:
                found = path, value
        return found

    def _is_decoded(self, sent: dict[str, Any], value: Any) -> bool:
        """Whether the value is no line: a member of one that was decoded, or nothing."""
        if not is_wrapped(value):
            return True
        # A message may begin with a brace, too.
        may_be_message = value.__class__ is str and value.startswith("{")
        has_more = may_be_message and not self._known.issuperset(sent)
        return has_more and members.object_within(value.rstrip("\r\n")) is None

    def _parted(self, sent: dict[str, Any]) -> tuple[dict[str, Any], Members]:
        """The shipper's members, and those of the line that it decoded."""
        theirs: dict[str, Any] = {}
        decoded = Members()
        for key, value in sent.items():
            if key in self.own:
                theirs[key] = value
            elif key in self._mixed and value.__class__ is Members:
                inner = Members(one for one in value if f"{key}.{one[0]}" not in self.own)
                if len(inner) < len(value):
                    theirs[key] = Members(one for one in value if f"{key}.{one[0]}" in self.own)
                decoded.extend([(key, inner)] if inner else [])
            else:
                decoded.append((key, value))
        return theirs, decoded

    def _unwrapped(
        self, line: str, theirs: dict[str, Any], received_at: int, zone: Zone
    ) -> Unwrapped:
        time = None
        for key in self.times:
            read = instant(theirs.get(key), received_at, zone)
            if read is not None:
                del theirs[key]
                time = read if time is None else time
        attributes = paths.attributes(theirs.items(), self.names)
        if not _MARKING.isdisjoint(theirs):
            attributes |= _marks(theirs)
        return Unwrapped(line, attributes, time)


FILEBEAT = Shipper(("message", "json"), ("@timestamp",), names.ELASTIC, names.ELASTIC_OWN)
LOGSTASH = Shipper(("message", "event.original"), ("@timestamp",), names.ELASTIC, names.ELASTIC_OWN)
# The time that the container's runtime wrote is nearer to the line's.
FLUENT_BIT = Shipper(
    ("log", "message"), ("time", "@timestamp"), names.FLUENT_BIT, names.FLUENT_BIT_OWN
)
VECTOR = Shipper(("message",), ("timestamp",), names.VECTOR, names.VECTOR_OWN)
_DOCKER = Shipper(("log",), ("time",), names.DOCKER)


def read_docker(sent: dict[str, Any], received_at: int, *, zone: Zone) -> Unwrapped | None:
    """The member ``log`` of Docker's driver ``json-file``, or of its ``fluentd``; else None.

    The first ends lines with a line feed, and parts of lines without one.
    """
    found = _DOCKER.read(sent, received_at, for_json=False, zone=zone)
    if found is not None and "time" in sent and not sent["log"].endswith("\n"):
        found.attributes[PARTIAL] = "true"
    return found


def is_wrapped(value: Any) -> bool:
    """Whether a member may hold a line that is JSON: an object or its text, enveloped or not."""
    if value.__class__ is not str:
        return value.__class__ is Members
    text: str = value.lstrip(" ")
    return text.startswith("{") or bool(cri.HEAD.match(text) or PRI.match(text))


def _marks(sent: dict[str, Any]) -> dict[str, str]:
    """What attributes say of a line that is a part of one, cut, or joined from several."""
    tag = members.text(sent.get("logtag") or sent.get("_p")) or ""
    parts = (members.text(sent.get(key)) for key in ("partial_message", "_partial"))
    marks = {PARTIAL: "true"} if tag.startswith("P") or "true" in parts else {}
    flags = paths.find(sent, "log.flags")
    if flags.__class__ is list:
        marks |= {f"log.{flag}": "true" for flag in _FLAGS if flag in flags}
    return marks
