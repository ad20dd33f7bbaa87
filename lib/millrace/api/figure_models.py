"""What answers with figures look like; the schema at /openapi.json is made from these."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from millrace.api.doubts import Doubt
from millrace.api.models import Document, Trust
from millrace.api.settled import Counted

State = Literal["open", "closed", "revised"]
Proven = Literal["equal", "late", "differs", "unknown"]


class TableOfFigures(BaseModel):
    """A table of figures by minute: what its rows are named by, what they say, and of which feeds.

    Of a view ``of`` is the table that has its figures; that can be asked for them.
    """

    name: str
    keys: list[str]
    figures: list[str]
    feeds: list[str]
    of: str | None = None


class Tables(BaseModel):
    """The tables and views of figures."""

    tables: list[TableOfFigures]
    views: list[TableOfFigures]


class Bucket(BaseModel):
    """How far the figures of a step can be trusted.

    ``closed``: nothing is counted in it any more; ``revised``: a part was computed again since.
    The proof is that of `reconcile`: ``equal`` where the figures of each minute are those of its
    lines, ``late`` where they lack ``late_lines`` that came too late, ``unknown`` where a minute
    was not compared as it is now.
    """

    window_start: str
    state: State
    proof: Proven
    late_lines: int


class Row(BaseModel):
    """The figures of a step, for the values that its other keys have. Money is text."""

    model_config = ConfigDict(extra="allow", title="FiguresRow")

    window_start: str


class OfFigures(Trust):
    """What each answer with figures says of itself: ``freshness`` is that of the lines."""

    counted: list[Counted]


class Figures(OfFigures):
    """Rows in steps, and for each step how far to trust them."""

    table: str
    since: str
    until: str
    step_s: int
    rows: list[Row]
    buckets: list[Bucket]


class TopRow(BaseModel):
    """The figures of the values that a row's keys have. Money is text."""

    model_config = ConfigDict(extra="allow", title="TopRow")


class Top(OfFigures):
    """The rows that have most of a figure from ``since`` to ``until``, and how far to trust that.

    ``is_cut`` says that there are more.
    """

    table: str
    since: str
    until: str
    rows: list[TopRow]
    is_cut: bool
    bucket: Bucket


class Compared(BaseModel):
    """Whether a figure is the number of the lines that it counts.

    ``lines`` were counted up to one more than the figure; null where that takes too long. Where
    they are not equal, ``why`` says all that can be the reason.
    """

    figure: int
    lines: int | None
    is_equal: bool
    sentence: str
    why: list[Doubt]


class FigureLines(OfFigures):
    """The lines of a row, the newest first, held against its figures."""

    table: str
    figures: dict[str, int | float | str | None]
    compared: Compared
    bucket: Bucket
    items: list[Document]
    next: str | None
    searched_until: str
