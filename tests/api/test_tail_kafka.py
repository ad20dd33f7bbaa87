"""The tail as the broker has it: parsed, filtered, and gone on with, by the same positions."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from api.serving import served
from api.watching import Ingest, Watcher, new_feed
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from millrace.config import Config, Feed
from millrace.io import kafka

RAW = {"source": "kafka"}


class Topic:
    """A feed with a topic of two partitions, and what is sent to it."""

    def __init__(self, conf: Config) -> None:
        self.conf, self.feed = conf, new_feed()
        kafka.create_topics(conf.kafka, [self.feed.topic])
        self.id = kafka.topic(conf.kafka, self.feed.topic).id
        self._producer = Producer(kafka.client_properties(conf.kafka))
        self._sent = 0

    def send(self, *values: bytes) -> None:
        """Sends records to the partitions in turn, and waits until they are there."""
        for value in values:
            self._producer.produce(self.feed.topic, value, partition=self._sent % 2)
            self._sent += 1
            if self._sent % 1000 == 0:
                self._producer.flush()
        self._producer.flush()


def line(message: str, level: str = "INFO") -> bytes:
    values = {"timestamp": datetime.now(UTC).isoformat(), "level": level, "message": message}
    return json.dumps(values | {"service_name": "cart"}).encode()


def texts(watcher: Watcher) -> list[str]:
    return [one["message"] for one in watcher.lines if "message" in one]


@pytest.fixture
def topic(servers: Config) -> Topic:
    """A topic of a test's own, with some lines that are there already."""
    made = Topic(servers)
    made.send(*(line(f"old {n}") for n in range(10)))
    return made


@pytest.fixture
def api(topic: Topic) -> Iterator[Config]:
    """An API of that feed alone."""
    with served(topic.conf.model_copy(update={"feeds": (topic.feed,)})) as conf:
        yield conf


def begun(api: Config, watcher: Watcher) -> Watcher:
    watcher.watch(api, until=lambda: watcher.cursor is not None)
    return watcher


@pytest.mark.parametrize("kind", ["sse", "ndjson"])
def test_lines_come_once_over_cuts_and_restarts(topic: Topic, kind: str) -> None:
    conf = topic.conf.model_copy(update={"feeds": (topic.feed,)})
    watcher, wanted = Watcher(RAW, kind), []
    for part in range(3):
        with served(conf) as api:
            begun(api, watcher)
            sent = [f"line {part}/{n}" for n in range(50)]
            topic.send(*map(line, sent))
            wanted += sent
            least = len(wanted)
            # Cut off in the midst of them.
            watcher.watch(api, 3_000, until=lambda least=least: len(watcher.ids) >= least)
    with served(conf) as api:
        watcher.watch(api, until=lambda: len(watcher.ids) >= len(wanted))
    assert Counter(texts(watcher)) == dict.fromkeys(wanted, 1)
    assert len(set(watcher.ids)) == len(wanted)
    assert {one["feed"] for one in watcher.lines} == {topic.feed.name}


def test_it_is_filtered_as_what_is_stored(topic: Topic, api: Config) -> None:
    watcher = begun(api, Watcher(RAW | {"q": "level:ERROR kafka.partition:>=0 again"}))
    topic.send(line("again", "ERROR"), line("again"), line("another", "ERROR"), b"no log line")
    topic.send(line("once again, the last", "ERROR"))
    watcher.watch(api, until=lambda: "once again, the last" in texts(watcher))
    assert sorted(texts(watcher)) == ["again", "once again, the last"]
    assert {one["service_name"] for one in watcher.lines} == {"cart"}


def test_what_is_no_line_is_shown_with_the_reason(topic: Topic, api: Config) -> None:
    watcher = begun(api, Watcher(RAW))
    topic.send(b"no log line", line("one"))
    watcher.watch(api, until=lambda: len(watcher.ids) >= 2)
    (letter,) = [one for one in watcher.lines if "dead" in one]
    assert (letter["dead"], letter["raw"]) == ("bad_json", "no log line")
    assert letter["detail"]


def test_the_lines_of_one_record_come_once_each(topic: Topic, api: Config) -> None:
    watcher = begun(api, Watcher(RAW))
    several = b"[" + b",".join(line(f"part {n}") for n in range(20)) + b"]"
    topic.send(several, line("after it"))
    while len(watcher.ids) < 21:
        # Cut off between the lines of the record.
        least = len(watcher.ids) + 1
        watcher.watch(api, 700 * least, until=lambda least=least: len(watcher.ids) >= least)
    wanted = [*(f"part {n}" for n in range(20)), "after it"]
    assert Counter(texts(watcher)) == dict.fromkeys(wanted, 1)
    assert {one["kafka"].get("parts") for one in watcher.lines} == {20, None}


def test_the_last_records_come_first_where_asked_for(topic: Topic, api: Config) -> None:
    watcher = Watcher(RAW | {"last": 4})
    watcher.watch(api, until=lambda: len(watcher.ids) >= 4)
    assert sorted(texts(watcher)) == [f"old {n}" for n in range(6, 10)]


def test_more_than_can_be_parsed_is_counted_and_left_out(topic: Topic, api: Config) -> None:
    watcher = Watcher(RAW)
    with watcher.watching(api):
        watcher.take(until=lambda: watcher.told("trust"))
        topic.send(*(line(f"burst {n}") for n in range(4000)))
        topic.send(line("the end"), line("the end"))

        def told() -> int:
            return len(watcher.ids) + sum(one["more"] for one in watcher.told("more"))

        watcher.take(until=lambda: told() >= 4002)
    assert told() == 4002
    assert len(set(watcher.ids)) == len(watcher.ids)
    assert watcher.told("more")[0]["relation"] == "at_most"


def test_the_place_in_the_topic_is_that_in_the_store(topic: Topic, api: Config) -> None:
    """Who watched the broker while `ingest` was down goes on with what is stored, and back."""
    ingest = Ingest(topic.conf, topic.feed, topic_id=topic.id)
    ingest.receive(10)
    ingest.batch()
    watcher = begun(api, Watcher(RAW))
    topic.send(*(line(f"new {n}") for n in range(6)))
    watcher.watch(api, until=lambda: len(watcher.ids) >= 6)
    ingest.receive(10)
    ingest.batch()
    del watcher.parameters["source"]
    watcher.watch(api, until=lambda: len(watcher.ids) >= 10)
    topic.send(*(line(f"new {n}") for n in range(6, 12)))
    watcher.parameters |= RAW
    watcher.watch(api, until=lambda: len(watcher.ids) >= 12)
    places = [(one["kafka"]["partition"], one["kafka"]["offset"]) for one in watcher.lines]
    assert sorted(places) == [(p, o) for p in (0, 1) for o in range(5, 11)]


def test_what_kafka_has_deleted_is_told(topic: Topic, api: Config) -> None:
    watcher = begun(api, Watcher(RAW | {"last": 10}))
    del watcher.parameters["last"]
    places = "0=0,1=0"
    watcher.cursor = f"{topic.feed.name}:{topic.id}:{places}"
    admin = AdminClient(kafka.client_properties(topic.conf.kafka))
    gone = [TopicPartition(topic.feed.topic, n, 3) for n in (0, 1)]
    for future in admin.delete_records(gone).values():
        future.result()
    watcher.watch(api, until=lambda: len(watcher.ids) >= 4)
    (missed,) = watcher.told("missed")
    assert missed["records"] == 6
    assert sorted(texts(watcher)) == [f"old {n}" for n in range(6, 10)]


def test_no_more_may_watch_than_can_be_parsed_for(topic: Topic, api: Config) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            watcher = Watcher(RAW)
            stack.enter_context(watcher.watching(api))
            watcher.take(until=lambda own=watcher: own.cursor is not None)
        with Watcher(RAW).watching(api) as refused:
            assert refused.status_code == 429
        assert begun(api, Watcher())


def test_a_topic_that_is_not_there_is_told(servers: Config) -> None:
    feed: Sequence[Feed] = (new_feed(),)
    with (
        served(servers.model_copy(update={"feeds": tuple(feed)})) as api,
        Watcher(RAW).watching(api) as answer,
    ):
        assert answer.status_code == 503
        assert feed[0].topic in answer.read().decode()
