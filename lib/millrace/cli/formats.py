"""Commands for formats: detect, test, list."""

import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from millrace import config
from millrace.cli.options import FAILED, ConfFile, end, say
from millrace.config import Config, ConfigurationError
from millrace.records.formats import PRESETS
from millrace.tools.terminal import as_text

if TYPE_CHECKING:
    from millrace.tools.detect import Report

app = typer.Typer(no_args_is_help=True, help="Find, test and list formats of lines.")

_SHOWN_CHARACTERS = 300


@app.command()
def detect(
    file: Annotated[
        Path | None, typer.Argument(help="Log file, plain or .gz. Default: standard input.")
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Read this topic instead.")] = None,
    lines: Annotated[int, typer.Option(min=1, help="Read about N lines.")] = 1_000,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Name the format of a file's or a topic's lines, and print the feed to configure.

    Exit code 1 where no format takes any of them.
    """
    from millrace.tools import detect as detection

    if file is not None and topic is not None:
        raise typer.BadParameter("give a file or a topic, not both")
    loaded = config.load(conf)
    sample = _of_topic(loaded, topic, lines) if topic else _of_file(file, lines)
    if not any(line.strip() for line in sample):
        end(f"{topic or file or 'standard input'} has no lines", FAILED)
    declared = [loaded.format(name) for name in loaded.formats]
    now_ms = int(datetime.now(UTC).timestamp() * 1_000)
    report = detection.detect(sample, detection.plain_spec(loaded), declared, now_ms)
    name = topic or (file.name.partition(".")[0] if file else "logs")
    _draw(report, name)
    if not report.formats:
        sys.exit(FAILED)


@app.command("test")
def try_examples(conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Try the examples that the configuration gives of its formats. Exit code 1 if one fails."""
    from millrace.tools import examples

    loaded = config.load(conf)
    failures = list(examples.failures(loaded))
    for failure in failures:
        say(f"formats.{failure.format}: {failure.difference}")
        say(f"  {failure.line}")
    tried = sum(len(declared.examples) for declared in loaded.formats.values())
    if tried:
        say(f"{tried - len(failures)} of {tried} examples are as expected")
    else:
        say("no format has examples: nothing was tried")
    if failures:
        sys.exit(FAILED)


@app.command("list")
def list_formats(conf: ConfFile = config.DEFAULT_FILE) -> None:
    """List the formats that a feed can have."""
    from millrace.parse import description

    table = Table("format", "what it reads", "version")
    for name, declared in config.load(conf).formats.items():
        table.add_row(as_text(name), f"declared by {declared.kind}", str(declared.version))
    for preset in PRESETS:
        text, version = description(preset)
        table.add_row(preset, text, str(version))
    Console().print(table)


def _of_file(file: Path | None, lines: int) -> list[bytes]:
    from millrace.io.log_files import read

    if file is None:
        return list(islice(sys.stdin.buffer, lines))
    if not file.is_file():
        raise ConfigurationError(f"{file}: no such file")
    return list(islice(read(file), lines))


def _of_topic(conf: Config, topic: str, lines: int) -> list[bytes]:
    from millrace.io import kafka

    newest = kafka.newest(conf.kafka, kafka.topic(conf.kafka, topic), lines)
    return [record.value or b"" for record in newest]


def _draw(report: "Report", name: str) -> None:
    out = Console(soft_wrap=True, highlight=False)
    if not report.formats:
        out.print(f"No format takes any of the {report.lines} lines.", style="bold red")
    else:
        shares = ", ".join(f"{name} ({share:.1%})" for name, share in report.shares.items())
        out.print(f"{shares}: {report.share:.1%} of {report.lines} lines", style="bold")
    if report.envelope:
        out.print(f"Most lines are wrapped by {report.envelope}; millrace unwraps them.")
    for line, fields in report.records:
        out.print(as_text(line[:_SHOWN_CHARACTERS], "dim"))
        out.print(as_text(_shown(fields)))
    for reason, count, example in report.refused:
        out.print(f"{count} lines are dead letters: {reason}", style="yellow")
        out.print(as_text(f"  {example[:_SHOWN_CHARACTERS]}", "dim"))
    for hint in report.hints:
        out.print(hint, style="yellow")
    if report.declaration:
        out.print("Declare a format (docs/formats.md), beginning with:", style="yellow")
    print(_yaml(report, name))


def _shown(fields: dict[str, object]) -> str:
    left_out = ("raw", "received_at", "parser_version", "service_name")
    named = {n: v for n, v in fields.items() if v is not None and n not in left_out}
    time = datetime.fromtimestamp(int(str(named.pop("timestamp"))) / 1_000_000, UTC)
    shown = " ".join(f"{name}={value}" for name, value in named.items())
    return f"  {time.isoformat(timespec='milliseconds')} {shown}"


def _yaml(report: "Report", name: str) -> str:
    """The feed to paste into the configuration."""
    safe = "".join(c if c.isalnum() else "_" for c in name.lower())[:32].strip("_")
    safe = safe if safe[:1].isalpha() else f"logs_{safe}"[:32]
    lines = []
    formats = report.formats
    if report.declaration:
        lines = ["formats:", f"  {safe}_lines:", f"    grok: '{report.declaration}'"]
        formats = (*formats, f"{safe}_lines")
    several, one = f"formats: [{', '.join(formats)}]", f"format: {formats[0]}"
    lines += ["feeds:", f"  - name: {safe}", f"    topic: {safe}"]
    lines.append(f"    {several if len(formats) > 1 else one}")
    lines.append(f"    service_name: {safe}")
    if report.is_local:
        lines.append("    timezone: UTC   # that of the servers: the lines name none")
    if report.unit:
        lines.append(f"    response_time_unit: {report.unit}   # guessed by their size")
    return "\n".join(lines)
