"""The tail: each line of each batch once, however clients, batches and the API come and go."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from api.serving import served, wait
from api.watching import Ingest, Watcher, new_feed

from millrace.api import tail
from millrace.config import Config


@pytest.fixture
def ingest(servers: Config) -> Ingest:
    """A feed of a test's own, with a batch that is there already."""
    made = Ingest(servers, new_feed())
    made.receive(10)
    made.batch()
    return made


@pytest.fixture
def api(ingest: Ingest) -> Iterator[Config]:
    """An API of that feed alone."""
    with served(ingest.conf.model_copy(update={"feeds": (ingest.feed,)})) as conf:
        yield conf


def begun(api: Config, watcher: Watcher) -> Watcher:
    """The watcher, that has its place: from here on it gets whatever comes."""
    watcher.watch(api, until=lambda: watcher.cursor is not None)
    return watcher


def once(ids: list[str]) -> dict[str, int]:
    return dict.fromkeys(ids, 1)


@pytest.mark.parametrize("kind", ["sse", "ndjson"])
def test_lines_come_once_from_now_on(api: Config, ingest: Ingest, kind: str) -> None:
    old = set(ingest.ids)
    watcher = begun(api, Watcher({}, kind))
    ingest.receive(30)
    ingest.receive(4, parts=3)
    ingest.batch(7)
    ingest.batch()
    new = [id for id in ingest.ids if id not in old]
    watcher.watch(api, until=lambda: len(watcher.ids) >= len(new))
    assert Counter(watcher.ids) == once(new)
    (line,) = [one for one in watcher.lines if one["_id"] == new[0]]
    assert line["feed"] == ingest.feed.name
    assert line["message"] == "line 0/5"
    assert line["received_at"].endswith("Z")


def test_only_what_matches_comes(api: Config, ingest: Ingest) -> None:
    watcher = begun(api, Watcher({"q": "level:ERROR message:again*"}))
    ingest.receive(5, level="ERROR", message="again and again")
    ingest.receive(5, level="ERROR")
    ingest.receive(5, level="INFO", message="again")
    ingest.batch()
    ingest.receive(1, level="ERROR", message="again, the last")
    ingest.batch()
    watcher.watch(api, until=lambda: watcher.lines and "last" in watcher.lines[-1]["message"])
    assert [one["message"] for one in watcher.lines] == [
        *["again and again"] * 5,
        "again, the last",
    ]


def test_of_a_large_batch_some_lines_are_shown_and_the_others_counted(
    api: Config, ingest: Ingest
) -> None:
    every, some = (begun(api, Watcher({"q": q})) for q in ("", "level:ERROR"))
    ingest.receive(700, level="ERROR")
    ingest.receive(300)
    ingest.batch()
    for watcher in (every, some):
        watcher.watch(api, until=lambda own=watcher: own.told("more"))
    ingest.receive(1, level="ERROR", message="the next batch")
    ingest.batch()
    for watcher, more in ((every, 500), (some, 200)):
        # Who was cut off after that goes on with the next batch.
        watcher.watch(api, until=lambda own=watcher: len(own.ids) > 500)
        assert len(watcher.ids) == len(set(watcher.ids)) == 501
        assert watcher.lines[-1]["message"] == "the next batch"
        (told,) = watcher.told("more")
        assert (told["shown"], told["more"], told["relation"]) == (500, more, "exact")
        assert told["feed"] == ingest.feed.name
        assert told["since"] <= told["until"]


def test_the_last_lines_come_first_where_asked_for(api: Config, ingest: Ingest) -> None:
    ingest.receive(20, timestamp=datetime.now(UTC))
    ingest.batch()
    known = set(ingest.ids)
    # Its documents are there, and yet the batch is not committed: it comes in its turn.
    ingest.receive(6, timestamp=datetime.now(UTC))
    batch = ingest.batch(commits=False)
    watcher = Watcher({"last": 5})
    watcher.watch(api, until=lambda: len(watcher.ids) == 5)
    assert set(watcher.ids) < known
    ingest.write(batch)
    watcher.watch(api, until=lambda: len(watcher.ids) >= 11)
    assert Counter(watcher.ids[5:]) == once([id for id in ingest.ids if id not in known])


def test_several_feeds_come_by_one_connection(servers: Config) -> None:
    ingests = [Ingest(servers, new_feed()) for _ in range(3)]
    feeds = tuple(one.feed for one in ingests)
    with served(servers.model_copy(update={"feeds": feeds})) as api:
        watcher = begun(api, Watcher({"feed": f"{feeds[0].name},{feeds[1].name}"}))
        for number in range(1, 5):
            for one in ingests:
                one.receive(3)
                one.batch()
            # Cut off in the midst of what there is.
            watcher.watch(api, until=lambda least=6 * number - 4: len(watcher.ids) >= least)
        wanted = [(one.feed.name, id) for one in ingests[:2] for id in one.ids]
        watcher.watch(api, until=lambda: len(watcher.ids) >= len(wanted))
        assert Counter((one["feed"], one["_id"]) for one in watcher.lines) == Counter(wanted)


def test_a_line_cannot_end_its_own_frame(api: Config, ingest: Ingest) -> None:
    texts = [
        "a\n\nid: x\ndata: {}\n\n",
        "\r\n\r\n",
        "\u2028\u2029\x85\x00\x1b[0m",
        '"}\n{"_event":',
    ]
    for kind in ("sse", "ndjson"):
        watcher = begun(api, Watcher({}, kind))
        for text in texts:
            ingest.receive(1, message=text)
        ingest.batch()
        watcher.watch(api, until=lambda own=watcher: len(own.ids) >= len(texts))
        assert sorted(one["message"] for one in watcher.lines) == sorted(texts)


def test_hidden_fields_are_not_shown(ingest: Ingest) -> None:
    conf = ingest.conf.model_copy(update={"feeds": (ingest.feed,)})
    with served(conf, hidden_fields=("message", "service_name")) as api:
        watcher = begun(api, Watcher())
        ingest.receive(3)
        ingest.batch()
        watcher.watch(api, until=lambda: len(watcher.ids) == 3)
        assert not any({"message", "service_name", "raw"} & set(one) for one in watcher.lines)


def test_it_says_how_far_to_trust_it(api: Config, ingest: Ingest) -> None:
    watcher = Watcher()
    watcher.watch(api, until=lambda: watcher.told("trust"))
    (told,) = watcher.told("trust")
    assert told["proof"][0] | {"feed": "", "state": "never"} == told["proof"][0] | {"feed": ""}
    assert told["freshness"][0]["feed"] == ingest.feed.name


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"after": "x"}, "after"),
        ({"after": "a:b:1=2;;"}, "after"),
        ({"after": "a:b:1=99999999999999999999"}, "after"),
        ({"after": "9" * 13_000}, "after"),
        ({"last": "501"}, "last"),
        ({"source": "disk"}, "source"),
        ({"format": "xml"}, "format"),
        ({"feed": "nobody"}, "feed"),
        ({"q": "level:"}, "q"),
    ],
)
def test_what_is_not_understood_is_told(api: Config, asked: dict[str, str], told: str) -> None:
    with Watcher(asked).watching(api) as answer:
        answer.read()
        assert answer.status_code == 422
        assert told in answer.json()["detail"]


def test_a_place_in_another_ledger_is_told(api: Config, ingest: Ingest) -> None:
    watcher = Watcher({"after": f"{ingest.feed.name}:another-topic:0=5,1=7"})
    watcher.watch(api, until=lambda: watcher.told("missed"))
    assert watcher.told("missed")[0]["feed"] == ingest.feed.name
    assert watcher.told("missed")[0]["records"] is None
    known = set(ingest.ids)
    ingest.receive(2)
    ingest.batch()
    watcher.watch(api, until=lambda: len(watcher.ids) >= 2)
    assert Counter(watcher.ids) == once([id for id in ingest.ids if id not in known])


def test_more_watchers_than_may_are_refused_until_one_leaves(ingest: Ingest) -> None:
    conf = ingest.conf.model_copy(update={"feeds": (ingest.feed,)})
    with served(conf, max_watchers=3) as api, ExitStack() as stack:
        watchers = [Watcher() for _ in range(3)]
        for one in watchers:
            stack.enter_context(one.watching(api))
            one.take(until=lambda own=one: own.cursor is not None)
        for _ in range(3):
            with Watcher().watching(api) as refused:
                assert refused.status_code == 429
                assert refused.headers["retry-after"]
        stack.pop_all().close()

        def is_free() -> bool:
            with Watcher().watching(api) as answer:
                return answer.status_code == 200

        wait(is_free)


def test_it_ends_where_the_api_is_stopped(ingest: Ingest) -> None:
    watcher = Watcher()
    with ExitStack() as stack:
        with served(ingest.conf.model_copy(update={"feeds": (ingest.feed,)})) as api:
            stack.enter_context(watcher.watching(api))
            watcher.take(until=lambda: watcher.cursor is not None)
        with pytest.raises(StopIteration):  # It has ended, and not been cut.
            watcher.take()


def test_who_takes_nothing_is_left(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "STALLED_S", 1)
    conf = ingest.conf.model_copy(update={"feeds": (ingest.feed,)})
    with served(conf, max_watchers=1) as api, Watcher().watching(api):
        # More than the buffers between a server and its client hold.
        for _ in range(10):
            ingest.receive(250, message="x" * 10_000)
            ingest.batch()

        def is_free() -> bool:
            with Watcher().watching(api) as answer:
                return answer.status_code == 200

        wait(is_free)
