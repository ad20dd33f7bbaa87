"""Values that Hypothesis draws: the same ones each time, and many, for one job to take all."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

T = TypeVar("T")
Drawn = tuple[str, dict[str, Any]]
"""A line, and the fields that it must give."""


def drawn(strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """The same ``count`` values of a strategy each time."""
    values: list[T] = []

    @settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: T) -> None:
        values.append(value)

    collect()
    assert len(values) == count
    return values


def iso(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


# Often what means something in a line, else any characters.
SIGNS = st.text(st.sampled_from("\"\\[] -'{}:,/=?\t\n\0a1é日😀"), min_size=1, max_size=12)
TEXT = SIGNS | st.text(st.characters(codec="utf-8"), max_size=12)
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30)).map(
    lambda time: time.replace(microsecond=0)
)
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ZONED = st.builds(lambda time, zone: time.replace(tzinfo=zone), INSTANTS, ZONES)

# What JSON holds.
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
