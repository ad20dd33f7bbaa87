"""What has most of a figure: sums of the same rows as /v1/figures has, the largest first."""

import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from api.conftest import asking
from api.worlds import MINUTE, START, app_feed, empty, send_minute
from starlette.testclient import TestClient
from support.counted import CountedFeed

from millrace.api.documents import time_text
from millrace.config import Config, Feed
from millrace.simulate.lines import generate

APP = app_feed("tops_app")
SHOP = Feed(name="tops_shop", topic="tops_shop", format="shop", service_name="shop")
SPAN = {"from": time_text(START), "to": time_text(START + 10 * MINUTE)}
_FIGURES = ("events", "revenue", "failed_amount", "sum_session_s", "sessions_timed")


@pytest.fixture(scope="module")
def both(api_conf: Config) -> Config:
    """Ten minutes of an application and of a shop."""
    app, draw = empty(api_conf, APP), random.Random(2)
    for number in range(10):
        send_minute(app, draw, START + number * MINUTE, 20)
    shop: CountedFeed = empty(api_conf, SHOP)
    end = START + 10 * MINUTE
    for number, one in enumerate(generate("shop", 400, seed=3, start=START, end=end)):
        shop.send(one.value, START + number * MINUTE / 40)
    for world in (app, shop):
        world.ingest()
        world.aggregate()
    return api_conf.model_copy(update={"feeds": (APP, SHOP)})


@pytest.fixture
def client(both: Config) -> Iterator[TestClient]:
    """A client of an API with both feeds."""
    with asking(both) as made:
        yield made


def asked(client: TestClient, path: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/figures/{path}", params=SPAN | parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("step", ["1m", "5m", "1h"])
@pytest.mark.parametrize("by", ["event_type", "payment_method", "country"])
def test_rows_are_the_sums_of_what_figures_have(client: TestClient, step: str, by: str) -> None:
    steps = asked(client, "shop_by_minute", by=by, step=step)
    sums: dict[str, Counter[str]] = {}
    for row in steps["rows"]:
        own = sums.setdefault(row[by], Counter())
        own.update({name: Decimal(row[name] or 0) for name in _FIGURES})
    top = asked(client, "shop_by_minute/top", by=by, step=step, size=1000)
    assert (top["since"], top["until"]) == (steps["since"], steps["until"])
    assert not top["is_cut"]
    found = {row[by]: {name: Decimal(row[name] or 0) for name in _FIGURES} for row in top["rows"]}
    assert found == {name: dict(own) for name, own in sums.items()}
    assert all(isinstance(row["revenue"], str) for row in top["rows"])


def test_the_largest_come_first_and_what_is_left_out_is_said(client: TestClient) -> None:
    every = asked(client, "shop_by_minute/top", by="payment_method", figure="revenue", size=100)
    amounts = [Decimal(row["revenue"]) for row in every["rows"]]
    assert amounts == sorted(amounts, reverse=True)
    assert len(amounts) > 3
    two = asked(client, "shop_by_minute/top", by="payment_method", figure="revenue", size=2)
    assert two["rows"] == every["rows"][:2]
    assert two["is_cut"]


def test_keys_and_feeds_choose_rows(client: TestClient) -> None:
    failed = asked(client, "shop_by_minute/top", by="event_type", event_type="order_failed")
    assert [row["event_type"] for row in failed["rows"]] == ["order_failed"]
    levels = asked(client, "levels_by_minute/top", by="feed")
    assert {row["feed"]: row["events"] for row in levels["rows"]} == {APP.name: 200, SHOP.name: 400}
    assert levels["bucket"]["state"] in ("open", "closed")
    assert {one["feed"] for one in levels["freshness"]} == {APP.name, SHOP.name}


def test_without_lines_there_are_no_sums(client: TestClient) -> None:
    nothing = {"from": "2020-01-01", "to": "2020-01-02"}
    assert asked(client, "levels_by_minute/top", by="level", **nothing)["rows"] == []


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"figure": "nothing"}, "figure: 'nothing' is none of events"),
        ({"by": "nothing"}, "by: 'nothing' is none of"),
        ({"nothing": "x"}, "shop_by_minute has no such key"),
        ({"size": 1001}, "size: "),
        ({"feed": APP.name}, f"lines of {APP.name} are not counted"),
    ],
)
def test_what_there_is_not_is_refused(
    client: TestClient, parameters: dict[str, Any], told: str
) -> None:
    answer = client.get("/v1/figures/shop_by_minute/top", params=SPAN | parameters)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
