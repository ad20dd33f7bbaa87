"""Rules that score a record, each with its reason; the rules are data."""

import sys
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.records.fields import ANOMALY, DETAILS, document
from millrace.records.formats import FORMATS, Format

HIGHEST_SCORE = 100
OBSERVED_CHARACTERS = 200
_MOST_POINTS = 1_000_000
_NUMERIC = ("int", "bigint", "double", "decimal")

Comparison = Literal["eq", "ne", "gt", "gte", "lt", "lte", "present"]
Points = Annotated[int, Field(strict=True, ge=1, le=HIGHEST_SCORE)]
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Linear(_Model):
    """Points that grow with the field: ``base + per_unit * (value - above)``."""

    base: _Number
    per_unit: _Number
    above: _Number


def _linear(points: object) -> object:
    """A plain number as points that do not grow."""
    if isinstance(points, dict | Linear):
        return points
    if type(points) is int and 1 <= points <= HIGHEST_SCORE:
        return Linear(base=points, per_unit=0, above=0)
    raise ValueError(
        f"expected a whole number from 1 to {HIGHEST_SCORE}, or base, per_unit and above,"
        f" not {points!r}"
    )


def _number_or_text(threshold: Any) -> float | str | None:
    """The same, a number as a float."""
    if threshold is None or isinstance(threshold, str):
        return threshold
    # YAML takes NO and on for truth values, and 2025-01-22 for a date.
    is_number = isinstance(threshold, int | float) and not isinstance(threshold, bool)
    if is_number and abs(threshold) <= sys.float_info.max:
        return float(threshold)
    raise ValueError(f"expected a number or a text in quotes, not {threshold}")


class Rule(_Model):
    """One rule: a record whose ``field`` compares so to ``threshold`` has ``points``.

    In a file ``points`` may be a plain number. ``message`` says to people what the rule is about.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    field: str
    comparison: Comparison
    threshold: Annotated[float | str | None, BeforeValidator(_number_or_text)] = None
    points: Annotated[Linear, BeforeValidator(_linear)]
    message: str

    @model_validator(mode="after")
    def _fits_its_field(self) -> "Rule":
        types = {kind for format in FORMATS if (kind := _types(format).get(self.field))}
        if not types:
            raise ValueError(f"rule {self.name}: no format has a field {self.field!r} to compare")
        is_numeric = all(kind.startswith(_NUMERIC) for kind in types)
        if not is_numeric and not types <= {"string"} and self.comparison != "present":
            raise ValueError(f"rule {self.name}: {self.field} can only be compared by 'present'")
        if (self.threshold is None) != (self.comparison == "present"):
            wanted = "no threshold" if self.comparison == "present" else "a threshold"
            raise ValueError(f"rule {self.name}: the comparison {self.comparison} takes {wanted}")
        if is_numeric and isinstance(self.threshold, str):
            raise ValueError(f"rule {self.name}: the threshold of {self.field} must be a number")
        if not is_numeric and isinstance(self.threshold, float):
            raise ValueError(f"rule {self.name}: the threshold of {self.field} must be a text")
        if not is_numeric and self.comparison in ("gt", "gte", "lt", "lte"):
            raise ValueError(f"rule {self.name}: {self.field} is a text, which has no order here")
        if not is_numeric and self.points.per_unit:
            raise ValueError(f"rule {self.name}: points can only grow with a number")
        return self


class Severity(_Model):
    """A name for scores from ``score`` on."""

    name: str = Field(pattern=r"^[A-Z]{1,8}$")
    score: Points


class RecordRules(_Model):
    """The rules for records, and the names of scores, the highest first."""

    severities: tuple[Severity, ...]
    rules: tuple[Rule, ...]

    @property
    def severity_names(self) -> tuple[str, ...]:
        """What a record's severity can be."""
        return tuple(severity.name for severity in self.severities)

    @model_validator(mode="after")
    def _is_consistent(self) -> "RecordRules":
        names = [rule.name for rule in self.rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two rules are named {name}")
        scores = [severity.score for severity in self.severities]
        if scores != sorted(set(scores), reverse=True):
            raise ValueError("severities must stand in order, the highest score first")
        return self


def scored(rules: RecordRules, format: Format) -> Callable[[DataFrame], DataFrame]:
    """A transform that adds ``anomaly``: score (int), severity and reasons; null where none.

    The score is that of the rule with most points, 100 at most; ``reasons`` names every rule that
    applies, with what was observed (200 characters at most) and the points, uncapped. Rules for
    fields that records of ``format`` do not have are passed over.
    """
    fields = _types(format)
    applicable = [rule for rule in rules.rules if rule.field in fields]

    def transform(records: DataFrame) -> DataFrame:
        if not applicable:
            return records.withColumn("anomaly", F.lit(None).cast(ANOMALY.type))
        points = {f"_points_{rule.name}": _points(rule) for rule in applicable}
        most = F.greatest(*map(F.col, points), F.lit(0))
        return (
            records.withColumns(points)
            .withColumn("_score", F.least(most, F.lit(HIGHEST_SCORE)))
            .withColumn("anomaly", F.when(F.col("_score") > 0, _anomaly(rules, applicable)))
            .drop("_score", *points)
        )

    return transform


def _types(format: Format) -> dict[str, str]:
    """The fields that a record has by the time it is scored, and their types."""
    own = {field.name: field.type for field in document(format, raw=False) if field is not ANOMALY}
    return own | ({f"details.{d.name}": d.type for d in DETAILS} if format == "shop" else {})


def _points(rule: Rule) -> Column:
    """The rule's points (int), null where it does not apply or they come to nothing."""
    value, linear = F.col(rule.field), rule.points
    exact = F.lit(linear.base)
    if linear.per_unit:
        exact += (value.cast("double") - linear.above) * linear.per_unit
    bounded = F.greatest(F.least(exact, F.lit(_MOST_POINTS)), F.lit(0))
    points = F.round(bounded).cast("int")
    return F.when(_applies(rule, value), F.nullif(points, F.lit(0)))


def _applies(rule: Rule, value: Column) -> Column:
    threshold: Any = rule.threshold
    comparisons: dict[Comparison, Column] = {
        "eq": value == threshold,
        "ne": value != threshold,
        "gt": value > threshold,
        "gte": value >= threshold,
        "lt": value < threshold,
        "lte": value <= threshold,
        "present": value.isNotNull(),
    }
    return comparisons[rule.comparison]


def _anomaly(rules: RecordRules, applicable: list[Rule]) -> Column:
    severity = F.coalesce(
        *(F.when(F.col("_score") >= s.score, s.name) for s in rules.severities),
        F.lit(None).cast("string"),
    )
    reasons = F.array_compact(F.array(*map(_reason, applicable)))
    return F.struct(
        F.col("_score").alias("score"), severity.alias("severity"), reasons.alias("reasons")
    )


def _reason(rule: Rule) -> Column:
    points = F.col(f"_points_{rule.name}")
    threshold = rule.threshold
    if isinstance(threshold, float) and threshold.is_integer():
        threshold = int(threshold)
    shown = F.lit(None if threshold is None else str(threshold)).cast("string")
    reason = F.struct(
        F.lit(rule.name).alias("rule"),
        F.substring(F.col(rule.field).cast("string"), 1, OBSERVED_CHARACTERS).alias("observed"),
        shown.alias("threshold"),
        points.alias("points"),
    )
    return F.when(points.isNotNull(), reason)
