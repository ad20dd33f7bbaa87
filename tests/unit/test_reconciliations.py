"""Which outcome of a feed's reconciles is kept: a loss is not forgotten by looking elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest

from millrace.records.reconciliations import ALL, Reconciliation, kept

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def outcome(holds: bool, since: datetime, ended_at: datetime = NOON) -> Reconciliation:
    return Reconciliation("access", since, ended_at, holds, {"missing": 0 if holds else 7})


FAILED = outcome(False, NOON - 6 * HOUR)
LATER = NOON + HOUR


@pytest.mark.parametrize(
    ("before", "new", "holds", "since"),
    [
        (None, outcome(True, ALL), True, ALL),
        (None, FAILED, False, NOON - 6 * HOUR),
        (outcome(True, ALL), FAILED, False, NOON - 6 * HOUR),
        # The next hour's look begins an hour later: it cannot know.
        (FAILED, outcome(True, NOON - 5 * HOUR, LATER), False, NOON - 6 * HOUR),
        (FAILED, outcome(False, NOON - 5 * HOUR, LATER), False, NOON - 6 * HOUR),
        (FAILED, outcome(True, NOON - 6 * HOUR, LATER), True, NOON - 6 * HOUR),
        (FAILED, outcome(True, ALL, LATER), True, ALL),
    ],
)
def test_a_failure_stays_until_one_that_reaches_as_far_back_holds(
    before: Reconciliation | None, new: Reconciliation, holds: bool, since: datetime
) -> None:
    found = kept(before, new)
    assert (found.holds, found.since, found.ended_at) == (holds, since, new.ended_at)
