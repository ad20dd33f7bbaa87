"""The readers of the envelopes that have names, and what each expects."""

from collections.abc import Callable
from functools import partial
from typing import Any

from millrace.parse import members
from millrace.parse.envelopes import cloudwatch, cri, logstash, otlp, shippers, syslog
from millrace.parse.envelopes.unwrapped import Unwrap, Unwrapped
from millrace.parse.options import Options
from millrace.parse.rejection import RejectedError, found

ReadObject = Callable[[dict[str, Any], int], Unwrapped | None]
"""An object's members, and the time of receipt -> what is inside; None without a line."""

_EXPECTED = {
    "filebeat": "a JSON object with message",
    "fluent-bit": "a JSON object with log or message",
    "vector": "a JSON object with message",
    "logstash": "a JSON object with message, or a time, a host and the line",
    "docker": "a JSON object with log",
    "cri": "a time, a stream, a tag and the line",
    "otlp": "a JSON object with resourceLogs",
    "syslog": "a PRI, or a time, a host and a tag",
    "cloudwatch": "a JSON object with logEvents",
}
_SHIPPERS = {
    "filebeat": shippers.FILEBEAT,
    "fluent-bit": shippers.FLUENT_BIT,
    "vector": shippers.VECTOR,
    "logstash": shippers.LOGSTASH,
}


def of_objects(options: Options, *, for_json: bool) -> dict[str, ReadObject]:
    """The readers of envelopes that are JSON objects, by their names."""
    zone = options.zone
    return {
        **{
            name: partial(shipper.read, for_json=for_json, zone=zone)
            for name, shipper in _SHIPPERS.items()
        },
        "docker": partial(shippers.read_docker, zone=zone),
        "otlp": otlp.unwrap,
        "cloudwatch": cloudwatch.unwrap,
    }


def named(name: str, options: Options, *, for_json: bool) -> Unwrap:
    """What takes this envelope off; it raises RejectedError (bad_envelope) where there is none."""
    unwrap = _unwrap(name, options, for_json=for_json)
    expected = f"{name} has {_EXPECTED[name]}"

    def unwrap_or_reject(line: str, received_at: int) -> Unwrapped:
        unwrapped = unwrap(line, received_at)
        if unwrapped is None:
            raise RejectedError("bad_envelope", found(expected, line))
        return unwrapped

    return unwrap_or_reject


def _unwrap(name: str, options: Options, *, for_json: bool) -> Unwrap:
    if name == "cri":
        return cri.unwrap
    if name == "syslog":
        return syslog.unwrapper(options)
    read = of_objects(options, for_json=for_json)[name]

    def unwrap(line: str, received_at: int) -> Unwrapped | None:
        sent = members.object_within(line)
        if sent is not None:
            return read(sent, received_at)
        return logstash.unwrap(line, received_at) if name == "logstash" else None

    return unwrap
