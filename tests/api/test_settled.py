"""A minute is settled by what is counted, and final by what can still come."""

from datetime import UTC, datetime, timedelta

import pytest
from api.conftest import asking
from api.worlds import MINUTE, app_feed, empty

from millrace.alerts.standing import Reached
from millrace.api.documents import time_text
from millrace.api.service import Service
from millrace.api.settled import Settlement
from millrace.config import Config, Feed
from millrace.io import kafka, mysql
from millrace.io.kafka.offset_probe import OffsetProbe
from millrace.io.mysql.ledger import record
from millrace.records.alerts import SETTLE_S
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.tables import LEVELS
from millrace.simulate.send import send

FEED = app_feed("settled_app")
SETTLE = timedelta(seconds=SETTLE_S)


def reached(conf: Config, settlement: Settlement, *, with_letters: bool = False) -> Reached:
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        found = settlement.reached(cursor, FEED, with_letters=with_letters)
    assert found
    return found


def taken(conf: Config, settlement: Settlement, *, with_letters: bool = False) -> datetime:
    """Up to when all that was received is taken."""
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        found = settlement.taken(cursor, FEED, with_letters=with_letters)
    assert found
    return found.until


def count(conf: Config, feed: Feed) -> None:
    """`aggregate` commits a batch of all lines that are there."""
    topic = kafka.topic(conf.kafka, feed.topic)
    ends = OffsetProbe(conf.kafka).spans(feed.topic)
    ranges = [OffsetRange(feed.topic, topic.id, n, 0, end) for n, (_, end) in ends.items()]
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        batch = Batch(f"aggregate-{feed.name}", "a-checkpoint", 1, tuple(ranges))
        record(cursor, batch, rows_written=0)


def before(time: datetime) -> datetime:
    """The last minute that is settled where all is counted that was received by then."""
    return (time - SETTLE).replace(second=0, microsecond=0)


def test_minutes_are_settled_up_to_the_first_line_that_waits(
    api_conf: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf = empty(api_conf, FEED).conf
    settlement, started = Service.of(conf).settlement, datetime.now(UTC)
    assert reached(conf, settlement).settled >= before(started)
    send(conf.kafka, FEED.topic, [b"a line"])
    found = reached(conf, settlement)
    assert before(started) <= found.settled <= before(datetime.now(UTC))
    # However late it is by now, it stays so: the line is what is waited for.
    waiting = taken(conf, settlement)
    assert started <= waiting <= datetime.now(UTC)
    assert taken(conf, settlement) == waiting
    # Who has not looked before asks Kafka when the line was received, once.
    another = Service.of(conf).settlement
    told = taken(conf, another)
    assert waiting <= told <= datetime.now(UTC)
    with monkeypatch.context() as patched:
        patched.setattr(OffsetProbe, "received", lambda *_: {})
        assert taken(conf, another) == told
    count(conf, FEED)
    assert taken(conf, settlement) > waiting
    # `ingest` has stored nothing of it.
    assert taken(conf, settlement, with_letters=True) == waiting


def test_figures_say_how_far_they_are_counted(api_conf: Config) -> None:
    feed = app_feed("settled_figures")
    conf = empty(api_conf, feed).conf
    sent_at = datetime.now(UTC)
    send(conf.kafka, feed.topic, [b"a line", b"another", b"a third"])
    with asking(conf) as client:
        (waiting,) = client.get(f"/v1/figures/{LEVELS.name}").json()["counted"]
    until = datetime.fromisoformat(waiting.pop("counted_until"))
    assert waiting == {"feed": feed.name, "lag_lines": 3}
    assert sent_at - timedelta(seconds=1) <= until <= datetime.now(UTC)
    count(conf, feed)
    began = datetime.now(UTC)
    with asking(conf) as client:
        (done,) = client.get(f"/v1/figures/{LEVELS.name}/top").json()["counted"]
        start = time_text(before(began))
        (of_lines,) = client.get(
            f"/v1/figures/{LEVELS.name}/lines", params={"feed": feed.name, "window_start": start}
        ).json()["counted"]
    assert done["lag_lines"] == of_lines["lag_lines"] == 0
    assert datetime.fromisoformat(done["counted_until"]) >= began.replace(microsecond=0)


def test_offsets_beyond_the_end_are_those_of_another_topic(api_conf: Config) -> None:
    feed = app_feed("settled_again")
    conf = empty(api_conf, feed).conf
    topic = kafka.topic(conf.kafka, feed.topic)
    beyond = [OffsetRange(feed.topic, topic.id, n, 0, 9) for n in range(topic.partitions)]
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        record(cursor, Batch(f"aggregate-{feed.name}", "c", 1, tuple(beyond)), rows_written=0)
        assert Service.of(conf).settlement.taken(cursor, feed, with_letters=False) is None


def test_minutes_are_final_once_no_line_of_theirs_is_in_time(api_conf: Config) -> None:
    conf = empty(api_conf, FEED).conf
    found = reached(conf, Service.of(conf).settlement)
    lateness = timedelta(seconds=FEED.max_lateness_s)
    assert lateness - SETTLE - MINUTE <= found.settled - found.final <= lateness + MINUTE


def test_a_topic_that_is_missing_keeps_no_other_feed_from_being_looked_at(
    api_conf: Config,
) -> None:
    conf = empty(api_conf, FEED).conf
    settlement = Service.of(conf).settlement
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        nowhere = app_feed("settled_nowhere")
        assert settlement.reached(cursor, nowhere, with_letters=False) is None
        assert settlement.reached(cursor, FEED, with_letters=False)
