"""A batch is tried again while a server is away, and for nothing else."""

import threading
from collections.abc import Callable, Iterator

import pytest
from pymongo.errors import AutoReconnect, NetworkTimeout

from millrace.errors import JobError
from millrace.runtime import retry
from millrace.runtime.retry import Retry, StoppingError
from millrace.telemetry import activity
from millrace.telemetry.activity import ACTIVITY

LIMIT_S = 300
RESET = AutoReconnect("connection closed")
SILENT = NetworkTimeout("timed out")


class Clock:
    """Time that passes only where somebody waits; ``waits`` are the pauses between tries."""

    def __init__(self) -> None:
        self.now, self.waits = 1_000.0, list[float]()

    def monotonic(self) -> float:
        return self.now

    def work(self, seconds: float) -> None:
        """Work that is seen to get on until its end."""
        self.now += seconds
        ACTIVITY.note()

    def silence(self, seconds: float) -> None:
        """Nothing is seen to get on."""
        self.now += seconds

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += seconds
        return False


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    made = Clock()
    monkeypatch.setattr(retry, "time", made)
    monkeypatch.setattr(activity, "time", made)
    ACTIVITY.note()
    yield made
    monkeypatch.undo()
    ACTIVITY.note()


Step = tuple[str, float] | Exception


def tried(clock: Clock, *tries: list[Step]) -> int:
    """Runs a batch whose tries are these steps, the last of them from then on; how many ran."""
    ran = [0]

    def write() -> None:
        steps = tries[min(ran[0], len(tries) - 1)]
        ran[0] += 1
        for step in steps:
            if isinstance(step, Exception):
                raise step
            getattr(clock, step[0])(step[1])

    Retry("ingest-web", LIMIT_S, clock).run(write)  # type: ignore[arg-type]
    return ran[0]


def work(seconds: float) -> Step:
    return ("work", seconds)


def silence(seconds: float) -> Step:
    return ("silence", seconds)


OUTLASTED: dict[str, list[list[Step]]] = {
    "three failures": [[RESET], [RESET], [RESET], [work(1)]],
    "a blip after an hour of work": [[work(3600), RESET], [work(3600)]],
    "a blip after an hour of work, twice": [[work(3600), RESET], [work(3600), RESET], [work(1)]],
    "blips each after two minutes of work": [*[[work(120), RESET]] * 9, [work(1)]],
    "timeouts each after two minutes of work": [*[[work(120), silence(75), SILENT]] * 9, [work(1)]],
    "a connection that is dead": [[work(400), silence(LIMIT_S), SILENT], [work(400)]],
}
TOO_LONG: dict[str, list[list[Step]]] = {
    "a server that refuses": [[RESET]],
    "a server that refuses after a while": [[silence(20), RESET]],
    "a server that is silent": [[silence(75), SILENT]],
    "a server that is silent from the midst of a batch on": [
        [work(3600), silence(75), SILENT],
        [silence(75), SILENT],
    ],
    "a statement that takes longer than the limit": [[work(3600), silence(LIMIT_S), SILENT]],
}


@pytest.mark.parametrize("case", OUTLASTED)
def test_an_outage_shorter_than_the_limit_is_outlasted(clock: Clock, case: str) -> None:
    tries = OUTLASTED[case]
    assert tried(clock, *tries) == len(tries)


@pytest.mark.parametrize("case", TOO_LONG)
def test_a_longer_outage_ends_with_the_server_its_time_and_what_to_do(
    clock: Clock, case: str
) -> None:
    with pytest.raises(JobError) as ended:
        tried(clock, *TOO_LONG[case])
    message = str(ended.value)
    assert message.startswith("MongoDB was unavailable at each of ")
    assert f"longer than stream.max_outage_s {LIMIT_S}. Nothing is lost" in message
    assert str(ended.value.__cause__) in message


def test_silence_counts_from_the_last_sign_of_work(clock: Clock) -> None:
    with pytest.raises(JobError, match=r"in 3\d\d s"):
        tried(clock, [work(200), silence(75), SILENT], [silence(75), SILENT])


def test_pauses_double_up_to_thirty_seconds_and_end_at_the_limit(clock: Clock) -> None:
    with pytest.raises(JobError, match=r"in 300 s"):
        tried(clock, [RESET])
    assert clock.waits[:7] == [1, 2, 4, 8, 16, 30, 30]
    assert sum(clock.waits) == LIMIT_S


def test_what_is_no_outage_ends_it_at_once(clock: Clock) -> None:
    with pytest.raises(ValueError, match="no"):
        tried(clock, [RESET], [ValueError("no")])
    assert len(clock.waits) == 1


def failing() -> Callable[[], None]:
    def write() -> None:
        raise RESET

    return write


def test_a_stop_is_not_kept_waiting(caplog: pytest.LogCaptureFixture) -> None:
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(StoppingError):
        Retry("ingest-web", LIMIT_S, stopping).run(failing())
    assert "its batch runs again at the next start" in caplog.text
