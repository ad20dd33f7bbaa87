"""A service goes on while servers are away, and ends with 0 where it is asked to, whatever runs."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
import typer

from millrace.cli.options import duration
from millrace.cli.repeated import repeated
from millrace.config import UnreachableError

OFTEN = timedelta(milliseconds=1)


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_goes_on_until_it_is_asked_to_stop(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = []

    def work() -> None:
        calls.append(len(calls))
        if len(calls) == 2:
            raise UnreachableError("mysql.host db:3306: no answer")
        if len(calls) == 4:
            os.kill(os.getpid(), number)

    with pytest.raises(SystemExit) as ended:
        repeated(work, OFTEN)
    assert ended.value.code == 0
    assert calls == [0, 1, 2, 3]
    told = [line for line in capsys.readouterr().err.splitlines() if "next run at" not in line]
    assert told == ["MySQL is unavailable: UnreachableError: mysql.host db:3306: no answer"]


def test_a_stop_that_cuts_work_off_is_no_failure_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            raise RuntimeError("what was cut off says so")

    with pytest.raises(SystemExit) as ended:
        repeated(work, OFTEN)
    assert ended.value.code == 0
    assert not capsys.readouterr().err


def test_a_stop_that_something_swallows_ends_it_after_the_work() -> None:
    calls = []

    def work() -> None:
        calls.append(1)
        with suppress(SystemExit):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(SystemExit) as ended:
        repeated(work, OFTEN)
    assert (ended.value.code, calls) == (0, [1])


def test_any_other_failure_ends_it() -> None:
    def work() -> None:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        repeated(work, OFTEN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("10m", timedelta(minutes=10)),
        ("1h", timedelta(hours=1)),
        ("1d", timedelta(days=1)),
    ],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0m", "1", "1w", "1.5h", "-1h", "1h30m", "9999999999d", "\u0661h"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="not a duration"):
        duration(text)
