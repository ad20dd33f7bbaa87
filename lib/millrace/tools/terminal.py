"""How things look at a terminal, the same wherever they are drawn."""

from rich.text import Text

from millrace.records.printable import printable

LEVEL_COLOURS = {
    "DEBUG": "bright_black",
    "INFO": "green",
    "WARN": "yellow",
    "ERROR": "red",
    "FATAL": "bold red",
}
SEVERITY_COLOURS = {"CRITICAL": "bold red", "HIGH": "red", "MEDIUM": "yellow", "LOW": "cyan"}


def as_text(value: str, style: str = "") -> Text:
    """A value of a line within one line: nothing in it is markup or an order to the terminal."""
    return Text(printable(value), style)
