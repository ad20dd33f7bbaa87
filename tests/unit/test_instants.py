"""Steps of time as they are asked for, and where they begin."""

from datetime import UTC, datetime, timedelta

import pytest

from millrace.api.instants import ceiling, floor, step

SECOND, MINUTE, HOUR = (timedelta(seconds=seconds) for seconds in (1, 60, 3600))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", 30 * SECOND),
        ("90", 90 * SECOND),
        ("5m", 5 * MINUTE),
        ("1h", HOUR),
        ("1d", 24 * HOUR),
        ("2w", 14 * 24 * HOUR),
    ],
)
def test_a_step_is_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert step(text, SECOND) == expected


@pytest.mark.parametrize(
    "text", ["", "m", "0m", "-5m", "1.5m", "1y", "90s", "5 m", "9999999s", "٣m"]
)
def test_what_is_no_multiple_of_a_minute_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="multiple of 1m"):
        step(text, MINUTE)


@pytest.mark.parametrize(
    ("length", "first", "last"),
    [
        (MINUTE, "2026-03-29T01:30:00", "2026-03-29T01:31:00"),
        (HOUR, "2026-03-29T01:00:00", "2026-03-29T02:00:00"),
        (24 * HOUR, "2026-03-29T00:00:00", "2026-03-30T00:00:00"),
        (7 * 24 * HOUR, "2026-03-23T00:00:00", "2026-03-30T00:00:00"),  # Mondays
    ],
)
def test_steps_begin_as_the_calendar_does(length: timedelta, first: str, last: str) -> None:
    time = datetime(2026, 3, 29, 1, 30, 20, tzinfo=UTC)
    start, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, last))
    assert (floor(time, length), ceiling(time, length)) == (start, end)
    assert floor(start, length) == ceiling(start, length) == start
