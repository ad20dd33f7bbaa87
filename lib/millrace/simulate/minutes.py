"""Times in UTC as text to the minute. Neighbouring lines mostly share a minute, hence the cache."""

from datetime import UTC, datetime
from functools import lru_cache

SECONDS = tuple(f"{second:02d}" for second in range(60))
"""The seconds of a minute as two digits."""


@lru_cache(maxsize=10_000)
def iso_minute(minute: int) -> str:
    """``2025-01-22T23:30``: a minute, counted since 1970, in ISO 8601."""
    return f"{datetime.fromtimestamp(minute * 60, UTC):%Y-%m-%dT%H:%M}"
