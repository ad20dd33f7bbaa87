"""The metrics that rules may watch: of which table each is made, and by which formula."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from millrace.records.alerts import MetricName
from millrace.records.tables import (
    ANOMALIES,
    COUNTRIES,
    COUNTRY,
    ERROR_CODE,
    LATENCY,
    LATENESS,
    LE_MS,
    LEVEL,
    LEVELS,
    ROUTE,
    SERVICE,
    SHOP,
    STATUS_CLASS,
    TRAFFIC,
    Key,
    Table,
)

Number = int | Decimal
Sums = Mapping[str, Number]
"""The parts of a metric, summed over minutes: whole numbers and decimals, so sums are exact."""

FILTERS = (SERVICE.name, ROUTE.name, COUNTRY.name)
DEAD_LETTERS = "dead_letters"
_PERCENT = 95


@dataclass(frozen=True)
class Part:
    """A figure of a table, of the rows that have one of the values in each key of ``only``."""

    figure: str
    only: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Parts of a table that a metric is made of; with ``spread`` one part for each value of it.

    ``summed`` has the column of ``service_minutes`` that is the sum of each part, where all are
    kept there: that is read in a fraction of the time. ``letters`` says that the dead letters
    received in a minute are a part as well.
    """

    table: Table
    parts: Mapping[str, Part]
    spread: Key | None = None
    summed: Mapping[str, str] = field(default_factory=dict)
    letters: bool = False

    @property
    def filters(self) -> tuple[str, ...]:
        """The keys by which a rule may choose rows, beside the feed."""
        if self.letters:
            return ()
        return tuple(key.name for key in self.table.keys if key.name in FILTERS)


@dataclass(frozen=True)
class Metric:
    """What a rule may watch; its value is None where the sums have nothing that tells it."""

    name: MetricName
    unit: str
    formula: str
    sources: tuple[Source, ...]
    value: Callable[[Sums], float | None]

    def source(self, filters: Collection[str]) -> Source | None:
        """The first source that has all these keys; None where none has."""
        return next((one for one in self.sources if set(filters) <= set(one.filters)), None)


def _ratio(part: str, of: str) -> Callable[[Sums], float | None]:
    def value(sums: Sums) -> float | None:
        return float(Decimal(sums.get(part, 0)) / Decimal(sums[of])) if sums.get(of) else None

    return value


def _total(part: str) -> Callable[[Sums], float | None]:
    return lambda sums: float(sums.get(part, 0))


def _percentile(sums: Sums) -> float | None:
    """The least bound that 95 of 100 requests do not exceed; None of no requests."""
    total, below = sum(sums.values()), Decimal(0)
    for bound in sorted(sums, key=float):
        below += sums[bound]
        if sums[bound] and 100 * below >= _PERCENT * total:
            return float(bound)
    return None


def _letter_ratio(sums: Sums) -> float | None:
    dead = sums.get(DEAD_LETTERS, 0)
    received = dead + sums.get("events", 0)
    return float(Decimal(dead) / Decimal(received)) if received else None


_EVENTS = Part("events")
_REQUESTS = Part("requests")
_ERRORS = Part("events", {LEVEL.name: ("ERROR", "FATAL")})
_SUMMED = {"errors": "errors", "events": "events"}
_SERVER_ERRORS = Part("requests", {STATUS_CLASS.name: ("5xx",)})

METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "error_ratio",
            "ratio",
            "lines of level ERROR or FATAL / all lines",
            (Source(LEVELS, {"errors": _ERRORS, "events": _EVENTS}, summed=_SUMMED),),
            _ratio("errors", "events"),
        ),
        Metric(
            "server_error_ratio",
            "ratio",
            "requests with 5xx / all requests",
            (Source(TRAFFIC, {"errors": _SERVER_ERRORS, "requests": _REQUESTS}),),
            _ratio("errors", "requests"),
        ),
        Metric(
            "p95_ms",
            "ms",
            "the least bound of a bucket that 95 of 100 timed requests do not exceed",
            (Source(LATENCY, {"requests": _REQUESTS}, spread=LE_MS),),
            _percentile,
        ),
        Metric(
            "volume",
            "lines",
            "all lines",
            (Source(LEVELS, {"events": _EVENTS}, summed={"events": "events"}),),
            _total("events"),
        ),
        Metric(
            "requests",
            "requests",
            "all requests",
            (Source(TRAFFIC, {"requests": _REQUESTS}), Source(COUNTRIES, {"requests": _REQUESTS})),
            _total("requests"),
        ),
        Metric(
            "dead_letter_ratio",
            "ratio",
            "dead letters received in the minutes / those and all lines of the minutes",
            (Source(LEVELS, {"events": _EVENTS}, summed={"events": "events"}, letters=True),),
            _letter_ratio,
        ),
        Metric(
            "late_lines",
            "lines",
            "lines received in the minutes, longer than max_lateness_s after their own time",
            (Source(LATENESS, {"late_lines": Part("late_lines")}),),
            _total("late_lines"),
        ),
        Metric(
            "anomalies",
            "lines",
            "lines that rules scored above 0",
            (Source(ANOMALIES, {"events": _EVENTS}),),
            _total("events"),
        ),
        Metric(
            "revenue",
            "money",
            "the amounts of sales",
            (Source(SHOP, {"revenue": Part("revenue")}),),
            _total("revenue"),
        ),
        Metric(
            "matching_lines",
            "lines",
            "lines that match `query`, which may name values of"
            f" {SERVICE.name}, {LEVEL.name} and {ERROR_CODE.name}",
            (Source(LEVELS, {"events": _EVENTS}),),
            _total("events"),
        ),
    )
}
