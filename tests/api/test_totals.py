"""How many lines match: what is called exact is the number, whatever happened to the lines."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.conftest import asking
from api.worlds import CODES, LEVELS, MINUTE, SERVICES, START, app_feed, empty, line, send_minute
from support.counted import CountedFeed

from millrace.api import pages, totals
from millrace.api.documents import time_text
from millrace.api.models import Total
from millrace.api.service import Search, Service, chosen_feeds, query
from millrace.config import Config
from millrace.io import mongo, mysql
from millrace.io.mongo import letters, search
from millrace.io.mongo.letters import Filter
from millrace.proof.diff import Found
from millrace.proof.replay import Portion
from millrace.proof.requeue import requeue
from millrace.records import reconciliations
from millrace.records.fields import Fields
from millrace.records.received import EPOCH
from millrace.records.reconciliations import ALL, Reconciliation
from millrace.transform.chain import Letter

MINUTES = 40
FILTERS, STEPS = 200, 4
ESTIMATES = 100
BOTH = ("totals_a", "totals_b")


@dataclass
class Lines:
    """A feed, and the records that its lines come to: those of requeued letters among them."""

    world: CountedFeed
    requeued: list[Fields] = field(default_factory=list)

    @property
    def records(self) -> list[Fields]:
        """All there are, whoever has stored or counted them."""
        return self.world.records + self.requeued


def requeue_one(lines: Lines, at: datetime, **values: Any) -> None:
    """Requeues the feed's first open letter with a line of that time."""
    world, edited = lines.world, line(random.Random(5), at, **values)
    db = mongo.database(world.conf.mongo)
    (letter, *_) = letters.find(db, Filter(feed=world.feed.name, statuses=("new",)))
    result = requeue(world.conf, world.feed, iter([letter]), line=edited)
    assert result.records == 1
    outcome = world.outcome(edited, letter["received_at"])
    assert not isinstance(outcome, Letter)
    lines.requeued.append(outcome)


def filters(draw: random.Random, step: int) -> dict[str, Any]:
    """A query over whole closed minutes: nearly always of keys that figures have."""
    feeds = draw.choice((BOTH[:1], BOTH[1:], BOTH))
    last = MINUTES + 7 if step >= 2 and feeds == BOTH[1:] else MINUTES - 4
    since = draw.randrange(0, last)
    until = draw.randrange(since + 1, last + 1)
    terms = []
    if draw.random() < 0.5:
        names = draw.sample((*SERVICES, "nobody"), draw.choice((1, 1, 2)))
        terms.append(f"service_name:({' OR '.join(names)})")
    if draw.random() < 0.4:
        terms.append(f"level:{draw.choice(LEVELS)}")
    if draw.random() < 0.2:
        code = draw.choice([code for code in CODES if code])
        terms.append(f'error_code:"{code}"')
    if draw.random() < 0.1:
        terms.append(draw.choice(("status_code:200", "-level:INFO", '"job 3"', "service_name:c*")))
    return span(since, until) | {"q": " ".join(terms), "feed": list(feeds)}


def search_of(own: Service, asked: dict[str, Any]) -> Search:
    feeds = chosen_feeds(own.conf, asked["feed"])
    since, until = (datetime.fromisoformat(asked[name]) for name in ("from", "to"))
    return Search(feeds, since, until, query(own, asked["q"], feeds), "test")


def total(own: Service, asked: dict[str, Any], size: int = 1) -> Total:
    """What is told beside a first page of that size."""
    wanted, max_s = search_of(own, asked), own.conf.api.max_query_s
    first = pages.page(own.db, wanted.questions(), size, max_s)
    return totals.total(own, wanted, first, size)


def stored(own: Service, asked: dict[str, Any]) -> int:
    """How many documents match."""
    questions = search_of(own, asked).questions()
    return sum(search.count(own.db, question, 1_000_000, 60) for question in questions)


def span(first: int, last: int) -> dict[str, Any]:
    """The question for all lines of these minutes."""
    since, until = (time_text(START + number * MINUTE) for number in (first, last))
    return {"q": "", "feed": [], "from": since, "to": until}


def truth(feeds: dict[str, Lines], asked: dict[str, Any]) -> int:
    """The number of records that match, counted here, by what the query says."""
    since, until = (datetime.fromisoformat(asked[name]) for name in ("from", "to"))
    return sum(
        since <= EPOCH + timedelta(microseconds=fields["timestamp"]) < until
        and all(_holds(term, fields) for term in _terms(asked["q"]))
        for name in asked["feed"]
        for fields in feeds[name].records
    )


def _terms(q: str) -> list[str]:
    words = q.replace(" OR ", "|").replace("job 3", "job_3").split()
    return [word.replace("(", "").replace(")", "").replace("job_3", "job 3") for word in words]


def _holds(term: str, fields: Fields) -> bool:
    if term == '"job 3"':
        return "job 3" in fields["message"]
    name, _, values = term.partition(":")
    values = values.replace('"', "")
    if name.startswith("-"):
        return str(fields[name[1:]]) != values
    if values.endswith("*"):
        return str(fields[name]).startswith(values[:-1])
    return str(fields.get(name)) in values.split("|")


@pytest.fixture
def feeds(api_conf: Config) -> dict[str, Lines]:
    """Two feeds of forty minutes, counted and reconciled; each has letters."""
    return {name: lines_of(api_conf, name, seed) for seed, name in enumerate(BOTH)}


@pytest.fixture
def first(api_conf: Config) -> Lines:
    """The first of them alone."""
    return lines_of(api_conf, BOTH[0], 0)


def lines_of(conf: Config, name: str, seed: int) -> Lines:
    world, draw = empty(conf, app_feed(name)), random.Random(seed)
    for number in range(MINUTES):
        start = START + number * MINUTE
        send_minute(world, draw, start, 12)
        world.send(b"no line of JSON", start + 59 * MINUTE / 60, 0)
        if number in (15, 30):
            world.aggregate()
    world.aggregate()
    world.ingest()
    world.reconcile()
    return Lines(world)


@pytest.fixture
def both(api_conf: Config) -> Config:
    """The configuration of the two."""
    return api_conf.model_copy(update={"feeds": tuple(app_feed(name) for name in BOTH)})


def happen(feeds: dict[str, Lines], step: int) -> None:
    """What happens to the lines, step by step."""
    first, second = (feeds[name] for name in BOTH)
    draw = random.Random(100 + step)
    end = START + MINUTES * MINUTE
    if step == 1:
        # Late lines: counted in no window, stored; and letters that become lines.
        for minute in (8, 9):
            first.world.send(line(draw, START + minute * MINUTE), end + MINUTE, 1)
        first.world.aggregate()
        first.world.ingest()
        requeue_one(first, START + 20 * MINUTE)
        requeue_one(second, START + 25 * MINUTE)
    elif step == 2:
        # Some lines are deleted by age; ingest of the other feed lags, late lines with it.
        first.world.expire(START + 4 * MINUTE)
        for number in range(MINUTES, MINUTES + 10):
            send_minute(second.world, draw, START + number * MINUTE, 12)
        second.world.aggregate()
        second.world.reconcile()
    elif step == 3:
        # Lines that aggregate has not counted yet, one of them late.
        second.world.ingest()
        later = START + (MINUTES + 11) * MINUTE
        second.world.send(line(draw, START + 30 * MINUTE), later, 0)
        second.world.ingest()


def test_what_is_called_exact_is_the_number_of_lines_and_half_of_all_is(
    both: Config, feeds: dict[str, Lines]
) -> None:
    draw, exact, own = random.Random(7), 0, Service.of(both)
    for step in range(STEPS):
        happen(feeds, step)
        for _ in range(FILTERS // STEPS):
            asked = filters(draw, step)
            found, lines = total(own, asked), truth(feeds, asked)
            if found.relation == "exact":
                assert found == Total(value=lines, relation="exact", source="figures"), asked
                assert found.value == stored(own, asked), asked
                exact += 1
            else:
                assert found.relation == "at_least"
                assert (found.value or 0) <= lines
    assert exact >= FILTERS / 2, exact


def test_an_estimate_is_how_many_documents_the_index_leads_to(
    both: Config, feeds: dict[str, Lines]
) -> None:
    """Of whole closed minutes: those of the services and levels that are asked for."""
    draw, own, narrowed = random.Random(3), Service.of(both), 0
    for _ in range(ESTIMATES):
        asked = filters(draw, 0)
        since, until = (datetime.fromisoformat(asked[name]) for name in ("from", "to"))
        wanted: dict[str, Any] = {"timestamp": {"$gte": since, "$lt": until}}
        for name, values in search_of(own, asked).asked.required.items():
            if name in ("service_name", "level"):
                wanted[name] = {"$in": [*values]}
        documents = sum(own.db[name].count_documents(wanted) for name in asked["feed"])
        assert totals.estimated(own, search_of(own, asked)) == documents, asked
        narrowed += len(wanted) > 1
    assert narrowed > ESTIMATES / 3


Change = Callable[[Lines], None]


def promote_a_letter(lines: Lines) -> None:
    """What a replay does with a letter that today's parser takes."""
    world, db = lines.world, mongo.database(lines.world.conf.mongo)
    (letter, *_) = letters.find(db, Filter(feed=world.feed.name))
    id = letter["_id"].partition("/")[2]
    made = {"_id": id, "timestamp": START + 15 * MINUTE, "service_name": "cart", "level": "INFO"}
    portion = Portion(world.conf, world.feed)
    portion.add(Found(id, made_record=made, letter=letter))
    portion.write()
    assert db[world.feed.name].count_documents({"_id": id}) == 1


def drop_a_verdict(lines: Lines) -> None:
    with mysql.connection(lines.world.conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute(
            "DELETE FROM reconciled_windows WHERE feed = %s AND window_start = %s",
            (lines.world.feed.name, (START + 12 * MINUTE).replace(tzinfo=None)),
        )


def find_faults(lines: Lines) -> None:
    db, name = mongo.database(lines.world.conf.mongo), lines.world.feed.name
    outcome = Reconciliation(name, ALL, datetime.now(UTC), False, {"missing": 2})
    db[reconciliations.COLLECTION].insert_one({"_id": name} | vars(outcome))


def accept_a_loss(lines: Lines) -> None:
    db, name = mongo.database(lines.world.conf.mongo), lines.world.feed.name
    ledger = mongo.MongoLedger(lines.world.conf.mongo, lines.world.feed)
    ledger.accept_loss(ledger.taken().ranges[:1], START + 30 * MINUTE)
    assert db.batches.count_documents({"query": f"ingest-{name}", "state": "lost"}) == 1


def revise_a_minute(lines: Lines) -> None:
    with mysql.connection(lines.world.conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute(
            "UPDATE levels_by_minute SET revised_at = UTC_TIMESTAMP()"
            " WHERE feed = %s AND window_start = %s",
            (lines.world.feed.name, (START + 12 * MINUTE).replace(tzinfo=None)),
        )


def store_look_alikes(lines: Lines) -> None:
    """Documents whose service comes to the same key."""
    documents = mongo.database(lines.world.conf.mongo)[lines.world.feed.name]
    (one, *_) = documents.find({"service_name": "cart"}).sort("_id", 1)
    documents.update_one({"_id": one["_id"]}, {"$set": {"service_name": "cart "}})


@pytest.mark.parametrize(
    ("change", "q", "minutes"),
    [
        (drop_a_verdict, "", (10, 20)),
        (find_faults, "", (10, 20)),
        (accept_a_loss, "", (10, 20)),
        (revise_a_minute, "", (10, 20)),
        (store_look_alikes, "service_name:cart", (0, 20)),
        (promote_a_letter, "", (10, 20)),
        (lambda lines: requeue_one(lines, START + 15 * MINUTE), "", (10, 20)),
        (lambda lines: lines.world.expire(START + 10 * MINUTE), "", (10, 20)),
        (lambda lines: None, "", (30, 40)),  # of open minutes
        (lambda lines: None, "service_name:cart*", (10, 20)),
        (lambda lines: None, 'service_name:"cart "', (10, 20)),
        (lambda lines: None, f"service_name:{'x' * 65}", (10, 20)),
        (lambda lines: None, "status_code:200", (10, 20)),
        (lambda lines: None, 'service_name:"{other}"', (10, 20)),
        (lambda lines: None, 'error_code:"-"', (10, 20)),
    ],
)
def test_one_doubt_is_enough(
    first: Lines, change: Change, q: str, minutes: tuple[int, int]
) -> None:
    asked = span(*minutes) | {"q": q}
    before = span(10, 20) | {"q": q if change is store_look_alikes else ""}
    own = Service.of(first.world.conf)
    assert total(own, before).relation == "exact"
    change(first)
    assert total(own, asked).relation == "at_least"


def test_parts_of_minutes_are_counted(first: Lines) -> None:
    asked = {"size": 1, "from": time_text(START + 10 * MINUTE)}
    with asking(first.world.conf) as client:
        for until, relation in ((20 * MINUTE, "exact"), (20.5 * MINUTE, "at_least")):
            answer = client.get("/v1/logs", params=asked | {"to": time_text(START + until)})
            assert answer.json()["total"]["relation"] == relation


def test_of_more_lines_than_may_be_looked_at_the_newest_are_counted(
    first: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, own = span(10, 20) | {"q": "message:job*"}, Service.of(first.world.conf)
    assert total(own, asked) == Total(value=120, relation="at_least", source="counted")
    monkeypatch.setattr(totals, "_LOOKED_AT", 50)
    assert total(own, asked) == Total(value=50, relation="unknown", source="none")
    rare = asked | {"q": "status_code:204"}
    found = total(own, rare)
    assert found.relation == "unknown"
    assert 0 < (found.value or 0) < stored(own, rare)
    monkeypatch.setattr(totals, "COUNTED_TO", 50)
    assert total(own, asked) == Total(value=50, relation="at_least", source="counted")


@pytest.mark.parametrize("q", ["", "status_code:>=400", "status_code:404 service_name:cart"])
def test_lines_that_the_index_alone_tells_are_all_counted(
    first: Lines, monkeypatch: pytest.MonkeyPatch, q: str
) -> None:
    asked, own = span(10, 20) | {"q": q}, Service.of(first.world.conf)
    monkeypatch.setattr(totals, "exact", lambda *_: None)
    monkeypatch.setattr(totals, "_LOOKED_AT", 1)
    expected = Total(value=stored(own, asked), relation="at_least", source="counted")
    assert total(own, asked) == expected
    assert expected.value


def test_what_a_page_tells_is_not_asked_again(
    first: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError("it is counted")

    asked, own = span(10, 20) | {"q": "message:job*"}, Service.of(first.world.conf)
    monkeypatch.setattr(search, "count", fail)
    assert total(own, asked, 121) == Total(value=120, relation="at_least", source="counted")
    short = own.conf.api.model_copy(update={"max_query_s": 1e-9})
    hasty = Service.of(own.conf.model_copy(update={"api": short}))
    assert total(hasty, asked) == Total(value=None, relation="unknown", source="none")
    with pytest.raises(AssertionError):
        total(own, asked, 120)


def test_without_mysql_lines_are_counted(first: Lines) -> None:
    conf = first.world.conf
    elsewhere = conf.mysql.model_copy(update={"port": 1})
    own = Service.of(conf.model_copy(update={"mysql": elsewhere}))
    found = total(own, span(10, 20))
    assert found == Total(value=120, relation="at_least", source="counted")


def test_values_that_have_no_name_in_figures_are_counted(api_conf: Config) -> None:
    feed = app_feed("totals_few", max_services=2)
    world, draw = empty(api_conf, feed), random.Random(1)
    for number in range(10):
        for service in ("one", "two", "three", "four"):
            send_minute(world, draw, START + number * MINUTE, 2, service_name=service)
    world.aggregate()
    world.ingest()
    world.reconcile()
    own = Service.of(world.conf)
    found = [
        total(own, span(1, 6) | {"q": f"service_name:{service}"})
        for service in ("one", "two", "three", "four")
    ]
    assert [one.value for one in found] == [10] * 4
    assert sorted(one.relation for one in found) == ["at_least"] * 2 + ["exact"] * 2
