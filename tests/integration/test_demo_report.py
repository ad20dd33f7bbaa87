"""What the demo counts and draws, on real servers."""

import re
from datetime import UTC, datetime
from io import StringIO

from rich.console import Console

from millrace.config import Config, Feed
from millrace.io import kafka, mongo, mysql
from millrace.simulate.send import send
from millrace.tools import demo_figures, demo_report

FEED = Feed(name="shown", topic="shown", format="combined", service_name="web")
MINUTE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def test_a_missing_document_breaks_the_check(servers: Config) -> None:
    conf = servers.model_copy(update={"feeds": (FEED,)})
    kafka.create_topics(conf.kafka, [FEED.topic])
    mongo.prepare(conf.mongo, FEED)
    send(conf.kafka, FEED.topic, [b"one", b"two", b"three"])
    db = mongo.database(conf.mongo)
    db[FEED.name].insert_many([{"_id": "one"}, {"_id": "two"}])
    letter = {"_id": "shown/three", "feed": FEED.name, "reason": "no_match", "status": "new"}
    db["dead_letters"].insert_one(letter)

    (whole,) = demo_report.stored(conf)
    assert (whole.topic, whole.documents, whole.letters) == (3, 2, {"no_match": 1})
    assert whole.is_whole

    db[FEED.name].delete_one({"_id": "one"})
    (torn,) = demo_report.stored(conf)
    assert not torn.is_whole


def test_figures_are_drawn_with_the_percentile_of_all_minutes(servers: Config) -> None:
    conf = servers.model_copy(update={"feeds": (FEED,)})
    mysql.prepare(conf.mysql)
    key = (MINUTE.replace(tzinfo=None), FEED.name, "web", "GET", "/shown/{id}")
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute(
            "INSERT INTO traffic_by_minute (window_start, feed, service_name, method, http_route,"
            " status_class, requests, bytes, timed_requests, sum_response_us, min_response_us,"
            " max_response_us)"
            " VALUES (%s, %s, %s, %s, %s, '2xx', 100000000, 1, 100, 9000000, 1, 2)",
            key,
        )
        cursor.executemany(
            "INSERT INTO latency_by_minute VALUES (%s, %s, %s, %s, %s, %s, %s, NULL)",
            [(*key, 10, 94), (*key, 20, 1), (*key, 30, 5)],
        )
    out = Console(file=StringIO(), width=160)
    demo_figures.show_figures(conf, [demo_report.Stored(FEED, 0, 0, {})], out)
    drawn = out.file.getvalue()
    # Other tests' routes are in the same table, and may widen its columns.
    assert re.search(r"/shown/\{id\} +100,000,000 +0\.0 +90 +20 ", drawn)
