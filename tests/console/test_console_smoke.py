"""The console in a browser, in seconds: sign-in, figures with badges, lines as text."""

from console import hostile
from console.browser import watched
from playwright.sync_api import Browser, expect

from millrace.api import tokens
from millrace.config import Config


def test_who_signs_in_sees_figures_with_badges_and_their_lines(
    browser: Browser, small: Config
) -> None:
    (_, token), *_ = tokens.tokens(small).by_role
    with watched(browser, small) as own:
        own.expected = {401}
        page = own.page
        page.goto(own.address)
        page.get_by_label("Token").fill("a token that is none")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("the token is not known")
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Sign in").click()
        for title in ("Traffic", "Error ratio", "p95 response time", "Anomalies"):
            chart = page.get_by_role("region", name=title, exact=True)
            expect(chart.get_by_role("button", name=f"{title}: ")).to_be_visible()
        page.get_by_role("application", name="Traffic").focus()
        for _ in range(8):
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        panel = page.get_by_role("dialog")
        expect(panel.get_by_role("status")).to_contain_text("figure 1")
        page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        page.get_by_role("link", name="Logs").click()
        page.get_by_label("Query", exact=True).fill("hostile")
        page.keyboard.press("Enter")
        expect(page.get_by_text(hostile.IMAGE).first).to_be_visible()
        assert page.title() == "Logs · millrace"
        assert page.locator("main img, main script").count() == 0
