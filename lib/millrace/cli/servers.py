"""Commands for servers: up, down, status, check, demo."""

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from millrace import config
from millrace.cli.options import FAILED, MISUSED, ConfFile, console, end, say
from millrace.tools.terminal import as_text


class Addition(StrEnum):
    """What `up` starts beside the servers of the configuration."""

    changes = "changes"


def up(
    conf: ConfFile = config.DEFAULT_FILE,
    additions: Annotated[
        list[Addition] | None,
        typer.Option("--with", help="Start the servers of change data capture as well."),
    ] = None,
) -> None:
    """Start the servers of the configuration's stack section, and create the feeds' topics.

    The query API is one of them.
    """
    from millrace import stack
    from millrace.io import kafka

    with_changes = Addition.changes in (additions or [])
    loaded = stack.up(config.load(conf), console, with_changes=with_changes)
    made = kafka.create_topics(loaded.kafka, [feed.topic for feed in loaded.feeds])
    if made:
        say(f"topics created: {', '.join(made)}")


def down(conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Stop the servers that `up` started; keep their data."""
    from millrace import stack

    stack.down(config.load(conf), console)


def status(
    conf: ConfFile = config.DEFAULT_FILE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    secrets: Annotated[
        bool,
        typer.Option(
            "--secrets", help="Show users, passwords, tokens, login commands; only on a terminal."
        ),
    ] = False,
) -> None:
    """Show each server: version, address, pid, state."""
    from millrace import stack

    loaded = config.load(conf)
    if secrets:
        _show_secrets(loaded)
        return
    servers = stack.status(loaded)
    if as_json:
        print(json.dumps([asdict(server) for server in servers], indent=2))
        return
    table = Table("server", "version", "address", "pid", "state")
    for server in servers:
        table.add_row(
            server.kind,
            server.version or "-",
            server.address,
            str(server.pid or "-"),
            server.state,
        )
    Console().print(table)


def _show_secrets(conf: config.Config) -> None:
    """What lets a person in at the servers here; only to a terminal: a log keeps what it gets."""
    from millrace.api import tokens
    from millrace.api.guard import CONSOLE
    from millrace.config import addresses
    from millrace.stack import clients

    if not sys.stdout.isatty():
        end("status --secrets: passwords are shown on a terminal only", MISUSED)
    logins, made = clients.logins(conf), tokens.stored(conf.stack)
    roles = tokens.given_tokens(conf.api).by_role or ((("operate", made),) if made else ())
    if not (logins or roles):
        end("no server here has a password yet: run millrace up", FAILED)
    for login in logins:
        print(f"{login.title} at {login.address}")
        print(
            f"  user      {login.user}\n  password  {login.password}\n  log in    {login.command}"
        )
    if roles:
        address = addresses.of_api(conf.api).text
        print(f"API at {address}")
        for role, token in roles:
            print(f"  {role:<8}  {token}\n  open      {address}{CONSOLE}/?token={token}")


def check(conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Validate the configuration and connect to every server it names."""
    from millrace.tools import check as checks

    colours = {"ok": "green", "warning": "yellow", "wrong": "red"}
    states = set()
    for finding in checks.findings(config.load(conf)):
        states.add(finding.state)
        state = Text(f"{finding.state:8} ", colours[finding.state])
        shown = as_text(f"{finding.subject}: {finding.detail}")
        console.print(Text.assemble(state, shown), soft_wrap=True)
    sys.exit(MISUSED if "wrong" in states else 0)


def demo(
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Log file to send too, plain or .gz."),
    ] = None,
    count: Annotated[int, typer.Option(min=0, help="Number of lines to generate.")] = 200_000,
    stays_open: Annotated[
        bool, typer.Option("--open", help="Then keep lines coming, and jobs running, until Ctrl-C.")
    ] = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Start the servers, send lines, run the three jobs, and show the results."""
    from millrace.setup.private import private_files
    from millrace.tools.demo import run as run_demo
    from millrace.tools.demo_file import DemoError

    try:
        with private_files():
            is_whole = run_demo(
                conf, file=file, count=count, stays_open=stays_open, console=console
            )
        sys.exit(0 if is_whole else FAILED)
    except DemoError as error:
        end(str(error), FAILED)
