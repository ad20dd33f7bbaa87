"""The batches of a query, found and followed by their numbers, and read once for all."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from api.serving import served
from api.watching import Ingest, Watcher, new_feed

from millrace.api import committed_lines
from millrace.api.committed_lines import CommittedLines
from millrace.api.follower import Follower
from millrace.api.frames import Item, Line, Told
from millrace.api.service import Search, Service, span
from millrace.config import Config
from millrace.io.mongo.batches import Batches
from millrace.records import positions
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.positions import Positions
from millrace.search import compiled

BATCHES = 20  # that are too many for who watches
Spans = Sequence[tuple[int, int, int]]
"""Partitions, each with the first offset and the end of what a batch took."""


@pytest.fixture
def ingest(servers: Config) -> Ingest:
    return Ingest(servers, new_feed())


def query(ingest: Ingest) -> str:
    return f"ingest-{ingest.feed.name}"


def commit(ingest: Ingest, number: int, spans: Spans) -> None:
    """Writes the row of a batch, and no document."""
    ranges = (OffsetRange(ingest.feed.topic, ingest.topic_id, *one) for one in spans)
    for partition, _, until in spans:
        ingest.receive_until(partition, until)
    ingest.commit(Batch(query(ingest), ingest.checkpoint, number, tuple(ranges)), 0)


def place(ingest: Ingest, *offsets: int) -> Positions:
    return {(ingest.topic_id, n): (offset, 0) for n, offset in enumerate(offsets)}


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 31, 32, 33, 250])
@pytest.mark.parametrize("left_out", [0, 3])
def test_the_last_batch_is_found_by_its_number(ingest: Ingest, count: int, left_out: int) -> None:
    numbers = [n for n in range(count) if not left_out or n % 17 >= left_out]
    for offset, number in enumerate(numbers):
        commit(ingest, number, [(0, offset, offset + 1)])
    batches = Batches(ingest.db, query(ingest))
    assert batches.end == (place(ingest, len(numbers)) if numbers else {})
    assert not batches.look()
    assert not batches.look_around()


@pytest.mark.parametrize("is_kept", [True, False])
def test_whatever_was_seen_the_batches_after_it_come_in_order(
    ingest: Ingest, is_kept: bool
) -> None:
    """So it is where the rows are known already, and where they have to be looked for."""
    draw, ends = random.Random(2), [0, 0, 0]
    batches = Batches(ingest.db, query(ingest))
    for number in range(60):
        until = [end + draw.choice((0, 0, 3)) for end in ends]
        until[number % 3] += 1
        commit(ingest, number, [(n, *one) for n, one in enumerate(zip(ends, until, strict=True))])
        ends = until
        if is_kept:
            assert batches.look_around() if number == 0 else batches.look()
    if not is_kept:
        batches = Batches(ingest.db, query(ingest))
    for _ in range(20):
        seen = place(ingest, *(draw.randrange(end + 1) for end in ends))
        numbers = []
        while batches.has_unseen(seen):
            for row in batches.ahead(seen, 7).rows:
                assert not positions.gap(row.ranges, seen)
                numbers.append(row.number)
                seen = positions.passed(row.ranges, seen)
        assert seen == place(ingest, *ends)
        assert numbers == sorted(set(numbers))


def test_a_batch_that_adds_nothing_hides_none_of_those_before_it(ingest: Ingest) -> None:
    """A new checkpoint comes to what was seen at another offset of each partition."""
    for number, spans in enumerate(
        (
            [(0, 0, 20), (1, 0, 20)],
            [(0, 20, 23), (1, 20, 21)],
            [(0, 23, 26), (1, 21, 21)],
            [(0, 26, 31), (1, 21, 23)],
        )
    ):
        commit(ingest, number, spans)
    batches = Batches(ingest.db, query(ingest))
    ahead = batches.ahead(place(ingest, 29, 19), 16)
    assert [row.number for row in ahead.rows] == [0, 1, 2, 3]


def test_a_checkpoint_that_was_put_back_hides_nothing(ingest: Ingest) -> None:
    """The batches of a number that was committed before have other offsets then."""
    for number in range(20):
        commit(ingest, number, [(0, 10 * number, 10 * number + 10)])
    batches = Batches(ingest.db, query(ingest))
    seen = place(ingest, 200)
    assert not batches.has_unseen(seen)
    for number in range(15, 21):
        start = 150 + 70 * (number - 15)
        commit(ingest, number, [(0, start, start + 70)])
    assert batches.look()
    while batches.has_unseen(seen):
        for row in batches.ahead(seen, 16).rows:
            assert not positions.gap(row.ranges, seen)
            seen = positions.passed(row.ranges, seen)
    assert seen == place(ingest, 150 + 70 * 6)


@pytest.mark.parametrize("left_out", [0, 1, 3])
def test_a_checkpoint_is_followed_though_its_driver_s_clock_is_late(
    ingest: Ingest, left_out: int
) -> None:
    """Another checkpoint has the row with the newest time, and numbers have no row meanwhile."""
    commit(ingest, 0, [(0, 0, 5)])
    ingest.begin_anew()
    ingest.committed_at -= timedelta(hours=1)
    commit(ingest, 0, [(0, 0, 9)])
    batches = Batches(ingest.db, query(ingest))
    commit(ingest, 1 + left_out, [(0, 9, 12)])
    assert batches.look_around()
    assert batches.end == place(ingest, 12)


def test_lines_from_the_archive_and_lines_given_up_are_no_batches(ingest: Ingest) -> None:
    commit(ingest, 0, [(0, 0, 5)])
    own = ingest.checkpoint
    ingest.checkpoint = "archive-0a1b"
    commit(ingest, 7, [(0, 0, 900)])
    lost = {"_id": f"{query(ingest)}/lost/1", "query": query(ingest), "state": "lost", "ranges": []}
    ingest.db.batches.insert_one(lost)
    batches = Batches(ingest.db, query(ingest))
    assert batches.end == place(ingest, 5)
    ingest.checkpoint = own
    commit(ingest, 1, [(0, 5, 6)])
    assert batches.look()


async def taken(source: CommittedLines, until: Any) -> list[Item]:
    """What a watcher is told until something is so."""
    found: list[Item] = []
    async for items in source.items():
        found += items
        if until(found):
            return found
    raise AssertionError("the tail has ended")


def lines(items: Sequence[Item]) -> list[str]:
    """The ids of the lines among what is told."""
    return [json.loads(one.content)["_id"] for one in items if isinstance(one, Line)]


def test_who_is_late_is_told_what_was_missed_and_where_it_is(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committed_lines, "MOST_LATE", BATCHES - 1)
    conf = ingest.conf.model_copy(update={"feeds": (ingest.feed,)})
    own, times = Service.of(conf), span("now-1h", "now")
    asked = Search(conf.feeds, *times, compiled("", [ingest.feed.layout]), "a test")

    def source(follower: Follower, seen: dict[str, Positions]) -> CommittedLines:
        return CommittedLines(own, follower, asked, seen)

    async def scenario() -> tuple[list[Item], list[Item]]:
        follower = Follower(conf)
        late = source(follower, {})
        async with late.opened():
            await taken(late, lambda found: True)
            await taken(late, lambda found: late._live)
            for _ in range(BATCHES):
                ingest.receive(2)
                ingest.batch()
            while follower.batches(ingest.feed.name).end != place(ingest, BATCHES, BATCHES):
                await follower.changed.wait()
            told = await taken(late, lambda found: any(isinstance(one, Told) for one in found))
        (missed,) = [one for one in told if isinstance(one, Told)]
        assert missed.event == "missed"
        again = source(follower, positions.parsed(missed.values["resume"], [ingest.feed.name]))
        async with again.opened():
            after = await taken(again, lambda found: len(lines(found)) >= 2 * BATCHES)
        return told, after

    told, after = asyncio.run(scenario())
    (missed,) = [one for one in told if isinstance(one, Told)]
    assert missed.values["batches"] == BATCHES
    assert missed.values["records"] == 2 * BATCHES
    assert missed.values["since"] <= missed.values["until"]
    assert lines(told) == []
    assert Counter(lines(after)) == dict.fromkeys(ingest.ids, 1)


def test_what_many_watch_is_read_once(ingest: Ingest) -> None:
    conf = ingest.conf.model_copy(update={"feeds": (ingest.feed,)})
    name = f"{conf.mongo.database}.{ingest.feed.name}"
    with served(conf) as api, ExitStack() as stack:
        watchers = [Watcher({"q": q}) for q in ("", "level:INFO") for _ in range(8)]
        for one in watchers:
            stack.enter_context(one.watching(api))
            one.take(until=lambda own=one: own.cursor is not None)
        ingest.db.command("profile", 2, filter={"ns": name, "op": "query"})
        try:
            for _ in range(5):
                ingest.receive(10)
                ingest.batch()
            for one in watchers:
                one.take(until=lambda own=one: len(own.ids) >= 50)
        finally:
            ingest.db.command("profile", 0, filter="unset")
        asked = ingest.db["system.profile"].count_documents({"ns": name, "op": "query"})
        ingest.db.drop_collection("system.profile")
        assert asked == 2 * 5
