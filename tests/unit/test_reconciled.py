"""Windows as runs: what a batch touched, in few words."""

from datetime import datetime, timedelta

import pytest

from millrace.records.reconciled import MOST_RUNS, runs

START = datetime(2026, 3, 29, 1, 30)
MINUTE = timedelta(minutes=1)


def at(*minutes: int) -> list[datetime]:
    return [START + n * MINUTE for n in minutes]


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ([], []),
        ([0], [(0, 1)]),
        ([2, 0, 1], [(0, 3)]),
        ([0, 1, 3, 10, 11], [(0, 2), (3, 4), (10, 12)]),
    ],
)
def test_windows_that_follow_on_one_another_are_one_run(
    starts: list[int], expected: list[tuple[int, int]]
) -> None:
    assert runs(set(at(*starts))) == [tuple(at(*run)) for run in expected]


def test_there_are_so_many_runs_and_each_window_is_in_one() -> None:
    near = [START + n * 2 * MINUTE for n in range(50)]
    far = [START - timedelta(days=n**2) for n in range(1, 2 * MOST_RUNS)]
    found = runs({*near, *far})
    assert len(found) == MOST_RUNS
    for window in (*near, *far):
        assert sum(first <= window < until for first, until in found) == 1
    # The widest gaps are left out.
    alone = far[:-MOST_RUNS:-1]
    assert found == [*((one, one + MINUTE) for one in alone), (far[-MOST_RUNS], near[-1] + MINUTE)]
