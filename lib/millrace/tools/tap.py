"""Live lines of a topic, each with what it parses to, for a person at a terminal."""

import json
from typing import Any

from rich.console import Console
from rich.text import Text

from millrace.config import Config, Feed
from millrace.io import kafka, reference_data
from millrace.records.printable import printable, printable_json
from millrace.tools import preview
from millrace.tools.terminal import LEVEL_COLOURS, SEVERITY_COLOURS, as_text

_FIRST = ("timestamp", "level", "service_name")


def tap(
    conf: Config,
    topic: str,
    feed: Feed,
    out: Console,
    *,
    last: int,
    limit: int | None,
) -> None:
    """Draws the topic's last lines and then those that come, each with its record or reason.

    Ends after ``limit`` lines, or never. Raises ConfigurationError where the topic is not there.
    """
    spec = reference_data.spec(conf, feed)
    messages = {rule.name: rule.message for rule in spec.rules.rules}
    shown = 0
    for records in kafka.follow(conf.kafka, kafka.topic(conf.kafka, topic), last=last):
        newest = records if limit is None else records[: limit - shown]
        for record in newest:
            shown_line = _text(record.value, feed.max_line_bytes)
            out.print(as_text(shown_line, "dim"), soft_wrap=True)
            for parsed in preview.outcomes(spec, record.value, record.timestamp_ms):
                out.print(_drawn(parsed, messages), soft_wrap=True)
        shown += len(newest)
        if limit is not None and shown >= limit:
            return


def _text(value: bytes | None, most_bytes: int) -> str:
    """The line, or the beginning of one that is too long: a record may have many megabytes."""
    text = (value or b"")[:most_bytes].decode("utf-8", errors="backslashreplace").rstrip("\r\n")
    return f"{text}…" if len(value or b"") > most_bytes else text


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return printable(value)
    return printable_json(json.dumps(value, ensure_ascii=False))


def _drawn(parsed: dict[str, Any], messages: dict[str, str]) -> Text:
    if "dead" in parsed:
        detail = as_text(parsed.get("detail", ""))
        return Text.assemble(("  ✗ ", "bold red"), (parsed["dead"], "red"), "  ", detail)
    colour = LEVEL_COLOURS.get(parsed["level"], "")
    drawn = Text("  ✓ ", "green")
    drawn.append(f"{parsed['timestamp']} ", "cyan")
    drawn.append(f"{parsed['level']:<5} ", colour)
    drawn.append(as_text(parsed["service_name"], "bold"))
    anomaly = parsed.pop("anomaly", None)
    for name, value in parsed.items():
        if name not in _FIRST:
            drawn.append(f" {name}=", "bright_black").append(_shown(value))
    if anomaly:
        reasons = "; ".join(messages[reason["rule"]] for reason in anomaly["reasons"])
        severity = anomaly.get("severity", "")
        drawn.append(
            f"\n  ! {severity} {anomaly['score']}: {reasons}", SEVERITY_COLOURS.get(severity, "")
        )
    return drawn
