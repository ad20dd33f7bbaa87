"""What is known of a service's minute, and what stands out in it: two tables in MySQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from millrace.records import tables
from millrace.records.tables import Key

Metric = Literal["error_ratio", "p95_ms", "volume"]

METRIC = Key("metric", 16)
_REASON = Key("reason", 300)


@dataclass(frozen=True, slots=True)
class ServiceMinute:
    """What happened to a service in a minute: ``timed`` requests have the percentile ``p95_ms``."""

    window_start: datetime
    service_name: str
    events: int = 0
    errors: int = 0
    timed: int = 0
    p95_ms: float | None = None


@dataclass(frozen=True, slots=True)
class RateAnomaly:
    """A minute's metric outside of the band from ``lower`` to ``upper`` around ``expected``."""

    window_start: datetime
    service_name: str
    metric: Metric
    observed: float
    expected: float
    lower: float
    upper: float
    reason: str


ANOMALIES_DDL = f"""CREATE TABLE IF NOT EXISTS rate_anomalies (
  window_start DATETIME NOT NULL,
  feed {tables.FEED.type} NOT NULL,
  service_name {tables.SERVICE.type} NOT NULL,
  metric {METRIC.type} NOT NULL,
  observed DOUBLE NOT NULL,
  expected DOUBLE NOT NULL,
  `lower` DOUBLE NOT NULL,
  `upper` DOUBLE NOT NULL,
  reason {_REASON.type} NOT NULL,
  PRIMARY KEY (window_start, feed, service_name, metric)
)"""

# The figures by minute summed to services, kept because a sum over an hour of them is slow. It
# holds nothing that cannot be computed from them again; the feed comes first in its key, so that
# one feed's minutes lie together.
SERVICE_MINUTES_DDL = f"""CREATE TABLE IF NOT EXISTS service_minutes (
  feed {tables.FEED.type} NOT NULL,
  window_start DATETIME NOT NULL,
  service_name {tables.SERVICE.type} NOT NULL,
  events BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  timed BIGINT NOT NULL,
  p95_ms {tables.LE_MS.type},
  PRIMARY KEY (feed, window_start, service_name)
)"""

STATEMENTS = (ANOMALIES_DDL, SERVICE_MINUTES_DDL)
