"""The figures of the business: what a row of each says. They are read from the warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, get_args, get_type_hints

from millrace.records.types import Type

WEEK = timedelta(weeks=1)  # from Monday, in UTC
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Row:
    """A row of one of the figures: what its columns are is said by its class."""

    figure: ClassVar[str]


@dataclass(frozen=True)
class Revenue(Row):
    """Orders of a step of time: each is counted where it was placed, completed, and failed.

    `placed_amount` is what was ordered, `revenue` the amount of the completed orders, and
    `failed_amount` what the failed ones were to bring.
    """

    figure: ClassVar[str] = "revenue"

    window_start: datetime
    placed: int
    completed: int
    failed: int
    placed_amount: Decimal
    revenue: Decimal
    failed_amount: Decimal


@dataclass(frozen=True)
class Conversion(Row):
    """Sessions that began in a step of time, by how far they came, each stage after the one before.

    `searched` searched, `purchased` of these purchased after it, `ordered` of those completed
    an order after that. Events count that lie in the time that was asked for.
    """

    figure: ClassVar[str] = "conversion"

    window_start: datetime
    sessions: int
    searched: int
    purchased: int
    ordered: int


@dataclass(frozen=True)
class Failures(Row):
    """Orders that failed for a reason with a payment method, and how many of that method ended.

    An order has ended once it is completed or has failed.
    """

    figure: ClassVar[str] = "failures"

    error_code: str
    payment_method: str
    failed: int
    ended: int
    failed_amount: Decimal


@dataclass(frozen=True)
class Sessions(Row):
    """Sessions with events in the time, `by` device, by country, and all together.

    Device and country are those of a session's first event. A session lasts from its first event to
    its last; `single` have but one.
    """

    figure: ClassVar[str] = "sessions"

    by: str
    value: str
    sessions: int
    events: int
    single: int
    mean_ms: int
    median_ms: int


@dataclass(frozen=True)
class Cohorts(Row):
    """Users by the week in which they were first seen, and how many ordered so many weeks later.

    `ordered_again` are those who had ordered before. Orders that failed are left out.
    """

    figure: ClassVar[str] = "cohorts"

    week_start: datetime
    users: int
    weeks_later: int
    ordered: int
    ordered_again: int


@dataclass(frozen=True)
class Prices(Row):
    """A price of a product that changed in the time, and what was sold at it within that time.

    The price held from `valid_from` to `valid_to`, which is null while it holds: for `held_s`
    of the time. Orders that failed are left out.
    """

    figure: ClassVar[str] = "prices"

    product_id: str
    name: str | None
    category: str | None
    price: Decimal | None
    valid_from: datetime
    valid_to: datetime | None
    held_s: int
    orders: int
    units: int
    revenue: Decimal


@dataclass(frozen=True)
class Span:
    """From when to when, the end not included, in steps where there are any."""

    since: datetime
    until: datetime
    step: timedelta | None = None

    @property
    def parameters(self) -> Mapping[str, object]:
        """What a statement is given."""
        return {"since": self.since, "until": self.until, "step": self.step}


@dataclass(frozen=True)
class Figure:
    """One of the figures: its title, its rows, and the steps of time that they are of.

    Steps are multiples of ``least_step``, which is the only one where it ``is_fixed``; there are
    none where it is None. ``shows`` names the fields of a line whose values stand in its rows.
    """

    title: str
    row: type[Row]
    shows: frozenset[str] = frozenset()
    least_step: timedelta | None = None
    is_fixed: bool = False

    @property
    def name(self) -> str:
        """Its name, in addresses and files."""
        return self.row.figure

    @property
    def hints(self) -> Mapping[str, Any]:
        """The columns by their names, each with what its values are in Python."""
        hints = get_type_hints(self.row)
        return {field.name: hints[field.name] for field in fields(self.row)}

    @property
    def types(self) -> Mapping[str, Type]:
        """The type of each column, by its name."""
        return {name: _TYPES[_plain(hint)] for name, hint in self.hints.items()}


FIGURES = (
    Figure("Revenue and orders", Revenue, frozenset({"details"}), MINUTE),
    Figure("From search to order, by session", Conversion, frozenset(), MINUTE),
    Figure("Failed orders by reason", Failures, frozenset({"error_code", "details"})),
    Figure("Sessions", Sessions, frozenset({"device_type", "country"})),
    Figure("Users who order again", Cohorts, frozenset(), WEEK, is_fixed=True),
    Figure("Price changes and sales", Prices, frozenset({"product_id", "details"})),
)

# Sums of decimal(18, 4) have more digits than their terms.
_TYPES = {
    str: Type("string"),
    int: Type("bigint"),
    datetime: Type("timestamp"),
    Decimal: Type("decimal", digits=38, scale=4),
}


def _plain(hint: Any) -> Any:
    """The type of a value that is there, of one that may be absent."""
    return next(kind for kind in (*get_args(hint), hint) if kind is not type(None))
