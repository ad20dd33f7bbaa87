"""Alert rules of users: where they, their states and their history are kept, and their words."""

from typing import Literal, get_args

RULES = "alert_rules"
STATES = "alert_states"
HISTORY = "alert_history"
LEASES = "leases"
COLLECTIONS = (RULES, STATES, HISTORY, LEASES)

MetricName = Literal[
    "error_ratio",
    "server_error_ratio",
    "p95_ms",
    "volume",
    "requests",
    "dead_letter_ratio",
    "late_lines",
    "anomalies",
    "revenue",
    "matching_lines",
]
Comparison = Literal[">", "<", "outside"]
NoData = Literal["ok", "alert", "keep"]
Severity = Literal["critical", "warning"]
Status = Literal["ok", "pending", "firing"]
Cause = Literal["value", "no_data"]
Kind = Literal["firing", "resolved"]

METRICS: tuple[MetricName, ...] = get_args(MetricName)

SETTLE_S = 30
"""A minute is settled once all lines are counted that were received so long after its end."""

OVERDUE_S = 300
"""A minute that is not settled so long after its end has no data, until it is."""

LONGEST_MINUTES = 1440
"""The longest window of a rule, and the longest time that it asks for a breach to last."""

KEPT_S = 900
"""How long the Alertmanager keeps an alert that nobody sends again."""

MOST_RULES = 500
