"""The live page: a minute of 1,000 lines a second, and what does not move meanwhile."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from api.serving import served
from api.watching import Ingest, new_feed
from console.browser import watched
from playwright.sync_api import Browser, Page, expect

from millrace.config import Config

pytestmark = pytest.mark.slow

PER_S, BATCHES_PER_S = 1_000, 4
SECONDS = 60
MOST_ROWS = 5_000
# What takes the browser longer than 50 ms, as it says itself.
_OBSERVE = """() => { window.longest = []; new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.longest.push(Math.round(one.duration));
}).observe({type: "longtask", buffered: true}); }"""


@contextmanager
def coming(ingest: Ingest) -> Iterator[list[int]]:
    """Lines that come meanwhile, as many a second as is said; how many came by now."""
    is_over, came = threading.Event(), [0]

    def write() -> None:
        due = time.monotonic()
        while not is_over.is_set():
            ingest.receive(PER_S // BATCHES_PER_S)
            ingest.batch()
            came[0] += PER_S // BATCHES_PER_S
            due += 1 / BATCHES_PER_S
            is_over.wait(max(0, due - time.monotonic()))

    writing = threading.Thread(target=write)
    writing.start()
    try:
        yield came
    finally:
        is_over.set()
        writing.join()


def test_a_minute_of_a_thousand_lines_a_second_is_shown_and_counted(
    browser: Browser, servers: Config
) -> None:
    ingest = Ingest(servers, new_feed(), now=datetime.now(UTC), committed_at=datetime.now(UTC))
    ingest.receive(10)
    ingest.batch()
    conf = servers.model_copy(update={"feeds": (ingest.feed,)})
    with served(conf) as own, watched(browser, own) as live:
        live.sign_in()
        live.go("live")
        page = live.page
        expect(page.locator(".grid-row").first).to_be_visible()
        page.evaluate(_OBSERVE)
        with coming(ingest) as came:
            page.wait_for_timeout(SECONDS * 1000 / 2)
            held(page)
            page.wait_for_timeout(SECONDS * 1000 / 2)
            assert page.evaluate("document.querySelectorAll('.grid-row').length") < 200
        live.screenshot("live-busy-1440-light")
        expect(page.get_by_text(f"{came[0] + 10:,} lines came")).to_be_visible()
        assert f"{MOST_ROWS:,} kept" in page.locator("main").inner_text()
        longest = sorted(page.evaluate("window.longest"))
        print(f"{came[0]} lines came; tasks over 50 ms: {longest[-10:]}")


def held(page: Page) -> None:
    """A row that is selected stays where it is, and what comes is counted."""
    page.locator(".grid-row").nth(3).click()
    page.get_by_role("dialog").get_by_label("Close").click()
    selected = page.locator(".grid-row[aria-selected=true]")
    before, place = selected.inner_text(), selected.bounding_box()
    fresh = page.locator(".fresh")
    expect(fresh).to_have_text(re.compile(r"[1-9],\d{3} new"))
    assert (selected.inner_text(), selected.bounding_box()) == (before, place)
    page.get_by_role("button", name="go on").click()
    expect(fresh).to_have_text("")
