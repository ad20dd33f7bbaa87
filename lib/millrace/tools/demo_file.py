"""A file of one's own in the demo: its format is found, its lines are sent with times of now."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import yaml
from rich.console import Console

from millrace.config import Config, Feed, yaml_file
from millrace.io.log_files import read
from millrace.records.ledger import OffsetRange
from millrace.simulate import restamp, stamps
from millrace.tools import demo_report, detect
from millrace.tools.demo_process import DemoError
from millrace.tools.demo_report import SentFile

_SAMPLE_LINES = 1_000
_NAME = "own_file"  # of the feed, topic and format, where no feed has the file's format

Send = Callable[[Config, Feed, Iterable[bytes], int, str, Console], None]


def with_feed(conf: Config, conf_file: Path, file: Path) -> Path:
    """The configuration with a feed for the file's lines: that one, or one that adds a feed to it.

    Raises DemoError where the file cannot be read or has no lines.
    """
    report = _detected(conf, file)
    content = yaml_file.read(conf_file)
    formats = [*report.formats]
    if report.declaration:
        content["formats"] = content.get("formats", {}) | {_NAME: {"grok": report.declaration}}
        formats.append(_NAME)
    feed = {"name": _NAME, "topic": _NAME, "formats": formats, "service_name": _NAME}
    if any(own.tried == tuple(formats) for own in conf.feeds):
        return conf_file
    if report.unit:
        feed["response_time_unit"] = report.unit
    content["feeds"] = [*(own for own in content["feeds"] if own["name"] != _NAME), feed]
    written = conf.stack.directory / "run" / "demo.yaml"
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return written.resolve()


def send(conf: Config, file: Path, send: Send, console: Console) -> SentFile:
    """Sends the file's lines to their feed, with those of their times that are known moved to now.

    Raises DemoError where the file cannot be read.
    """
    feed = _feed(conf, file)
    try:
        count = sum(1 for _ in read(file))
    except OSError as error:
        raise DemoError(str(error)) from None
    before = demo_report.offsets(conf, feed)
    times_ms: list[int] = []
    lines = _noted(restamp.restamp(file, datetime.now(UTC)), times_ms)
    send(conf, feed, lines, count, file.name, console)
    ranges = tuple(
        OffsetRange(o.topic, o.topic_id, o.partition, o.until_offset, n.until_offset)
        for o, n in zip(before, demo_report.offsets(conf, feed), strict=True)
    )
    times = (_instant(times_ms[0]), _instant(times_ms[1])) if times_ms else None
    return SentFile(file.name, feed, count, ranges, times)


def _feed(conf: Config, file: Path) -> Feed:
    """The feed that was made for the file, else the one whose format takes most of it."""
    for feed in conf.feeds:
        if feed.name == _NAME:
            return feed
    formats = _detected(conf, file).formats
    return next(feed for feed in conf.feeds if feed.tried == formats)


def _detected(conf: Config, file: Path) -> detect.Report:
    """What takes the file's first lines; raises DemoError where it cannot be read or has none."""
    try:
        sample = [line for line in islice(read(file), _SAMPLE_LINES) if line.strip()]
    except OSError as error:
        raise DemoError(str(error)) from None
    if not sample:
        raise DemoError(f"{file} has no lines")
    now_ms = int(datetime.now(UTC).timestamp() * 1_000)
    return detect.detect(sample, detect.plain_spec(conf), [], now_ms)


def _noted(lines: Iterable[bytes], times_ms: list[int]) -> Iterator[bytes]:
    """The same lines; the earliest and the latest of their times go to ``times_ms``."""
    for line in lines:
        if found := stamps.find(line):
            times_ms[:] = min([*times_ms, found.utc_ms]), max([*times_ms, found.utc_ms])
        yield line


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
