"""The page Dead letters: bytes that do not act, and acts that were tried first."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from console import hostile
from console.browser import Watched
from console.operating import asked, guarded, reading, signed
from console.shop_world import DEAD, MENDED, filled
from playwright.sync_api import Browser, Locator, expect

from millrace.config import Config
from millrace.io import mongo

pytestmark = pytest.mark.slow

NAME = "console_letters"
PLACE = f"dead-letters?feed={NAME}&refresh=off"
LETTERS = f"/v1/dead-letters?feed={NAME}&from=now-2h"


@pytest.fixture(scope="module")
def letters(servers: Config) -> Iterator[Config]:
    """An API of a shop of its own: a letter that becomes a record is counted by no figure."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with guarded(filled(servers, now, NAME).conf) as conf:
        yield conf


@pytest.fixture
def own(browser: Browser, letters: Config) -> Iterator[Watched]:
    """The page, with every letter as new as at first."""
    db = mongo.database(letters.mongo)
    fresh = {"$set": {"status": "new"}, "$unset": {"resolution": 1, "settled_at": 1, "note": 1}}
    db["dead_letters"].update_many({"feed": NAME}, fresh)
    with signed(browser, letters) as made:
        made.go(PLACE)
        expect(made.page.locator(".grid-row")).to_have_count(len(DEAD))
        yield made


def opened(own: Watched, detail: str) -> Locator:
    """The panel of the letter whose row has that text."""
    own.page.locator(".grid-row", has_text=detail).first.click()
    panel = own.page.get_by_role("dialog")
    expect(panel.get_by_role("region", name="What came")).to_be_visible()
    return panel


def statuses(own: Watched) -> dict[str, str]:
    """The status of every letter by its reason, as the API has it."""
    every = "&status=new&status=requeued&status=resolved&status=discarded"
    return {one["_id"]: one["status"] for one in asked(own, LETTERS + every)["items"]}


def test_letters_are_those_of_the_api(own: Watched) -> None:
    items = asked(own, LETTERS)["items"]
    assert len(items) == len(DEAD)
    rows = own.page.locator(".grid-row")
    for at, one in enumerate(items):
        assert one["reason"] in rows.nth(at).inner_text()
    own.page.get_by_label("reason").select_option("bad_json")
    expect(rows).to_have_count(2)
    expect(own.page).to_have_url(re.compile("reason=bad_json"))


def test_bytes_are_shown_one_by_one_and_do_not_act(own: Watched) -> None:
    assert hostile.IMAGE in own.page.locator(".grid-body").inner_text()
    panel = opened(own, "not_utf8")
    text = panel.get_by_role("region", name="What came").inner_text()
    assert "\\x1b[31mred\\x07 \\xe9 no JSON \\xff" in text
    panel.get_by_role("button", name="bytes", exact=True).click()
    rows = panel.get_by_label("Bytes, sixteen a row").inner_text().split("\n")
    found = b"".join(bytes.fromhex(row[10:57]) for row in rows)
    assert found == DEAD[0]
    assert not re.search("[\x1b\x07\u202e]", panel.inner_text())
    own.page.keyboard.press("Escape")
    panel = opened(own, hostile.SCRIPT)
    assert panel.get_by_label("The line, to be edited").input_value().endswith("\\x0d\\x0a")
    assert own.page.title() == "Dead letters · millrace"
    assert own.page.locator("main img, main script").count() == 0


def test_a_dry_run_changes_nothing_and_comes_before_a_requeue(own: Watched) -> None:
    panel = opened(own, "bad_timestamp")
    before, requeue = statuses(own), panel.get_by_role("button", name=re.compile("^Requeue"))
    expect(requeue).to_be_disabled()
    panel.get_by_role("button", name="Dry run").click()
    expect(panel.locator(".told")).to_contain_text("still dead: 1 bad_timestamp")
    expect(requeue).to_be_disabled()
    line = panel.get_by_label("The line, to be edited")
    line.fill(MENDED % datetime.now(UTC).isoformat())
    panel.get_by_role("button", name="Dry run").click()
    expect(panel.locator(".told")).to_contain_text("1 letter would become a record")
    expect(panel.locator(".settle")).to_contain_text('"query": "mended"')
    assert statuses(own) == before
    line.press("End")
    line.type(" ")
    expect(requeue).to_be_disabled()
    panel.get_by_role("button", name="Dry run").click()
    expect(requeue).to_be_enabled()
    requeue.click()
    expect(panel.locator(".told")).to_contain_text("1 letter became a record")
    changed = {id for id, status in statuses(own).items() if status != before[id]}
    assert len(changed) == 1
    panel.get_by_role("link", name="Open its record").click()
    expect(own.page.get_by_role("dialog")).to_contain_text("mended")
    (id,) = changed
    found = asked(own, f"/v1/logs/{quote(id)}")["item"]
    assert found["details"]["query"] == "mended"


def test_a_letter_is_discarded_once_that_is_asked_twice(own: Watched) -> None:
    panel = opened(own, "empty")
    panel.get_by_label("Note").fill("nothing in it")
    panel.get_by_role("button", name="Discard").click()
    assert set(statuses(own).values()) == {"new"}
    panel.get_by_role("button", name="Keep").click()
    panel.get_by_role("button", name="Discard").click()
    panel.get_by_role("button", name="Discard", exact=True).click()
    expect(panel).to_contain_text("It is discarded")
    expect(panel).to_contain_text("nothing in it")
    assert sorted(statuses(own).values()) == ["discarded", *["new"] * (len(DEAD) - 1)]


def test_all_that_is_shown_is_tried_and_discarded_together(own: Watched) -> None:
    own.page.get_by_label("reason").select_option("bad_json")
    expect(own.page.locator(".grid-row")).to_have_count(2)
    own.page.get_by_role("button", name="Dry run of the 2 shown").click()
    expect(own.page.locator(".told")).to_contain_text("still dead: 2 bad_json")
    expect(own.page.get_by_role("button", name="Requeue them")).to_be_disabled()
    own.page.get_by_role("button", name="Discard the 2 shown").click()
    own.page.get_by_role("button", name="Discard the 2 shown", exact=True).click()
    expect(own.page.locator(".grid-row.warn")).to_have_count(0)
    assert list(statuses(own).values()).count("discarded") == 2


def test_who_may_read_alone_changes_nothing(browser: Browser, letters: Config) -> None:
    with reading(browser, letters) as own:
        own.go(f"{PLACE}&status=new,requeued,resolved,discarded")
        expect(own.page.locator(".grid-row")).to_have_count(len(DEAD))
        expect(own.page.get_by_role("button", name=re.compile("Discard|Dry run"))).to_have_count(0)
        panel = opened(own, "not_utf8")
        expect(panel.get_by_role("button", name=re.compile("Discard|Dry run"))).to_have_count(0)
