"""A minute is settled by what is counted, and final by what can still come."""

from datetime import UTC, datetime, timedelta

from api.worlds import MINUTE, app_feed, empty

from millrace.alerts.standing import Reached
from millrace.api.service import Service
from millrace.api.settled import Settlement
from millrace.config import Config, Feed
from millrace.io import kafka, mysql
from millrace.io.mysql.ledger import record
from millrace.records.alerts import SETTLE_S
from millrace.records.ledger import Batch, OffsetRange
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
        found = settlement.taken_until(cursor, FEED, with_letters)
    assert found
    return found


def counted(conf: Config, feed: Feed, until: int) -> None:
    """`aggregate` commits a batch up to that offset of each partition."""
    topic = kafka.topic(conf.kafka, feed.topic)
    ranges = [OffsetRange(feed.topic, topic.id, n, 0, until) for n in range(topic.partitions)]
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        batch = Batch(f"aggregate-{feed.name}", "a-checkpoint", until, tuple(ranges))
        record(cursor, batch, rows_written=0)


def before(time: datetime) -> datetime:
    """The last minute that is settled where all is counted that was received by then."""
    return (time - SETTLE).replace(second=0, microsecond=0)


def test_minutes_are_settled_up_to_the_first_line_that_waits(api_conf: Config) -> None:
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
    # Who has not looked before asks Kafka when the line was received.
    told = taken(conf, Service.of(conf).settlement)
    assert waiting <= told <= datetime.now(UTC)
    counted(conf, FEED, 1)
    assert taken(conf, settlement) > waiting
    # `ingest` has stored nothing of it.
    assert taken(conf, settlement, with_letters=True) == waiting


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
