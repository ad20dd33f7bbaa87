"""Commands for servers: up, down, status, check, demo."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from millrace import config
from millrace.cli.options import FAILED, MISUSED, ConfFile, console, end, say
from millrace.tools.terminal import as_text

LINES, EVENTS, CHANGES = 200_000, 100_000, 6_000  # of the demos


def up(
    conf: ConfFile = config.DEFAULT_FILE,
    additions: Annotated[
        str,
        typer.Option(
            "--with", help="Start these servers as well: changes, warehouse, or both with a comma."
        ),
    ] = "",
) -> None:
    """Start the servers of the configuration's stack section, and create the feeds' topics.

    The query API is one of them.
    """
    from millrace import stack
    from millrace.io import kafka

    loaded = stack.up(config.load(conf), console, _additions(additions))
    made = kafka.create_topics(loaded.kafka, [feed.topic for feed in loaded.feeds])
    if made:
        say(f"topics created: {', '.join(made)}")


def _additions(text: str) -> list[config.Addition]:
    names, known = [name for name in text.split(",") if name], get_args(config.Addition)
    for name in names:
        if name not in known:
            raise typer.BadParameter(
                f"{name!r} is not one of {', '.join(known)}", param_hint="--with"
            )
    return [cast(config.Addition, name) for name in names]


def down(
    conf: ConfFile = config.DEFAULT_FILE,
    is_data_removed: Annotated[
        bool, typer.Option("--remove-data", help="Remove their data as well.")
    ] = False,
) -> None:
    """Stop the servers that `up` started; keep their data."""
    from millrace import stack

    loaded = config.load(conf)
    stack.down(loaded, console)
    if is_data_removed:
        stack.remove_data(loaded)


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
    count: Annotated[
        int | None,
        typer.Option(
            min=0, help=f"Number of lines ({LINES}), events ({EVENTS}) or changes ({CHANGES})."
        ),
    ] = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="Capture the changes of three databases instead.")
    ] = False,
    warehouse: Annotated[
        bool, typer.Option("--warehouse", help="Build the warehouse of a shop's events instead.")
    ] = False,
    stays_open: Annotated[
        bool, typer.Option("--open", help="Then keep lines coming, and jobs running, until Ctrl-C.")
    ] = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Start the servers, send lines, run the three jobs, and show the results."""
    from millrace.setup.private import private_files
    from millrace.tools import demo as demo_of_lines
    from millrace.tools import demo_changes, demo_warehouse
    from millrace.tools.demo_process import DemoError

    try:
        for option, is_given in (("--file", file), ("--open", stays_open)):
            if is_given and (changes or warehouse):
                other = "--changes" if changes else "--warehouse"
                raise typer.BadParameter(f"works only without {other}", param_hint=option)
        with private_files():
            if changes:
                number = CHANGES if count is None else count
                is_whole = demo_changes.run(conf, count=number, console=console)
            elif warehouse:
                number = EVENTS if count is None else count
                is_whole = demo_warehouse.run(conf, count=number, console=console)
            else:
                number = LINES if count is None else count
                is_whole = demo_of_lines.run(
                    conf, file=file, count=number, stays_open=stays_open, console=console
                )
        sys.exit(0 if is_whole else FAILED)
    except DemoError as error:
        end(str(error), FAILED)
