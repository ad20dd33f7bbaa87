"""What was found of a window stands until a batch has a line of it, whatever runs at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from support.pipeline import wait_until

from millrace.config import Config, Feed, Mysql
from millrace.io import mysql
from millrace.io.mysql import reconciled
from millrace.io.mysql.ledger import record
from millrace.io.mysql.reconciled import Found, Moment
from millrace.io.mysql.snapshot import snapshot
from millrace.proof.vouched import Vouched
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.reconciled import ALL_WINDOWS, Run, State, WindowState
from millrace.records.tables import FIGURES_VERSION, LEVELS, TRAFFIC, fed_by

START = datetime(2026, 3, 29, 1, 30)
MINUTE = timedelta(minutes=1)
WINDOWS = [START + n * MINUTE for n in range(3)]
SECOND: Run = (WINDOWS[1], WINDOWS[2])


@pytest.fixture
def server(servers: Config) -> Mysql:
    mysql.prepare(servers.mysql)
    return servers.mysql


@pytest.fixture
def feed() -> Feed:
    name = f"windows_{uuid4().hex[:8]}"
    return Feed(name=name, topic=name, format="combined", service_name="web")


def now(server: Mysql, feed: Feed) -> Moment:
    with snapshot(server) as stored:
        return stored.moment(feed)


def found(at: datetime, state: State = "equal", late_lines: int = 0) -> list[Found]:
    """What is found of the three windows of a table."""
    own = WindowState(state, late_lines, at, FIGURES_VERSION)
    return [(TRAFFIC.name, start, own) for start in WINDOWS]


def known(server: Mysql, feed: Feed, table: str = TRAFFIC.name) -> dict[datetime, WindowState]:
    """What is known of the windows around START, by their starts."""
    with mysql.connection(server) as opened, opened.cursor() as cursor:
        cursor.execute(
            "SELECT window_start, state, late_lines, reconciled_at, figures_version"
            " FROM reconciled_windows WHERE feed = %s AND `table` = %s"
            " AND window_start >= %s AND window_start < %s",
            (feed.name, table, START - MINUTE, START + 9 * MINUTE),
        )
        return {row.pop("window_start"): WindowState(**row) for row in cursor.fetchall()}


def commit(server: Mysql, feed: Feed, number: int, *touched: Run, checkpoint: str = "a") -> None:
    """A batch that had lines of these windows, as the sink commits it."""
    with mysql.connection(server) as opened, opened.cursor() as cursor:
        reconciled.forget(cursor, feed.name, touched)
        record(cursor, batch(feed, number, checkpoint), rows_written=1, touched=touched)


def batch(feed: Feed, number: int, checkpoint: str = "a") -> Batch:
    ranges = (OffsetRange(feed.topic, "topic", 0, 10 * number, 10 * number + 10),)
    return Batch(f"aggregate-{feed.name}", checkpoint, number, ranges)


def test_what_was_found_is_read_back_and_no_later_look_is_undone(server: Mysql, feed: Feed) -> None:
    moment = now(server, feed)
    reconciled.write(server, found(moment.at, "late", 7), moment)
    assert known(server, feed) == dict(
        zip(WINDOWS, [WindowState("late", 7, moment.at, FIGURES_VERSION)] * 3, strict=True)
    )
    assert not known(server, feed, LEVELS.name)
    earlier = replace(moment, at=moment.at - MINUTE)
    reconciled.write(server, found(earlier.at), earlier)
    assert {one.state for one in known(server, feed).values()} == {"late"}
    later = now(server, feed)
    reconciled.write(server, found(later.at), later)
    assert set(known(server, feed).values()) == {WindowState("equal", 0, later.at, FIGURES_VERSION)}


def test_a_window_of_a_later_batch_is_not_known_any_more(server: Mysql, feed: Feed) -> None:
    other = feed.model_copy(update={"name": f"{feed.name}_2"})
    for each in (feed, other):
        moment = now(server, each)
        reconciled.write(server, found(moment.at), moment)
    commit(server, feed, 0, SECOND)
    assert list(known(server, feed)) == [WINDOWS[0], WINDOWS[2]]
    assert list(known(server, other)) == WINDOWS


@pytest.mark.parametrize(
    ("number", "checkpoint", "left"),
    [(1, "a", [0, 2]), (0, "a", [0, 2]), (0, "b", [0, 2])],
    ids=["the next", "the same again", "of a new checkpoint"],
)
def test_a_batch_that_is_committed_while_windows_are_compared_is_heeded(
    server: Mysql, feed: Feed, number: int, checkpoint: str, left: list[int]
) -> None:
    commit(server, feed, 0, ALL_WINDOWS)  # Its lines are among those that were compared.
    moment = now(server, feed)
    commit(server, feed, number, SECOND, checkpoint=checkpoint)
    reconciled.write(server, found(moment.at), moment)
    assert list(known(server, feed)) == [WINDOWS[n] for n in left]
    moment = now(server, feed)
    reconciled.write(server, found(moment.at), moment)
    assert list(known(server, feed)) == WINDOWS


def test_a_batch_of_an_earlier_version_may_have_had_lines_of_any_window(
    server: Mysql, feed: Feed
) -> None:
    moment = now(server, feed)
    commit(server, feed, 0)
    statement(server, f"UPDATE batches SET touched = NULL WHERE query = 'aggregate-{feed.name}'")
    reconciled.write(server, found(moment.at), moment)
    assert not known(server, feed)


def test_a_batch_that_is_under_way_is_waited_for(server: Mysql, feed: Feed) -> None:
    moment = now(server, feed)
    with ThreadPoolExecutor(1) as thread:
        with mysql.connection(server) as opened, opened.cursor() as cursor:
            reconciled.forget(cursor, feed.name, [SECOND])  # It finds nothing: there is nothing.
            written = thread.submit(reconciled.write, server, found(moment.at), moment)
            wait_until(lambda: is_waiting(server), "rows that wait", timeout_s=60)
            record(cursor, batch(feed, 0), rows_written=1, touched=[SECOND])
        written.result(60)
    assert list(known(server, feed)) == [WINDOWS[0], WINDOWS[2]]


def test_lines_that_are_given_up_may_be_of_any_window_before(server: Mysql, feed: Feed) -> None:
    moment = now(server, feed)
    reconciled.write(server, found(moment.at), moment)
    accepted_at = WINDOWS[1].replace(tzinfo=UTC) - timedelta(seconds=feed.max_future_skew_s)
    ledger = mysql.MysqlLedger(server, feed)
    ledger.accept_loss([OffsetRange(feed.topic, "topic", 0, 0, 1)], accepted_at)
    assert not known(server, feed)
    # Looked at before the loss was accepted, or after.
    for each in (moment, now(server, feed)):
        reconciled.write(server, found(each.at), each)
        assert list(known(server, feed)) == WINDOWS[1:]


def test_minutes_without_a_line_are_equal_between_those_that_have_some(
    server: Mysql, feed: Feed
) -> None:
    moment = now(server, feed)
    vouched = Vouched(
        server, feed, moment, WINDOWS[0], START + 4 * MINUTE, lambda start: 1 + (start > START)
    )
    for start, unequal in (
        (START - 10 * MINUTE, {}),  # before: alone
        (WINDOWS[2], {TRAFFIC.name: None, LEVELS.name: 3}),
        (START + 4 * MINUTE, {TRAFFIC.name: None}),  # still open
    ):
        vouched.add(start, unequal)
    vouched.end()
    rows = statement(server, f"SELECT * FROM reconciled_windows WHERE feed = '{feed.name}'")
    windows = [START - 10 * MINUTE, *WINDOWS, START + 3 * MINUTE]
    assert {(row["table"], row["window_start"]) for row in rows} == {
        (table.name, start) for table in fed_by(feed.layout) for start in windows
    }
    unequal_rows = {
        (row["table"], row["window_start"]): (row["state"], row["late_lines"])
        for row in rows
        if row["state"] != "equal"
    }
    assert unequal_rows == {
        (TRAFFIC.name, WINDOWS[2]): ("differs", 0),
        (LEVELS.name, WINDOWS[2]): ("late", 3),
    }
    assert all(row["figures_version"] == 1 + (row["window_start"] > START) for row in rows)


def is_waiting(server: Mysql) -> bool:
    running = statement(server, "SELECT info FROM information_schema.processlist")
    return any(str(row["info"]).startswith("INSERT INTO reconciled_windows") for row in running)


def statement(server: Mysql, text: str) -> Sequence[dict[str, object]]:
    with mysql.connection(server) as opened, opened.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall()
