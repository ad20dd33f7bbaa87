"""What answers about alert rules look like; the schema at /openapi.json is made from these."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from millrace.alerts.rules import Rule
from millrace.api.figure_models import Bucket
from millrace.records.alerts import Cause, Kind, MetricName, Status


class MetricOfRules(BaseModel):
    """A metric that rules may watch: its unit, of which tables it is made, and by which formula.

    ``filters`` are the keys by which a rule may choose figures; ``feeds`` those that have it.
    """

    name: MetricName
    unit: str
    formula: str
    tables: list[str]
    filters: list[str]
    feeds: list[str]


class MetricsOfRules(BaseModel):
    """The metrics that rules may watch."""

    items: list[MetricOfRules]


class Window(BaseModel):
    """The minutes that a value is of, and how far their figures can be trusted.

    ``trust`` is null where MySQL does not tell.
    """

    since: str
    until: str
    table: str
    trust: Bucket | None


class RuleState(BaseModel):
    """How a rule stands.

    It is evaluated for all minutes until ``evaluated_until``, and settled ones are those until
    ``counted_until``: of later ones there is no data. What came of minutes until ``final_until``
    stays; later ones are evaluated again, as their figures may change. ``since`` is when it began
    to fire, or to be pending; ``value`` is that of the last window, null without data.
    """

    status: Status
    since: str | None
    value: float | None
    cause: Cause | None
    evaluated_until: str
    counted_until: str
    final_until: str
    window: Window


class Delivery(BaseModel):
    """What the Alertmanager has of a rule: ``off`` where none is configured.

    ``waiting`` is what fires and was not taken yet; ``sent`` what it has, last sent at
    ``sent_at``.
    """

    state: Literal["off", "none", "waiting", "sent"]
    sent_at: str | None


class AlertRule(BaseModel):
    """A rule, how it stands, and what the Alertmanager has of it.

    ``state`` is null before it was evaluated. ``fault`` says why it cannot be, as with a feed that
    is no more, or whose topic Kafka does not have.
    """

    id: str
    version: int
    rule: Rule
    created_at: str
    updated_at: str
    silenced_until: str | None
    fault: str | None
    state: RuleState | None
    delivery: Delivery


class AlertRules(BaseModel):
    """All rules, in the order in which they were made."""

    items: list[AlertRule]


class Change(BaseModel):
    """A rule began to fire or ended, with the minute that ends ``at``.

    ``bounds`` are those that it had then, ``told_at`` is when it was found. Of a correction figures
    of minutes had changed that were evaluated before; what was found first and did not hold is
    withdrawn.
    """

    kind: Kind
    at: str
    value: float | None
    cause: Cause | None
    name: str
    bounds: str
    told_at: str
    is_correction: bool
    withdrawn_at: str | None


class History(BaseModel):
    """What became of a rule, the latest first; ``is_cut`` where there is more."""

    items: list[Change]
    is_cut: bool


class Preview(BaseModel):
    """A rule to be tried over figures that are there, before it is stored."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rule: Rule
    from_: str = Field(default="now-24h", alias="from", max_length=64)
    to: str = Field(default="now", max_length=64)


class Firing(BaseModel):
    """A time in which a rule would have fired; ``until`` is null where it would still."""

    since: str
    until: str | None
    value: float | None
    cause: Cause | None


class Previewed(BaseModel):
    """What a rule would have done between two times: whole minutes, and settled ones alone.

    ``values`` has the metric at the end of each minute, null without data. ``trust`` is that of
    all the minutes together.
    """

    since: str
    until: str
    sentence: str
    firings: list[Firing]
    values: list[float | None]
    bounds: str
    trust: Bucket | None
    took_ms: float


class Silence(BaseModel):
    """Until when a rule is silenced: a time, as `now+2h`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    until: str = Field(max_length=64)
