"""Times as logs write them, in the zones that feeds have."""

from datetime import UTC, datetime

import pytest

from millrace.parse import notations
from millrace.parse.options import DOUBT, Options
from millrace.parse.zones import Zone

RECEIVED = datetime(2026, 3, 29, 10, 0, 5, tzinfo=UTC)
INSTANTS = {
    "1774778400": "2026-03-29T10:00:00+00:00",
    "1774778400.123": "2026-03-29T10:00:00.123000+00:00",
    "1774778400123": "2026-03-29T10:00:00.123000+00:00",
    "1774778400123.456": "2026-03-29T10:00:00.123456+00:00",
    "1774778400123456": "2026-03-29T10:00:00.123456+00:00",
    "1774778400123456789": "2026-03-29T10:00:00.123456+00:00",
    "2026-03-29T12:00:00,123+0200": "2026-03-29T10:00:00.123000+00:00",
    "2026-03-29T10:00:00.1234567Z": "2026-03-29T10:00:00.123456+00:00",
    "2026-03-29 10:00:00 +0000 UTC": "2026-03-29T10:00:00+00:00",
    "2026-03-29 12:00:00.123 CEST": "2026-03-29T10:00:00.123000+00:00",
    "2026-03-29 12:00:00.123 +03": "2026-03-29T09:00:00.123000+00:00",
    "2026-03-29 12:00:00 -0500": "2026-03-29T17:00:00+00:00",
    "29/Mar/2026:10:00:00 +0000": "2026-03-29T10:00:00+00:00",
    "Sun, 29 Mar 2026 10:00:00 +0000": "2026-03-29T10:00:00+00:00",
    "Sun Mar 29 10:00:00 UTC 2026": "2026-03-29T10:00:00+00:00",
    "20260329T100000Z": "2026-03-29T10:00:00+00:00",
}
WALL_CLOCKS = {
    "29/Mar/2026:10:00:00.123": "2026-03-29T10:00:00.123000+00:00",
    "29/Mar/2026 10:00:00": "2026-03-29T10:00:00+00:00",
    "2026-03-29 10:00": "2026-03-29T10:00:00+00:00",
    "2026-03-29  9:00:00": "2026-03-29T09:00:00+00:00",
    "2026/03/29 10:00:00": "2026-03-29T10:00:00+00:00",
    "Mar 29 10:00:00": "2026-03-29T10:00:00+00:00",
    "Mar 29 10:00:00.5": "2026-03-29T10:00:00.500000+00:00",
    "Dec 31 23:59:59": "2025-12-31T23:59:59+00:00",
    "Mar 29 10:00:00 2025": "2025-03-29T10:00:00+00:00",
    "10:00:00.123": "2026-03-29T10:00:00.123000+00:00",
    "23:59:59": "2026-03-28T23:59:59+00:00",
    "26/03/29 10:00:00": "2026-03-29T10:00:00+00:00",
    "260329 10:00:00": "2026-03-29T10:00:00+00:00",
    "260329  9:00:00": "2026-03-29T09:00:00+00:00",
    "29-Mar-2026 10:00:00.123": "2026-03-29T10:00:00.123000+00:00",
    "Mar 29, 2026 10:00:00 AM": "2026-03-29T10:00:00+00:00",
    "Mar 29, 2026 12:00:00 AM": "2026-03-29T00:00:00+00:00",
    "Mar 29, 2026, 1:00:00\u202fPM": "2026-03-29T13:00:00+00:00",
    "Sun Mar 29 10:00:00.123456 2026": "2026-03-29T10:00:00.123456+00:00",
    "20260329100000": "2026-03-29T10:00:00+00:00",
    "2026-03-29 10:00:00 IST": "2026-03-29T10:00:00+00:00",
}
NONE = (
    "",
    "-",
    "now",
    "2026-13-01 10:00:00",
    "2026-02-30 10:00:00",
    "29/Mars/2026:10:00:00 +0000",
    "29/Mar/2026:24:00:00 +0000",
    "2026-03-29 10:00:00 +9900",
    "1" * 30,
    "-1774778400",
    "Mar 29, 2026 13:00:00 PM",
    "x" * 1_000,
)


def micros(time: datetime) -> int:
    return round(time.timestamp() * 1_000_000)


def shown(microseconds: int) -> str:
    seconds, rest = divmod(microseconds, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest).isoformat()


@pytest.mark.parametrize("text", INSTANTS)
def test_what_names_an_instant(text: str) -> None:
    moment = notations.moment(text, micros(RECEIVED))
    assert moment is not None
    assert (shown(moment[0]), moment[1]) == (INSTANTS[text], False)


@pytest.mark.parametrize("text", WALL_CLOCKS)
def test_what_a_wall_clock_shows(text: str) -> None:
    moment = notations.moment(text, micros(RECEIVED))
    assert moment is not None
    assert (shown(moment[0]), moment[1]) == (WALL_CLOCKS[text], True)


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_time(text: str) -> None:
    assert notations.moment(text, micros(RECEIVED)) is None


# In Berlin clocks go from 02:00 to 03:00 on 2026-03-29, and from 03:00 to 02:00 on 2026-10-25.
@pytest.mark.parametrize(
    ("local", "instant", "doubt"),
    [
        ("2026-01-15T12:00", "2026-01-15T11:00:00+00:00", None),
        ("2026-07-15T12:00", "2026-07-15T10:00:00+00:00", None),
        ("2026-03-29T01:59", "2026-03-29T00:59:00+00:00", None),
        ("2026-03-29T02:30", "2026-03-29T01:30:00+00:00", "nonexistent"),
        ("2026-03-29T03:00", "2026-03-29T01:00:00+00:00", None),
        ("2026-10-25T01:59", "2026-10-24T23:59:00+00:00", None),
        ("2026-10-25T02:30", "2026-10-25T00:30:00+00:00", "ambiguous"),
        ("2026-10-25T03:00", "2026-10-25T02:00:00+00:00", None),
    ],
)
def test_summer_time_by_the_rules_of_the_zone(local: str, instant: str, doubt: str | None) -> None:
    options, marks = Options(Zone("Europe/Berlin")), dict[str, str]()
    wall = micros(datetime.fromisoformat(local).replace(tzinfo=UTC))
    assert shown(options.local(wall, marks)) == instant
    assert marks.get(DOUBT) == doubt


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"])
def test_an_instant_and_its_wall_clock_are_one(zone: str) -> None:
    options = Options(Zone(zone))
    for hour in range(0, 8_760, 7):
        instant = micros(datetime(2026, 1, 1, tzinfo=UTC)) + hour * 3_600_000_000
        wall = options.wall(instant)
        if options.zone.doubt(wall) is None:
            assert options.local(wall, {}) == instant


def test_a_year_is_that_of_the_feeds_clock() -> None:
    """New Year comes to Kiritimati fourteen hours before it comes to UTC."""
    received = micros(datetime(2025, 12, 31, 11, 0, tzinfo=UTC))
    options = Options(Zone("Pacific/Kiritimati"))
    moment = notations.moment("Jan  1 01:00:00", options.wall(received))
    assert moment is not None
    assert shown(options.local(moment[0], {})) == "2025-12-31T11:00:00+00:00"


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="IANA"):
        Zone("Mars/Olympus")
