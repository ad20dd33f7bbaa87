"""Points of the overview in a browser, over the data of one real run."""

import random
import re

import pytest
from console.browser import Watched, watched
from console.ready import ready
from playwright.sync_api import Browser, expect

from millrace.config import Config

pytestmark = pytest.mark.slow

POINTS = 100
_COMPARED = re.compile(r"figure ([\d,]+) ([=≠]) lines ([\d,]+|not counted)")


def test_points_are_as_many_as_their_lines_or_say_why_not(browser: Browser, real: Config) -> None:
    with watched(browser, real) as own:
        own.sign_in()
        compare_points(own)


def compare_points(own: Watched) -> None:
    """Opens points of all charts, one after another."""
    page, draw = own.page, random.Random(3)
    own.go("overview")
    ready(page, "overview")
    page.get_by_role("button", name="every 10 s").click()
    equal = 0
    for number in range(POINTS):
        titles = ("Traffic", "Error ratio", "p95 response time", "Anomalies")
        page.get_by_role("application", name=titles[number % 4]).focus()
        page.keyboard.press("End")
        for _ in range(draw.randrange(45)):
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        panel = page.get_by_role("dialog")
        feeds = panel.get_by_role("group", name="Feed").get_by_role("button")
        expect(panel.get_by_role("status")).to_contain_text(_COMPARED)
        if feeds.count() > 1:
            feeds.nth(draw.randrange(feeds.count())).click()
            expect(panel.get_by_role("status")).to_contain_text(_COMPARED)
        told = _COMPARED.search(panel.get_by_role("status").inner_text())
        assert told
        figure, sign, lines = told.groups()
        if sign == "=":
            assert figure == lines
            equal += 1
        else:
            assert panel.locator(".why li").count() >= 1
        if number == 0:
            own.screenshot("point-1440-light")
            assert own.violations() == []
        page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
    assert equal >= POINTS / 2
