"""One contract for all registers of names: bounded, first come, and the same answer for ever."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from millrace.config import Config, Feed
from millrace.io import mongo, mysql, names

LIMIT = 5
Register = Callable[[Iterable[str]], set[str]]


@pytest.fixture(params=["mongo", "mysql", "service_name", "error_code"])
def worker(request: pytest.FixtureRequest, servers: Config) -> Callable[[], Register]:
    """Makes a register of one feed as a Python worker that has just started has it."""
    feed = Feed(
        name=f"r{uuid4().hex[:8]}",
        topic="t",
        format="combined",
        service_name="web",
        max_routes=LIMIT,
        max_services=LIMIT,
        max_error_codes=LIMIT,
    )
    mongo.prepare(servers.mongo, feed)
    mysql.prepare(servers.mysql)

    def start() -> Register:
        names._known.clear()
        if request.param == "mongo":
            return mongo.route_register(servers.mongo, feed)
        if request.param == "mysql":
            return mysql.route_register(servers.mysql, feed)
        return mysql.key_registers(servers.mysql, feed)[request.param]

    return start


def test_as_many_routes_as_the_bound_have_names(worker: Callable[[], Register]) -> None:
    register = worker()
    named = register([f"/{n}" for n in range(20)])
    assert len(named) == LIMIT
    assert register(f"/{n}" for n in range(20)) == named


def test_the_answer_stays_for_a_worker_that_starts_later(worker: Callable[[], Register]) -> None:
    first = worker()(["/a", "/b", "/c"])
    register = worker()
    assert register(["/x", "/y", "/z"]) == {"/x", "/y"}
    assert register(["/a", "/b", "/c", "/x", "/z"]) == first | {"/x"}
    assert worker()(["/a", "/b", "/c", "/x", "/y", "/z"]) == first | {"/x", "/y"}


def test_workers_at_the_same_time_keep_the_bound(worker: Callable[[], Register]) -> None:
    register = worker()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: register([f"/{n}", f"/{n + 1}"]), range(40)))
    assert len(set().union(*answers)) == LIMIT
    assert len(worker()(f"/{n}" for n in range(41))) == LIMIT


def test_a_route_that_differs_by_case_alone_is_another(worker: Callable[[], Register]) -> None:
    assert worker()(["/a", "/A", "/ä"]) == {"/a", "/A", "/ä"}
