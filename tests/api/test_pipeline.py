"""Where feeds stand, what reconcile said of them, and the minutes that are unusual."""

from datetime import UTC, datetime, timedelta

import pytest
from api.conftest import FEEDS, asking
from api.worlds import app_feed, empty
from pydantic import ValidationError
from starlette.testclient import TestClient
from support.counted import CountedFeed
from support.places import free_port
from support.stored import store

from millrace.config import Api, Config
from millrace.io import kafka, mongo, mysql
from millrace.io.mongo import reconciliations
from millrace.records import ledger
from millrace.records.reconciliations import Advice, Fault, Reconciliation
from millrace.simulate.send import send

WEB, APP = FEEDS
START = datetime(2026, 7, 1, 9, tzinfo=UTC)
LINES = [b'{"timestamp": "2026-07-01T09:00:00Z", "message": "%d"}' % number for number in range(6)]


@pytest.fixture
def stored(api_conf: Config) -> None:
    """Four of six lines in Kafka are stored."""
    db = mongo.database(api_conf.mongo)
    db[APP.name].drop()
    db[ledger.COLLECTION].delete_many({"query": f"ingest-{APP.name}"})
    one_partition = api_conf.kafka.model_copy(update={"partitions": 1})
    if kafka.create_topics(one_partition, [APP.topic]):
        send(one_partition, APP.topic, LINES)
    store(api_conf, APP, LINES[:4], START, batch_id=7)


def test_a_feed_tells_what_waits(client: TestClient, stored: None) -> None:
    (stage,) = client.get("/v1/pipeline", params={"feed": APP.name}).json()
    assert stage["last_batch"]["key"] == f"ingest-{APP.name}/checkpoint-of-a-test/7"
    assert stage["last_batch"]["lines"] == 4
    assert stage["documents"] == 4
    assert stage["freshness"]["lag_lines"] == 2
    # All that was received until then is stored: the last line of the partition that waits.
    assert stage["freshness"]["committed_until"] == "2026-07-01T09:00:00.003Z"


def test_a_feed_tells_where_to_look_further(api_conf: Config, client: TestClient) -> None:
    (stage, *_) = client.get("/v1/pipeline").json()
    nothing = {"spark": {}, "history": None, "traces": None, "dashboards": None, "runbooks": None}
    assert stage["links"] == nothing
    given = {"spark": {"ingest": "http://localhost:4040"}, "runbooks": "https://wiki.example/r"}
    links = Api.model_validate({"links": given}).links
    api = api_conf.api.model_copy(update={"links": links})
    with asking(api_conf.model_copy(update={"api": api})) as other:
        (stage, *_) = other.get("/v1/pipeline").json()
    assert stage["links"] == nothing | given


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil", "http://a b", "http://a\n"])
def test_a_link_is_an_address_of_http(url: str) -> None:
    with pytest.raises(ValidationError):
        Api.model_validate({"links": {"traces": url}})


def test_a_feed_tells_where_its_figures_stand(client: TestClient, api_conf: Config) -> None:
    feed = app_feed("api_stands")
    one = api_conf.kafka.model_copy(update={"partitions": 1})
    is_new = kafka.create_topics(one, [feed.topic])
    conf = empty(api_conf, feed).conf
    if is_new:
        send(one, feed.topic, [LINES[0]] * 3)
    with asking(conf) as own:
        (stage,) = own.get("/v1/pipeline").json()
    assert stage["aggregate"] == {"last_batch": None, "lag_lines": 3, "newest_window": None}
    world = CountedFeed(conf, feed, kafka.topic(one, feed.topic).id)
    for second in range(3):
        world.send(LINES[0], START + timedelta(seconds=second))
    world.aggregate()
    with asking(conf) as own:
        (stage,) = own.get("/v1/pipeline").json()
    counted = stage["aggregate"]
    assert counted["newest_window"] == "2026-07-01T09:00:00.000Z"
    assert (counted["lag_lines"], counted["last_batch"]["lines"]) == (0, 3)
    assert counted["last_batch"]["key"] == "aggregate-api_stands/checkpoint-of-a-test/0"


def test_without_mysql_the_rest_is_told(api_conf: Config) -> None:
    away = api_conf.mysql.model_copy(update={"port": free_port()})
    with asking(api_conf.model_copy(update={"mysql": away})) as client:
        stages = client.get("/v1/pipeline").json()
    assert [one["aggregate"] for one in stages] == [None, None]


def test_a_feed_that_nobody_filled_waits_for_nothing(client: TestClient) -> None:
    feeds = [stage["feed"] for stage in client.get("/v1/pipeline").json()]
    assert feeds == [WEB.name, APP.name]


def test_the_last_verdict_is_told_of_each_feed(client: TestClient, api_conf: Config) -> None:
    db = mongo.database(api_conf.mongo)
    ended_at = START + timedelta(hours=1)
    faults = {"missing": 2}
    reconciliations.save(db, Reconciliation(WEB.name, START, ended_at, False, faults))
    try:
        (verdict,) = client.get("/v1/proof", params={"feed": WEB.name}).json()
        assert (verdict["holds"], verdict["faults"]) == (False, faults)
        (advice,) = verdict["advice"]
        assert advice["faults"] == ["missing"]
        assert advice["command"] == f"millrace reconcile --feed {WEB.name}"
        assert verdict["ended_at"] == "2026-07-01T10:00:00.000Z"
        (proof,) = client.get("/v1/logs", params={"feed": WEB.name}).json()["proof"]
        assert proof["state"] == "fails"
    finally:
        db[reconciliations.COLLECTION].delete_one({"_id": WEB.name})


def test_each_fault_has_what_mends_it(client: TestClient, api_conf: Config) -> None:
    db = mongo.database(api_conf.mongo)
    faults: dict[Fault, int] = {"missing": 2, "differing": 3, "doubled": 1, "lost": 0}
    advice = (
        Advice.to_run(("missing",), f"millrace replay --feed {WEB.name} --promote"),
        Advice(("differing",), "Revise them once newer lines are counted"),
    )
    outcome = Reconciliation(WEB.name, START, START, False, faults, advice)
    reconciliations.save(db, outcome)
    try:
        assert reconciliations.of(db, WEB.name) == outcome
        (verdict,) = client.get("/v1/proof", params={"feed": WEB.name}).json()
    finally:
        db[reconciliations.COLLECTION].delete_one({"_id": WEB.name})
    told = {tuple(one["faults"]): one["command"] for one in verdict["advice"]}
    assert told == {
        ("missing",): f"millrace replay --feed {WEB.name} --promote",
        ("differing",): None,
        ("doubled",): f"millrace reconcile --feed {WEB.name}",
    }
    assert verdict["advice"][0]["text"].startswith("fix: millrace replay")


def test_unusual_minutes_come_the_latest_first(client: TestClient, api_conf: Config) -> None:
    with mysql.connection(api_conf.mysql) as opened, opened.cursor() as cursor:
        for minute in range(3):
            cursor.execute(
                "REPLACE INTO rate_anomalies VALUES (%s, %s, 'web', 'events', 9, 1, 0, 2, 'many')",
                [START.replace(tzinfo=None) + timedelta(minutes=minute), WEB.name],
            )
    span = {"from": "2026-07-01T09:00:00Z", "to": "2026-07-01T10:00:00Z", "feed": WEB.name}
    content = client.get("/v1/anomalies/minutes", params=span | {"size": 2}).json()
    assert content["is_cut"]
    assert [one["feed"] for one in content["freshness"]] == [WEB.name]
    assert [one["window_start"] for one in content["items"]] == [
        "2026-07-01T09:02:00.000Z",
        "2026-07-01T09:01:00.000Z",
    ]
    assert not client.get("/v1/anomalies/minutes", params=span).json()["is_cut"]
