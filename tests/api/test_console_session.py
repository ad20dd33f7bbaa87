"""The console's page, and the session that a token opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from millrace.api import console
from millrace.api.app import application
from millrace.api.guard import COOKIE
from millrace.api.service import Service
from millrace.config import Config

PAGE = "<!doctype html><title>the page</title>"
HTML = {"Accept": "text/html,application/xhtml+xml"}
SESSION = "/console/session"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a page that is built."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "assets" / "index-abc.js").write_text("let a")
    (tmp_path / "assets" / "index-abc.js.gz").write_bytes(b"\x1f\x8bpacked")
    (tmp_path.parent / "secret.txt").write_text("secret")
    monkeypatch.setattr(console, "STATIC", tmp_path)
    return tmp_path


@pytest.fixture
def browser(api_conf: Config) -> Iterator[TestClient]:
    """A client without a token, which keeps cookies and follows nothing by itself."""
    app = application(Service.of(api_conf))
    with TestClient(app, "http://127.0.0.1:8080", follow_redirects=False) as made:
        yield made


def token(conf: Config) -> str:
    return dict(Service.of(conf).tokens.by_role)["operate"]


def test_a_browser_is_led_to_the_page_and_others_get_json(
    built: Path, browser: TestClient, api_conf: Config
) -> None:
    led = browser.get("/", headers=HTML)
    assert (led.status_code, led.headers["location"]) == (303, "/console/")
    assert browser.get("/console").headers["location"] == "/console/"
    assert browser.get("/").status_code == 401
    bearer = {"Authorization": f"Bearer {token(api_conf)}"}
    assert browser.get("/", headers=bearer).json()["console"] == "/console/"


@pytest.mark.parametrize("path", ["/console/", "/console/logs", "/console/logs/x.y?q=a&tz=UTC"])
def test_every_place_within_is_the_page_and_needs_no_token(
    built: Path, browser: TestClient, path: str
) -> None:
    answer = browser.get(path, headers=HTML)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy


def test_hashed_files_are_kept_for_ever_and_come_packed(built: Path, browser: TestClient) -> None:
    path = "/console/assets/index-abc.js"
    plain = browser.get(path, headers={"Accept-Encoding": "identity"})
    assert plain.text == "let a"
    assert "immutable" in plain.headers["cache-control"]
    with browser.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        assert b"".join(packed.iter_raw()) == b"\x1f\x8bpacked"
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert browser.get("/console/assets/index-old.js").status_code == 404


@pytest.mark.parametrize("path", ["/console/../secret.txt", "/console/%2e%2e/secret.txt"])
def test_no_path_leads_out_of_the_page(built: Path, browser: TestClient, path: str) -> None:
    assert "secret" not in browser.get(path, headers=HTML).text


def test_without_a_build_the_command_is_told(
    browser: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "STATIC", tmp_path / "none")
    answer = browser.get("/console/", headers=HTML)
    assert answer.status_code == 503
    assert "make console" in answer.text


def test_a_token_opens_a_session_that_no_script_reads(
    browser: TestClient, api_conf: Config
) -> None:
    assert browser.get(SESSION).status_code == 401
    assert browser.get("/v1/logs").status_code == 401
    opened = browser.post(SESSION, json={"token": token(api_conf)})
    assert opened.json()["role"] == "operate"
    cookie = opened.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert browser.get(SESSION).json() == opened.json()
    assert browser.get("/v1/logs").status_code == 200
    assert browser.delete(SESSION).status_code == 204
    assert COOKIE not in browser.cookies
    assert browser.get(SESSION).status_code == 401


def test_another_token_opens_none(browser: TestClient) -> None:
    answer = browser.post(SESSION, json={"token": "x" * 24})
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


def test_tokens_cannot_be_tried_out_fast(browser: TestClient) -> None:
    tried = {browser.post(SESSION, json={"token": str(n)}).status_code for n in range(30)}
    assert tried == {401, 429}


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_a_page_of_another_site_opens_and_ends_no_session(
    browser: TestClient, api_conf: Config, headers: dict[str, str]
) -> None:
    body = {"token": token(api_conf)}
    assert browser.post(SESSION, json=body, headers=headers).status_code == 403
    assert browser.delete(SESSION, headers=headers).status_code == 403


def test_a_token_in_the_address_becomes_a_cookie_and_leaves_it(
    built: Path, browser: TestClient, api_conf: Config
) -> None:
    moved = browser.get(f"/console/logs?q=a&token={token(api_conf)}", headers=HTML)
    assert (moved.status_code, moved.headers["location"]) == (303, "/console/logs?q=a")
    assert browser.get(SESSION).json()["role"] == "operate"


def test_a_wrong_token_in_the_address_leads_to_the_form(built: Path, browser: TestClient) -> None:
    moved = browser.get("/console/?token=wrong", headers=HTML)
    assert (moved.status_code, moved.headers["location"]) == (303, "/console/")
    assert "set-cookie" not in moved.headers


def test_an_unknown_host_gets_no_page(built: Path, browser: TestClient) -> None:
    assert browser.get("/console/", headers={"Host": "elsewhere.example"}).status_code == 421
