"""Who is signed in with which role, and what the API says while a page is used."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

from api.serving import served
from console.browser import WIDE, Watched, watched
from console.shop_world import OPERATE, READ
from playwright.sync_api import Browser

from millrace.config import Config

# A browser asks for many things at once, and other tests may run meanwhile.
PATIENT = {"max_query_s": 20, "max_requests_per_s": 1_000}
_TIMEOUT_S = 30


@contextmanager
def guarded(conf: Config) -> Iterator[Config]:
    """The configuration of an API that answers meanwhile, with a token of each role."""
    with served(conf, **PATIENT, read_token=READ, operate_token=OPERATE) as own:
        yield own


@contextmanager
def signed(
    browser: Browser, conf: Config, width: int = WIDE, theme: str = "light", token: str = OPERATE
) -> Iterator[Watched]:
    """A page whose session has the role of that token."""
    with watched(browser, conf, width, theme) as own:
        own.page.goto(f"{own.address}/console/?token={token}")
        own.page.wait_for_selector("nav[aria-label=Pages]")
        yield own


@contextmanager
def reading(browser: Browser, conf: Config) -> Iterator[Watched]:
    """A page that may read alone."""
    with signed(browser, conf, token=READ) as own:
        yield own


def asked(
    own: Watched, path: str, body: Any = None, method: str | None = None, **headers: str
) -> Any:
    """What the API answers, beside the browser."""
    sent = {"Authorization": f"Bearer {OPERATE}", "Content-Type": "application/json"} | headers
    data = None if body is None else json.dumps(body).encode()
    request = Request(own.address + path, data, sent, method=method)
    with urlopen(request, timeout=_TIMEOUT_S) as answer:
        content = answer.read()
    return json.loads(content) if content else None
