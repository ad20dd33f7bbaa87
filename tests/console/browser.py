"""A real Chromium, without any network but the loopback, and what it says while it is used."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

from millrace.api import tokens
from millrace.config import Config
from millrace.console import PAGE
from millrace.errors import SetupError
from millrace.tools import console_build

WIDE, NARROW = 1440, 390
HEIGHT = 900
TIMEOUT_MS = 60_000
SCREENSHOTS = os.environ.get("MILLRACE_SCREENSHOTS")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@cache
def chromium() -> str:
    """The browser of this machine; the test is skipped where there is none."""
    for name in _PROGRAMS:
        if found := shutil.which(name):
            return found
    pytest.skip("NOT CHECKED: no Chromium is installed: apt-get install chromium")


@cache
def built() -> None:
    """Builds the page where its sources changed; the test is skipped where Node cannot be had."""
    try:
        console_build.build()
    except SetupError as error:
        pytest.skip(f"NOT CHECKED: the console cannot be built: {error}")


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser, for one test after another."""
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), headless=True, args=list(_FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page of the console, and all that went wrong in it.

    ``expected`` are statuses that a test provokes: the browser reports each as an error.
    """

    page: Page
    conf: Config
    expected: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(TIMEOUT_MS)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._said)
        self.page.on("response", self._answered)
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))

    @property
    def address(self) -> str:
        """Where the API of this page is."""
        return f"http://127.0.0.1:{self.conf.api.port}"

    def go(self, place: str) -> None:
        """Shows a place of the console, once nothing is on its way any more."""
        self.page.goto(f"{self.address}/console/{place}")
        self.page.wait_for_selector("main h1", state="attached")

    def sign_in(self) -> None:
        """Opens a session by an address with the token."""
        (_, token), *_ = tokens.tokens(self.conf).by_role
        self.page.goto(f"{self.address}/console/?token={token}")
        self.page.wait_for_selector("nav[aria-label=Pages]")

    def settled(self) -> None:
        """Waits until nothing is asked for any more; not on pages that have a tail."""
        self.page.wait_for_load_state("networkidle")

    def screenshot(self, name: str) -> None:
        """Keeps a picture in the folder that MILLRACE_SCREENSHOTS names, if any."""
        if SCREENSHOTS:
            Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")

    def violations(self) -> list[str]:
        """What axe finds that is serious or worse."""
        self.page.evaluate((PAGE / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations']})"
        )
        return [
            f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:4]]}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]

    def _said(self, message: Any) -> None:
        is_provoked = any(f"status of {status}" in message.text for status in self.expected)
        if message.type in ("error", "warning") and not is_provoked:
            self.faults.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.status}: {response.url}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.foreign.append(url)


@contextmanager
def watched(
    browser: Browser, conf: Config, width: int = WIDE, theme: Any = "light", **options: Any
) -> Iterator[Watched]:
    """A page of that width; what goes wrong in it fails the test that it is used in."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, color_scheme=theme, **options
    )
    try:
        made = Watched(context.new_page(), conf)
        yield made
        assert made.faults == []
        assert made.foreign == []
    finally:
        context.close()
