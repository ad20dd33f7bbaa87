"""Nothing is lost or doubled between a batch and who watches, whatever is cut or begun anew."""

import random
from collections import Counter
from datetime import timedelta
from threading import Event

import pytest
from api.serving import served
from api.watching import Ingest, Watcher, background, new_feed

from millrace.config import Config
from millrace.records.ledger import Batch

STEPS = 120


class Story:
    """What may happen to batches, drawn at random."""

    def __init__(self, ingest: Ingest, draw: random.Random) -> None:
        self._ingest, self._draw = ingest, draw
        self._written: list[Batch] = []
        self._acts = {
            self._commit: 60,
            self._wait_for_lines: 10,
            self._run_again: 8,
            self._write_again: 8,
            self._begin_anew: 3,
            self._turn_clock: 6,
            self._leave_numbers_out: 2,
        }

    def step(self) -> None:
        """The next that happens."""
        (act,) = self._draw.choices([*self._acts], [*self._acts.values()])
        act()

    def end(self) -> None:
        """All that waits is committed."""
        self._ingest.receive(3)
        self._written.append(self._ingest.batch())

    def _commit(self) -> None:
        self._wait_for_lines()
        self._batch(self._draw.choice((1, 5, 1000)))

    def _batch(self, most: int) -> None:
        if self._ingest.has_waiting:
            self._written.append(self._ingest.batch(most))

    def _wait_for_lines(self) -> None:
        self._ingest.receive(self._draw.randrange(8), self._draw.choice((1, 1, 1, 2, 5)))

    def _run_again(self) -> None:
        """The job is killed before the row is written, and writes the same batch."""
        self._ingest.receive(3)
        batch = self._ingest.batch(commits=False)
        self._ingest.write(batch)
        self._written.append(batch)

    def _write_again(self) -> None:
        """The job is killed after the row was written: the same batch, at another time."""
        if self._written:
            self._turn_clock()
            self._ingest.write(self._draw.choice(self._written[-5:]))

    def _begin_anew(self) -> None:
        """The checkpoint is removed: what is stored already is read, and written, again."""
        self._ingest.begin_anew()
        for _ in range(self._draw.randrange(6)):
            self._batch(self._draw.choice((3, 20)))

    def _turn_clock(self) -> None:
        """Else batches are committed in the same millisecond as those before."""
        self._ingest.committed_at += timedelta(seconds=self._draw.choice((-3600, -1, 0.001, 60)))

    def _leave_numbers_out(self) -> None:
        """Partitions are added: the batches that find this out have no lines, and no rows."""
        self._ingest.partitions += 1
        self._ingest.number += self._draw.randrange(1, 4)
        self._ingest.receive(self._ingest.partitions)
        self._batch(1000)


@pytest.mark.parametrize("seed", range(4))
def test_each_line_comes_once_over_cuts_restarts_and_checkpoints(
    servers: Config, seed: int
) -> None:
    draw = random.Random(seed)
    ingest = Ingest(servers, new_feed())
    story, is_over = Story(ingest, random.Random(1000 + seed)), Event()
    for _ in range(draw.choice((0, 10))):
        story.step()
    conf = servers.model_copy(update={"feeds": (ingest.feed,)})
    watcher = Watcher({}, draw.choice(("sse", "ndjson")))
    with served(conf) as api:
        watcher.watch(api, until=lambda: watcher.cursor is not None)
    seen = committed(ingest)

    def tell() -> None:
        for _ in range(STEPS):
            story.step()
        story.end()
        is_over.set()

    def is_done() -> bool:
        return is_over.is_set() and len(watcher.ids) >= len(wanted(ingest, seen))

    with background(tell):
        while not is_done():
            with served(conf) as api:
                for _ in range(draw.randrange(1, 6)):
                    most = draw.choice((500, 3_000, 20_000, 200_000))
                    watcher.watch(api, most, until=is_done)
    assert Counter(watcher.ids) == dict.fromkeys(wanted(ingest, seen), 1)
    assert not watcher.told("missed") + watcher.told("more")


def committed(ingest: Ingest) -> dict[int, int]:
    """Up to which offset of each partition lines were committed."""
    ends: dict[int, int] = {}
    for row in ingest.db.batches.find({"query": f"ingest-{ingest.feed.name}"}):
        for one in row["ranges"]:
            number = one["partition"]
            ends[number] = max(ends.get(number, 0), one["until_offset"])
    return ends


def wanted(ingest: Ingest, seen: dict[int, int]) -> list[str]:
    """The ids of lines that were committed later."""
    now = committed(ingest)
    return [
        one["_id"]
        for (partition, offset), own in list(ingest.lines.items())
        for one in own
        if seen.get(partition, 0) <= offset < now.get(partition, 0)
    ]
