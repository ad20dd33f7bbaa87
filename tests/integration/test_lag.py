"""How far a query is behind, against a real broker."""

import time
from uuid import uuid4

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from prometheus_client import REGISTRY

from millrace.config import Config
from millrace.io import kafka
from millrace.observe.lag import Lag
from millrace.records.ledger import OffsetRange
from millrace.simulate.send import send

LINES = 300


@pytest.fixture
def feed(servers: Config) -> str:
    """A topic with lines that no query has read."""
    name = f"lag{uuid4().hex[:8]}"
    kafka.create_topics(servers.kafka, [name])
    send(servers.kafka, name, [b"line %d" % number for number in range(LINES)])
    return name


def of(metric: str, feed: str) -> list[float]:
    """What a metric has for each of the topic's partitions."""
    found = []
    for partition in range(2):
        labels = {"query": f"ingest-{feed}", "feed": feed, "topic": feed}
        value = REGISTRY.get_sample_value(metric, labels | {"partition": str(partition)})
        found.append(-1 if value is None else value)
    return found


def ends(servers: Config, feed: str) -> dict[int, int]:
    available = kafka.available(servers.kafka, kafka.topic(servers.kafka, feed))
    return {item.offsets.partition: item.offsets.until_offset for item in available}


def test_a_new_query_has_every_line_before_it(servers: Config, feed: str) -> None:
    lag = Lag(servers.kafka)
    lag.follow(f"ingest-{feed}", feed, [])
    lag.look()
    assert of("millrace_lag_lines", feed) == list(ends(servers, feed).values())
    waiting = [seconds for seconds in of("millrace_lag_seconds", feed) if seconds > 0]
    assert waiting
    assert max(waiting) < 600


def test_a_query_that_has_all_has_no_lag(servers: Config, feed: str) -> None:
    lag = Lag(servers.kafka)
    lag.follow(f"ingest-{feed}", feed, [])
    lag.look()
    lag.committed(f"ingest-{feed}", ends(servers, feed))
    lag.look()
    assert of("millrace_lag_lines", feed) == [0, 0]
    assert of("millrace_lag_seconds", feed) == [0, 0]


def test_a_query_goes_on_from_what_its_checkpoint_has(servers: Config, feed: str) -> None:
    lag = Lag(servers.kafka)
    until = ends(servers, feed)
    half = [OffsetRange(feed, "id", number, 0, end // 2) for number, end in until.items()]
    lag.follow(f"ingest-{feed}", feed, half)
    lag.look()
    expected = [end - end // 2 for end in until.values()]
    assert of("millrace_lag_lines", feed) == expected


def test_lines_that_expired_are_no_lag(servers: Config, feed: str) -> None:
    until = ends(servers, feed)
    kept = {number: end - end // 3 for number, end in until.items()}
    admin = AdminClient(kafka.client_properties(servers.kafka))
    cut = [TopicPartition(feed, number, offset) for number, offset in kept.items()]
    for future in admin.delete_records(cut).values():
        future.result()
    lag = Lag(servers.kafka)
    lag.follow(f"ingest-{feed}", feed, [])
    lag.look()
    expected = [until[number] - kept[number] for number in until]
    assert of("millrace_lag_lines", feed) == expected


def test_what_waits_waits_longer_while_the_broker_is_away(servers: Config, feed: str) -> None:
    lag = Lag(servers.kafka)
    lag.follow(f"ingest-{feed}", feed, [])
    lag.look()
    before = max(of("millrace_lag_seconds", feed))
    lag._probe._kafka = servers.kafka.model_copy(update={"bootstrap_servers": "127.0.0.1:1"})
    del lag._probe._consumer
    time.sleep(0.05)
    lag.look()
    assert REGISTRY.get_sample_value("millrace_kafka_up") == 0
    assert max(of("millrace_lag_seconds", feed)) > before
