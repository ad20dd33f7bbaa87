"""A rule: what it watches, what it holds that against, and whether it can be evaluated at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from millrace.alerts.measures import METRICS, Metric, Source
from millrace.records.alerts import LONGEST_MINUTES, Comparison, MetricName, NoData, Severity
from millrace.records.formats import Layout
from millrace.records.tables import LEVELS, SERVICE, Key
from millrace.search import QueryError, compiled
from millrace.windows.key_matches import as_stored, wanted

_MOST_VALUES = 20
_QUERY_METRIC: MetricName = "matching_lines"

Texts = Annotated[list[Annotated[str, Field(max_length=256)]], Field(max_length=_MOST_VALUES)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Minutes = Annotated[int, Field(ge=1, le=LONGEST_MINUTES)]


class RuleError(Exception):
    """A rule cannot be evaluated: the name of the key, and what is expected of it."""

    def __init__(self, key: str, expected: str, nearest: Sequence[str] = ()) -> None:
        super().__init__(f"{key}: {expected}")
        self.nearest = tuple(nearest)


class RuleFilter(BaseModel):
    """Which figures a rule watches: all, but for the keys that are named."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    feed: Texts = Field(
        default=[], description="Feeds; all that have the metric where none is named."
    )
    service_name: Texts = []
    http_route: Texts = []
    country: Texts = []

    @property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """The values of each key that is named, but the feed."""
        named = self.model_dump(exclude={"feed"})
        return {name: tuple(values) for name, values in named.items() if values}


class Rule(BaseModel):
    """A rule of a user's over figures by minute.

    In each minute the metric of the last `window_minutes` is held against the threshold. The rule
    fires once that was a breach in `for_minutes` minutes in a row, and ends with the first minute
    that is none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(min_length=1, max_length=128, pattern=r"\S")
    metric: MetricName
    filter: RuleFilter = Field(
        default=RuleFilter(),
        description="`feed`, `service_name`, `http_route`, `country`: lists of values.",
    )
    query: str | None = Field(
        default=None,
        max_length=1024,
        description=f"What lines match: of the metric {_QUERY_METRIC} alone.",
    )
    comparison: Comparison = Field(
        default=">", description="What a breach is; `outside` has a band."
    )
    threshold: Number | None = Field(default=None, description="Of `>` and `<`.")
    lower: Number | None = Field(default=None, description="The band's lower bound, of `outside`.")
    upper: Number | None = Field(default=None, description="The band's upper bound, of `outside`.")
    window_minutes: Minutes = 1
    for_minutes: Minutes = 1
    no_data: NoData = Field(
        default="ok",
        description="What a window without data is: no breach, a breach, or neither, so that"
        " everything stays as it is.",
    )
    severity: Severity = "warning"
    enabled: bool = True

    @model_validator(mode="before")
    @classmethod
    def _has_its_bounds(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        is_band = values.get("comparison", ">") == "outside"
        for key in ("lower", "upper") if is_band else ("threshold",):
            if values.get(key) is None:
                raise ValueError(f"{key}: expected a number")
        for key in ("threshold",) if is_band else ("lower", "upper"):
            if values.get(key) is not None:
                of = "> and <" if key == "threshold" else "outside"
                raise ValueError(f"{key}: is for the comparison {of} alone")
        return values

    @model_validator(mode="after")
    def _band_is_not_empty(self) -> "Rule":
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError("lower: expected at most upper")
        return self

    def is_breach(self, value: float) -> bool:
        """Whether a value of the metric is one."""
        if self.threshold is not None:
            return value > self.threshold if self.comparison == ">" else value < self.threshold
        return self.lower is None or self.upper is None or not self.lower <= value <= self.upper

    @property
    def bounds(self) -> str:
        """What a breach is, in words: ``> 0.05``, ``outside 10 to 20``."""
        if self.threshold is not None:
            return f"{self.comparison} {self.threshold:g}"
        return f"outside {self.lower:g} to {self.upper:g}"

    @property
    def meaning(self) -> dict[str, Any]:
        """What decides when it fires; a rule with another one begins anew."""
        return self.model_dump(mode="json", exclude={"name", "severity"})


@dataclass(frozen=True)
class Watched:
    """What a rule asks of figures: its metric, of these feeds, of rows with these keys' values."""

    metric: Metric
    source: Source
    feeds: tuple[str, ...]
    keys: Mapping[str, tuple[str, ...]]

    @property
    def services(self) -> tuple[str, ...]:
        """The services whose lines say whether there is data; of all where none is named."""
        return self.keys.get(SERVICE.name, ())


def watched(rule: Rule, layouts: Mapping[str, Layout], hidden: Collection[str] = ()) -> Watched:
    """What the rule watches, among feeds of these layouts; ``hidden`` fields are not to be named.

    Raises RuleError where there is nothing of the kind.
    """
    metric, keys = METRICS[rule.metric], dict(rule.filter.keys)
    source = metric.source(keys)
    if source is None:
        known = [*dict.fromkeys(name for one in metric.sources for name in one.filters)]
        name = next((name for name in keys if name not in known), next(iter(keys)))
        told = ", ".join(known) if known else "feed alone"
        raise RuleError(f"filter.{name}", f"{metric.name} is chosen by {told}", known)
    _refuse_unstorable(keys, source)
    feeds = _feeds(rule, source, layouts)
    for name, values in _asked(rule, [layouts[feed] for feed in feeds], hidden).items():
        if name in keys:
            raise RuleError("query", f"{name} is named in the filter already")
        keys[name] = tuple(sorted(values))
    for name in keys:
        if name in hidden:
            raise RuleError(f"filter.{name}", "this field is hidden")
    return Watched(metric, source, feeds, keys)


def _feeds(rule: Rule, source: Source, layouts: Mapping[str, Layout]) -> tuple[str, ...]:
    having = [name for name, layout in layouts.items() if layout in source.table.layouts]
    for name in rule.filter.feed:
        if name not in layouts:
            raise RuleError("filter.feed", f"{name!r} is none of {', '.join(layouts)}")
        if name not in having:
            told = f"lines of {name} are not counted in {source.table.name}"
            raise RuleError("filter.feed", told, having)
    if not having:
        raise RuleError("metric", f"no feed's lines are counted in {source.table.name}")
    return tuple(dict.fromkeys(rule.filter.feed)) or tuple(having)


def _refuse_unstorable(keys: Mapping[str, tuple[str, ...]], source: Source) -> None:
    own: dict[str, Key] = {key.name: key for key in source.table.keys}
    for name, values in keys.items():
        if any(as_stored(own[name], value) is None for value in values):
            raise RuleError(f"filter.{name}", f"expected 1 to {own[name].characters} characters")


def _asked(
    rule: Rule, layouts: Sequence[Layout], hidden: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """The keys' values that the query names; none where the metric has no query."""
    if rule.metric != _QUERY_METRIC:
        if rule.query is not None:
            raise RuleError("query", f"is for the metric {_QUERY_METRIC} alone")
        return {}
    try:
        found = wanted(compiled(rule.query or "", layouts, hidden))
    except QueryError as error:
        raise RuleError("query", error.message, error.nearest) from None
    if not found:
        names = ", ".join(key.name for key in LEVELS.keys)
        raise RuleError("query", f"figures tell nothing but values of {names}")
    return found
