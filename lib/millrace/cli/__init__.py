"""The command ``millrace``. Exit codes: 0 done, 1 the work failed, 2 usage or configuration.

Commands import Spark and what opens connections when they run: help and version need neither.
"""

import sys
import traceback
from typing import Annotated

import typer

from millrace import __version__
from millrace.cli import (
    api,
    compact,
    connectors,
    dead_letters,
    entities,
    figures,
    formats,
    lines,
    manifest,
    query,
    reconcile,
    replay,
    report,
    revise,
    routes,
    servers,
    simulate,
    templates,
    warehouse,
)
from millrace.cli.options import FAILED, MISUSED, end
from millrace.config import ConfigurationError
from millrace.errors import SetupError, is_py4j_error, is_unreadable_timestamp, one_line
from millrace.records.printable import printable_lines

app = typer.Typer(
    help="Store log lines from Kafka in MongoDB, MySQL and Delta Lake, exactly once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    servers.up,
    servers.down,
    servers.status,
    servers.check,
    servers.demo,
    api.api,
    simulate.simulate,
    lines.send,
    lines.parse,
    lines.tap,
    query.query,
    figures.figures,
    entities.entities,
    report.report,
    reconcile.reconcile,
    revise.revise,
    replay.replay,
    compact.compact,
    manifest.manifest,
):
    app.command()(command)
app.add_typer(connectors.app, name="connectors")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(formats.app, name="formats")
app.add_typer(routes.app, name="routes")
app.add_typer(templates.app, name="templates")
app.add_typer(warehouse.app, name="warehouse")


def _show_version(is_asked: bool) -> None:
    if is_asked:
        print(f"millrace {__version__}")
        raise typer.Exit


@app.callback()
def _whole(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """What holds for every command."""


def main() -> None:
    """Runs the command. An error that the user can fix is one line, any other a traceback."""
    try:
        app()
    except ConfigurationError as error:
        end(str(error), MISUSED)
    except SetupError as error:
        end(str(error), FAILED)
    except KeyboardInterrupt:
        end("interrupted", 130)
    except BrokenPipeError:
        sys.stderr.close()
    except Exception as error:
        if is_py4j_error(error) and is_unreadable_timestamp(error):
            end(one_line(error), FAILED)
        # As Python would end it, but that an error may quote a line.
        sys.stderr.write(printable_lines(traceback.format_exc()))
        sys.exit(FAILED)
