"""Each page over an hour as it may be, in both widths and themes: what the documentation shows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from api.serving import served
from console.browser import NARROW, WIDE, Watched, watched
from console.gallery import Gallery, filled
from console.operating import PATIENT
from console.pictures import PAGES
from playwright.sync_api import Browser, expect

from millrace.config import Config

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gallery(servers: Config, country_database: str) -> Iterator[tuple[Gallery, Config]]:
    """The hour, and the configuration of an API that answers for it."""
    made = filled(servers, datetime.now(UTC).replace(second=0, microsecond=0))
    with served(made.conf, **PATIENT) as serving:
        yield made, serving


def place_of(name: str, gallery: Gallery, own: Watched) -> str:
    """Where a page shows most."""
    if name == "logs":
        return "logs?q=level:ERROR"
    if name == "alerts":
        return f"alerts?rule={gallery.rule_id}&tried=now-6h"
    if name == "dead-letters":
        answer = own.page.request.get(f"{own.address}/v1/dead-letters?reason=bad_json&from=now-2h")
        return f"dead-letters?letter={answer.json()['items'][0]['_id']}"
    return name


def ready(name: str, own: Watched) -> None:
    """Waits until the page shows what it has."""
    page = own.page
    if name == "live":  # which begins with the newest lines, and never ends
        expect(page.locator(".grid-row").nth(9)).to_be_visible()
        return
    if name == "reports":
        expect(page.frame_locator("iframe").locator("h1")).to_have_text("Report")
    elif name == "geography":
        expect(page.locator(".land.level-1").first).to_be_attached()
    elif name == "alerts":
        expect(page.get_by_role("dialog").locator(".preview strong")).to_contain_text("fired")
    elif name == "dead-letters":
        expect(page.get_by_role("dialog").get_by_text("What came")).to_be_visible()
    else:
        expect(page.locator("main .badge").first).to_be_visible()
    own.settled()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_gallery_is_sound(
    browser: Browser, gallery: tuple[Gallery, Config], name: str, width: int, theme: str
) -> None:
    made, conf = gallery
    with watched(browser, conf, width, theme) as own:
        own.sign_in()
        own.go(place_of(name, made, own))
        ready(name, own)
        own.screenshot(f"gallery-{name}-{width}-{theme}")
        assert own.violations() == []
        assert own.page.evaluate("document.documentElement.scrollWidth") <= width
        assert own.page.locator("html").get_attribute("data-theme") == theme
