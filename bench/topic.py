"""The lines that every contender reads: a topic, filled once."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from millrace.config import Config
from millrace.io import kafka
from millrace.io.kafka import Topic
from millrace.records.ranges import size
from millrace.simulate.lines import generate
from millrace.simulate.send import send

ADDRESSES = 50_000
FAULTS_PERCENT = 1.0
_SEED = 7
# So that lines of a topic that is filled in a minute or two do not come late.
_LINES_A_SECOND = 5_000
_PIECES = 7
_MINOR_VERSIONS = 12  # of 26 agents: about 300


def fill(
    conf: Config, topic: str, lines: int, on_progress: Callable[[int], None] | None = None
) -> Topic:
    """The topic with that many lines; raises ValueError where it holds another number of them."""
    kafka.create_topics(conf.kafka, [topic])
    there = _size(conf, topic)
    if not there:
        send(conf.kafka, topic, varied(lines), on_progress=on_progress)
    elif there != lines:
        raise ValueError(
            f"{topic} holds {there:,} lines, not {lines:,}: "
            f"remove .millrace/bench/data, or say --lines {there}"
        )
    return kafka.topic(conf.kafka, topic)


def varied(lines: int, faults_percent: float = FAULTS_PERCENT) -> Iterator[bytes]:
    """Lines of ``combined`` from 50,000 addresses and by 300 user agents, ended now."""
    rng = Random(_SEED)
    addresses = [".".join(str(rng.randrange(1, 255)) for _ in range(4)) for _ in range(ADDRESSES)]
    end = datetime.now(UTC)
    start = end - timedelta(seconds=lines / _LINES_A_SECOND)
    made = generate(
        "combined", lines, seed=_SEED, start=start, end=end, faults_percent=faults_percent
    )
    for number, line in enumerate(made):
        pieces = line.value.split(b'"')
        if line.fault or len(pieces) != _PIECES:
            yield line.value
            continue
        address = addresses[int(rng.random() ** 2 * ADDRESSES)].encode()
        pieces[0] = address + pieces[0][pieces[0].index(b" ") :]
        # A minor version more or less: as many distinct agents as a busy site sees.
        before, point, after = pieces[5].rpartition(b".0")
        pieces[5] = before + (b".%d" % (number % _MINOR_VERSIONS) if point else b"") + after
        yield b'"'.join(pieces)


def _size(conf: Config, topic: str) -> int:
    return size(kafka.offsets(conf.kafka, kafka.topic(conf.kafka, topic)))
