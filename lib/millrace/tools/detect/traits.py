"""What a sample shows beside its format: an envelope, times without a zone, a unit."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from millrace.parse import envelopes
from millrace.parse.rejection import RejectedError
from millrace.parse.text import decode
from millrace.parse.zones import Zone
from millrace.records.fields import Fields
from millrace.records.formats import Format
from millrace.tools.detect.readings import outcome
from millrace.transform.chain import Chain, Letter
from millrace.transform.spec import Spec

# The more certain marks first.
_ENVELOPES: tuple[envelopes.Name, ...] = (
    *("filebeat", "fluent-bit", "vector", "docker", "cri", "otlp", "cloudwatch", "syslog"),
    "logstash",
)
_OTHER_ZONE = "Etc/GMT-7"
_SECONDS = re.compile(r"[0-9]+\.[0-9]{3}\Z")  # as nginx writes them
_MANY_MS = 10_000  # a median above that is more likely of microseconds


def envelope(lines: Sequence[bytes], spec: Spec, now_ms: int) -> str | None:
    """The name of the envelope that most lines have, None where they are bare."""
    is_json = any((one.kind or one.name) in ("json", "app", "shop") for one in spec.formats)
    is_syslog = any(one.name == "syslog" for one in spec.formats)
    found: Counter[str | None] = Counter()
    for line in lines:
        found[_wrapped_by(_decoded(line), now_ms * 1_000, is_json, is_syslog)] += 1
    return found.most_common(1)[0][0]


def _wrapped_by(line: str, received_at: int, is_json: bool, is_syslog: bool) -> str | None:
    def unwrapped(name: envelopes.Name) -> bool:
        unwrap = envelopes.unwrapper(name, for_json=is_json, for_syslog=is_syslog)
        try:
            return unwrap is not None and unwrap(line, received_at) is not None
        except RejectedError:
            return False

    if not unwrapped("auto"):
        return None
    return next((name for name in _ENVELOPES if unwrapped(name)), None)


def is_local(lines: Sequence[bytes], spec: Spec, now_ms: int) -> bool:
    """Whether the lines' times name no zone: read in another one, they are other instants."""
    other = replace(spec, options=replace(spec.options, zone=Zone(_OTHER_ZONE)))
    here, there = Chain(spec, has_agents=False), Chain(other, has_agents=False)
    # A time in the future would be taken for the time of receipt, in either zone.
    later_ms = now_ms + 86_400_000
    for line in lines:
        first, second = (outcome(chain, line, later_ms) for chain in (here, there))
        if isinstance(first, Letter) or isinstance(second, Letter):
            continue
        if first["timestamp"] != second["timestamp"]:
            return True
    return False


def unit(formats: Sequence[Format], outcomes: Sequence[Fields | Letter]) -> str | None:
    """The unit that response times of `combined` seem to have where it is not milliseconds."""
    records = [one for one in outcomes if not isinstance(one, Letter)]
    if [one.name for one in formats] != ["combined"]:
        return None
    timed = sorted(t for one in records if (t := one.get("response_time_ms")) is not None)
    seconds = sum(bool(_SECONDS.match(one.get("extra") or "")) for one in records)
    if seconds > len(records) / 2:
        return "s"
    return "us" if timed and timed[len(timed) // 2] > _MANY_MS else None


def _decoded(line: bytes) -> str:
    try:
        return decode(line, None, len(line))
    except RejectedError:
        return ""
