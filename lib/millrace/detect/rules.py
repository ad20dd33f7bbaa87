"""Rules that score a record, each with its reason; the rules are data."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from operator import eq, ge, gt, itemgetter, le, lt, ne
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from millrace.records.fields import ANOMALY, DETAILS, Fields, document
from millrace.records.formats import LAYOUTS, Layout
from millrace.records.numbers import double_text
from millrace.records.received import EPOCH

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
    """The threshold, numbers as float."""
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
        types = {kind for layout in LAYOUTS if (kind := _types(layout).get(self.field))}
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


Scorer = Callable[[Fields], dict[str, Any] | None]
_Compiled = tuple[int, Callable[[Any, Any], bool], Any, Callable[[Any], dict[str, Any] | None]]


def scorer(rules: RecordRules, layout: Layout) -> Scorer:
    """A function that gives a record's anomaly: score (int), severity and reasons; None where none.

    The score is that of the rule with most points, 100 at most; ``reasons`` names every rule that
    applies, with what was observed (200 characters at most) and the points, uncapped. Rules for
    fields that records of that layout do not have are passed over.
    """
    fields = _types(layout)
    by_field: dict[str, list[_Compiled]] = {}
    for position, rule in enumerate(rules.rules):
        if rule.field in fields:
            compiled = _compiled(position, rule, fields[rule.field])
            by_field.setdefault(rule.field, []).append(compiled)
    looked_at = [
        (*_path(field), fields[field].startswith("decimal"), own) for field, own in by_field.items()
    ]

    def score(record: Fields) -> dict[str, Any] | None:
        hits = []
        for name, within, is_decimal, own in looked_at:
            value = record.get(name)
            if within and value is not None:
                value = value.get(within)
            if value is not None:
                # Compared as a number of the kind that a threshold is.
                compared = float(value) if is_decimal else value
                for position, holds, threshold, reason_of in own:
                    if holds(compared, threshold) and (reason := reason_of(value)):
                        hits.append((position, reason))
        if not hits:
            return None
        reasons = [reason for _, reason in sorted(hits, key=itemgetter(0))]
        score = min(max(reason["points"] for reason in reasons), HIGHEST_SCORE)
        severity = next((s.name for s in rules.severities if score >= s.score), None)
        return {"score": score, "severity": severity, "reasons": reasons}

    return score


def fields_of(rules: RecordRules) -> set[str]:
    """The fields that any rule looks at."""
    return {rule.field for rule in rules.rules}


def _types(layout: Layout) -> dict[str, str]:
    """The fields that a record has by the time it is scored, and their types."""
    later = {ANOMALY.name, "_id", "kafka"}
    own = {f.name: f.type for f in document(layout, raw=False) if f.name not in later}
    return own | ({f"details.{d.name}": d.type for d in DETAILS} if layout == "shop" else {})


def _path(field: str) -> tuple[str, str]:
    """The field of a record that a rule's is, or is within, and its name there or nothing."""
    name, _, within = field.partition(".")
    return name, within


def _compiled(position: int, rule: Rule, type: str) -> _Compiled:
    """The rule's position, comparison and threshold, and what gives the reason where that holds."""
    threshold = rule.threshold
    shown = int(threshold) if isinstance(threshold, float) and threshold.is_integer() else threshold
    reason = {"rule": rule.name, "threshold": None if shown is None else str(shown)}

    def reason_of(value: Any) -> dict[str, Any] | None:
        """None where the rule's points come to nothing."""
        points = _points(rule.points, value)
        observed = _text(value, type)[:OBSERVED_CHARACTERS]
        return reason | {"observed": observed, "points": points} if points else None

    return position, _COMPARISONS[rule.comparison], threshold, reason_of


_COMPARISONS: dict[Comparison, Callable[[Any, Any], bool]] = {
    "eq": eq,
    "ne": ne,
    "gt": gt,
    "gte": ge,
    "lt": lt,
    "lte": le,
    "present": lambda value, threshold: True,
}


def _points(linear: Linear, value: Any) -> int:
    """The rule's points, rounded half up, 0 where they come to nothing."""
    exact = linear.base
    if linear.per_unit:
        exact += (float(value) - linear.above) * linear.per_unit
    bounded = max(min(exact, float(_MOST_POINTS)), 0.0)
    whole = int(bounded)
    return whole + (bounded - whole >= 0.5)


def _text(value: Any, type: str) -> str:
    """A value as it is shown: numbers and times as Spark writes them, lists and maps as JSON."""
    if type == "timestamp":
        time = (EPOCH + timedelta(microseconds=value)).replace(tzinfo=None)
        return time.isoformat(" ").rstrip("0") if value % 1_000_000 else time.isoformat(" ")
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
