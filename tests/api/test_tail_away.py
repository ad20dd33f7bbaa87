"""A tail while its server is away: it says so, and goes on where it was once that is back."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from api.serving import served
from api.watching import Ingest, Watcher, new_feed
from support.places import settings_file
from support.server_faults import Servers


@pytest.fixture
def own_servers(tmp_path: Path) -> Iterator[Servers]:
    """A mongod that no other test has."""
    made = Servers(settings_file(tmp_path, servers=("mongo",)))
    made.up()
    try:
        yield made
    finally:
        made.down()


def test_mongod_killed_and_back(own_servers: Servers) -> None:
    # The driver notices at once, and asks again for a second only.
    uri = f"{own_servers.conf.mongo.uri}&serverSelectionTimeoutMS=1000"
    mongo = own_servers.conf.mongo.model_copy(update={"uri": uri})
    ingest = Ingest(own_servers.conf.model_copy(update={"mongo": mongo}), new_feed())
    ingest.receive(10)
    ingest.batch()
    known = set(ingest.ids)
    watcher, other = Watcher({"feed": ingest.feed.name}), new_feed()
    with served(ingest.conf.model_copy(update={"feeds": (ingest.feed, other)})) as api:
        with watcher.watching(api):
            watcher.take(until=lambda: watcher.cursor is not None)
            ingest.receive(5)
            ingest.batch()
            watcher.take(until=lambda: len(watcher.ids) >= 5)
            own_servers.kill("mongo")
            watcher.take(until=lambda: watcher.told("problem"))
            late = Watcher({"feed": ingest.feed.name})
            late.watch(api, until=lambda: late.told("problem"))
            with Watcher({"feed": other.name}).watching(api) as answer:
                # Of a feed that nobody watches it is not known where it ends.
                assert answer.status_code == 503
                assert "mongo.uri" in answer.read().decode()
            own_servers.up()
            ingest.receive(5)
            ingest.batch()
            watcher.take(until=lambda: len(watcher.ids) >= 10)
        late.watch(api, until=lambda: len(late.ids) >= 5)
    assert late.ids == watcher.ids[5:]
    assert Counter(watcher.ids) == dict.fromkeys([id for id in ingest.ids if id not in known], 1)
    (problem,) = watcher.told("problem")
    assert problem["status"] == 503
    assert "mongo.uri" in problem["detail"]
