"""A service's minute against the service's own last hour: error ratio, 95th percentile, volume.

A metric is judged by the modified z-score of Iglewicz and Hoaglin (How to Detect and Handle
Outliers, 1993): its distance from what is usual, over a scale that is 1.4826 times the median
absolute deviation (MAD) of the last hour's minutes. Medians do not feel an incident that fills less
than half of the hour; one that goes on for longer is the new normal. The MAD alone would call every
minute strange in an hour of equal minutes, so each scale has a floor: the noise that the metric has
by chance alone, given how many events it is made of.

``error_ratio``
    Few events give coarse ratios: of 30 events at 2 %, half of the minutes have none in error and
    the median jumps between 0 and 1/30. So the median only tells which minutes are usual, and what
    is expected is the share of errors among all N events of those. By chance a minute of n events
    differs from it by sqrt(p (1 - p) (1/n + 1/N)). p has one error and one success added (Laplace's
    rule of succession), so that it is never 0 and a first error among 20 events is no anomaly.
``p95_ms``
    Judged by its logarithm: response times are near lognormal. The sample quantile q of n values
    has the standard error sqrt(q (1 - q) / n) / density(q) (Mosteller 1946), 2.11 / sqrt(n) for
    q = 0.95 where the logarithms deviate by 1; and buckets add up to 20 %. At least 1 ms.
``volume``
    Judged by twice its square root, which makes the deviation of a Poisson count 1 (Anscombe 1948),
    so that a service that falls silent stands out as much as one that doubles; and at least 10 %
    of the median. Minutes with few events or none count here: they are what volume is about.

With these and a threshold of 5, simulated services of 20 to 200 events a minute, 2 % errors and
lognormal response times have less than one false row in 100,000 minutes. A rise of the error ratio
to 30 % is seen in 82 % of minutes of 30 events, 95 % of 40, 99.7 % of 60; no rule sees many more
of the small ones without more false rows.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, hypot, log, sqrt
from statistics import median

from pydantic import BaseModel, ConfigDict, Field, model_validator

from millrace.records.rates import Metric, RateAnomaly, ServiceMinute
from millrace.records.tables import WINDOW_S

_WINDOW = timedelta(seconds=WINDOW_S)
_MAD_TO_DEVIATION = 1.4826  # of a normal distribution: 1 / its third quartile
_LEAST_RATIO = 0.005
_QUANTILE_ERROR = 2.11
_BUCKET = log(1.2)
_LEAST_MS = 1.0
_LEAST_VOLUME_SHARE = 0.1
# A MAD of few minutes may be far too small by chance: of 10 it counts double.
_UNSURE_MINUTES = 10


class RateRules(BaseModel):
    """When a minute is judged, and how far from the usual it must be to be an anomaly.

    The last ``history_minutes`` are compared with; of those, ``warm_up_minutes`` must have at
    least ``min_events`` events. ``threshold`` is in robust deviations.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    history_minutes: int = Field(default=60, ge=3, le=1440)
    warm_up_minutes: int = Field(default=10, ge=3)
    min_events: int = Field(default=20, ge=1)
    threshold: float = Field(default=5.0, ge=1, le=1000)

    @model_validator(mode="after")
    def _warm_up_fits_into_the_history(self) -> "RateRules":
        if self.warm_up_minutes > self.history_minutes:
            raise ValueError(
                f"warm_up_minutes must be {self.history_minutes} (history_minutes) at most"
            )
        return self


DEFAULT_RULES = RateRules()


@dataclass(frozen=True, slots=True)
class _Verdict:
    """How many robust ``deviations`` a metric is from what ``source`` says is usual."""

    metric: Metric
    observed: float
    expected: float
    lower: float
    upper: float
    deviations: float
    source: str


def anomalies(
    minutes: Iterable[ServiceMinute], starts: Collection[datetime], rules: RateRules
) -> list[RateAnomaly]:
    """The anomalies among the minutes ``starts``, by service, minute and metric.

    ``minutes`` are those that are stored, each service's once: of ``starts`` and of the history
    before each. A service that none is stored of at a start had no events then.
    """
    by_service: dict[str, list[ServiceMinute]] = {}
    for minute in minutes:
        by_service.setdefault(minute.service_name, []).append(minute)
    ordered = sorted(starts)
    return [
        _anomaly(minute, verdict)
        for _, own in sorted(by_service.items())
        for minute, verdict in _verdicts(own, ordered, rules)
        if _is_anomaly(verdict, rules)
    ]


def _is_anomaly(verdict: _Verdict, rules: RateRules) -> bool:
    is_low = verdict.metric == "volume" and verdict.deviations < -rules.threshold
    return is_low or verdict.deviations > rules.threshold


def _verdicts(
    own: list[ServiceMinute], starts: Sequence[datetime], rules: RateRules
) -> Iterator[tuple[ServiceMinute, _Verdict]]:
    """Every metric of one service that can be judged at ``starts``."""
    own = sorted(own, key=lambda minute: minute.window_start)
    times = [minute.window_start for minute in own]
    for start in starts:
        end = bisect_left(times, start)
        recent = own[bisect_left(times, start - rules.history_minutes * _WINDOW) : end]
        busy = [minute for minute in recent if minute.events >= rules.min_events]
        if len(busy) < rules.warm_up_minutes:
            continue
        is_stored = end < len(times) and times[end] == start
        minute = own[end] if is_stored else ServiceMinute(start, own[0].service_name)
        for verdict in (
            _error_ratio(minute, busy, rules),
            _p95_ms(minute, busy, rules),
            _volume(minute, recent[recent.index(busy[0]) :], rules),
        ):
            if verdict:
                yield minute, verdict


def _error_ratio(
    minute: ServiceMinute, busy: list[ServiceMinute], rules: RateRules
) -> _Verdict | None:
    if minute.events < rules.min_events:
        return None
    ratios = [other.errors / other.events for other in busy]
    middle = median(ratios)
    # Ratios move in steps of one event, and a MAD of one step may be half of that.
    half_step = 0.5 / median(other.events for other in busy)
    spread = max(_LEAST_RATIO, _deviation(ratios, middle) - _MAD_TO_DEVIATION * half_step)
    among = sum(other.events for other in busy)
    usual = [
        other
        for other, ratio in zip(busy, ratios, strict=True)
        if ratio - middle
        <= rules.threshold * max(spread, _ratio_error(middle, other.events, among))
    ]
    among = sum(other.events for other in usual)
    expected = sum(other.errors for other in usual) / among
    observed = minute.errors / minute.events
    unit = max(spread, _ratio_error(expected, minute.events, among))
    lower, upper = expected - rules.threshold * unit, expected + rules.threshold * unit
    return _Verdict(
        "error_ratio",
        observed,
        expected,
        max(0.0, lower),
        min(1.0, upper),
        (observed - expected) / unit,
        f"the share in {len(usual)} usual minutes",
    )


def _ratio_error(ratio: float, events: int, among: int) -> float:
    """The standard error of the ratio of ``events``, where ``ratio`` was found ``among`` others."""
    smoothed = (ratio * events + 1) / (events + 2)
    return sqrt(smoothed * (1 - smoothed) * (1 / events + 1 / among))


def _p95_ms(minute: ServiceMinute, busy: list[ServiceMinute], rules: RateRules) -> _Verdict | None:
    timed = [(m.p95_ms, m.timed) for m in busy if m.p95_ms and m.timed >= rules.min_events]
    observed = minute.p95_ms
    if not observed or minute.timed < rules.min_events or len(timed) < rules.warm_up_minutes:
        return None
    expected = median(p95_ms for p95_ms, _ in timed)
    middle = log(expected)
    requests = min(minute.timed, median(count for _, count in timed))
    chance = hypot(_BUCKET, _QUANTILE_ERROR / sqrt(requests))
    unit = max(_deviation([log(p95_ms) for p95_ms, _ in timed], middle), chance)
    by_ratio, by_ms = (log(observed) - middle) / unit, (observed - expected) / _LEAST_MS
    return _Verdict(
        "p95_ms",
        observed,
        expected,
        exp(middle - rules.threshold * unit),
        max(exp(middle + rules.threshold * unit), expected + rules.threshold * _LEAST_MS),
        min(by_ratio, by_ms),
        f"the median of {len(timed)} minutes",
    )


def _volume(
    minute: ServiceMinute, since_busy: list[ServiceMinute], rules: RateRules
) -> _Verdict | None:
    """Judged by every minute since the first busy one, the silent ones among them.

    Without those the usual volume of a service that is seldom busy would be too high.
    """
    count = (minute.window_start - since_busy[0].window_start) // _WINDOW
    events = [other.events for other in since_busy] + [0] * (count - len(since_busy))
    expected = median(events)
    if expected < rules.min_events:
        return None
    middle = _root(expected)
    spread = _deviation([_root(n) for n in events], middle) * (1 + _UNSURE_MINUTES / count)
    unit = max(spread, 1.0, _LEAST_VOLUME_SHARE * sqrt(expected))
    return _Verdict(
        "volume",
        minute.events,
        expected,
        _count(middle - rules.threshold * unit),
        _count(middle + rules.threshold * unit),
        (_root(minute.events) - middle) / unit,
        f"the median of {count} minutes",
    )


def _root(count: float) -> float:
    return 2 * sqrt(count + 3 / 8)


def _count(root: float) -> float:
    return max(0.0, (max(0.0, root) / 2) ** 2 - 3 / 8)


def _deviation(values: Iterable[float], middle: float) -> float:
    return _MAD_TO_DEVIATION * median(abs(value - middle) for value in values)


def _anomaly(minute: ServiceMinute, verdict: _Verdict) -> RateAnomaly:
    side = "above" if verdict.deviations > 0 else "below"
    reason = (
        f"{verdict.metric} {_shown(verdict.observed)} is {abs(verdict.deviations):.1f} robust "
        f"deviations {side} {_shown(verdict.expected)}, {verdict.source}"
    )
    numbers = (verdict.observed, verdict.expected, verdict.lower, verdict.upper)
    observed, expected, lower, upper = (round(float(number), 6) for number in numbers)
    return RateAnomaly(
        minute.window_start,
        minute.service_name,
        verdict.metric,
        observed,
        expected,
        lower,
        upper,
        reason,
    )


def _shown(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")
