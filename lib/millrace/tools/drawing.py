"""How the demo draws on a terminal."""

from rich import box
from rich.bar import Bar
from rich.table import Table
from rich.text import Text

BAR_WIDTH = 40


def bar(value: float, largest: float, colour: str) -> Bar:
    """A bar as long as ``value`` is of ``largest``."""
    return Bar(largest or 1, 0, value, width=BAR_WIDTH, color=colour)


def new_table(title: str, *columns: str, left: int = 1) -> Table:
    """A table whose first ``left`` columns are words, and bars where a column has no title."""
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for position, column in enumerate(columns):
        is_number = position >= left and column
        table.add_column(column, justify="right" if is_number else "left", no_wrap=True)
    return table
