"""Commands for the warehouse: build, dbt."""

import sys
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from millrace import config
from millrace.cli.options import ConfFile, console

app = typer.Typer(no_args_is_help=True, help="Build facts and dimensions from what is loaded.")


@app.command()
def build(
    full_refresh: Annotated[
        bool,
        typer.Option("--full-refresh", help="Build everything anew, from all that is loaded."),
    ] = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Build what the new loads change, and test it."""
    from millrace.tools import dbt

    loaded = config.load(conf)
    spinner = (SpinnerColumn(finished_text=" "), TextColumn("{task.description}", markup=False))
    hidden = not console.is_terminal
    with Progress(*spinner, console=console, transient=True, disable=hidden) as progress:
        line = progress.add_task("starting dbt")
        code = dbt.told(
            loaded, lambda step: progress.update(line, description=step), is_full=full_refresh
        )
    sys.exit(code)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def dbt(context: typer.Context, conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Run any command of dbt: source freshness, test, docs generate --static."""
    from millrace.tools import dbt as tool

    sys.exit(tool.run(config.load(conf), context.args))
