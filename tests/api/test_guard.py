"""Who is let through: tokens, hosts, sites, sizes, rates."""

import stat
from collections.abc import Iterator

import pytest
from api.conftest import asking
from starlette.testclient import TestClient

from millrace.api import tokens
from millrace.api.app import application
from millrace.api.service import Service
from millrace.config import Config, ConfigurationError

SAFE = "/v1/logs?from=now-1m"


@pytest.fixture
def stranger(api_conf: Config) -> Iterator[TestClient]:
    """A client without a token."""
    with TestClient(application(Service.of(api_conf)), "http://127.0.0.1:8080") as made:
        yield made


@pytest.mark.parametrize(
    "path", ["/", SAFE, "/logs", "/logs/stats", "/country", "/api", "/docs", "/openapi.json"]
)
def test_without_a_token_nothing_is_told(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["title"] == "Token missing or unknown"


@pytest.mark.parametrize("token", ["", "x", "Bearer", "é", "0" * 5000])
def test_another_token_is_refused(stranger: TestClient, token: str) -> None:
    answer = stranger.get(SAFE, headers={"Authorization": f"Bearer {token}".encode()})
    assert answer.status_code == 401


def test_probes_need_no_token(stranger: TestClient) -> None:
    assert stranger.get("/health").json() == {
        "status": "ok",
        "servers": {"mongodb": True, "mysql": True},
    }


def test_probes_ask_by_the_address_of_a_pod(stranger: TestClient) -> None:
    assert stranger.get("/health", headers={"Host": "10.0.0.7:8080"}).status_code == 200


def test_the_token_that_is_made_is_for_its_owner_alone_and_stays(api_conf: Config) -> None:
    made = tokens.tokens(api_conf)
    file = tokens.file(api_conf.stack)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert tokens.tokens(api_conf) == made
    assert file.read_text().strip() not in repr(made)


def test_off_the_loopback_a_token_must_be_given(
    api_conf: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_conf.api.model_copy(update={"listen": "0.0.0.0"})
    with pytest.raises(ConfigurationError, match="MILLRACE__API__READ_TOKEN"):
        tokens.tokens(api_conf.model_copy(update={"api": api}))


def test_a_page_opened_with_the_token_has_it_as_a_cookie_and_not_in_its_address(
    stranger: TestClient, api_conf: Config
) -> None:
    (_, token), *_ = tokens.tokens(api_conf).by_role
    answer = stranger.get(f"/docs?token={token}&x=1", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/docs?x=1"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert stranger.get("/docs").status_code == 200


def test_a_token_never_sends_anybody_to_another_host(
    stranger: TestClient, api_conf: Config
) -> None:
    (_, token), *_ = tokens.tokens(api_conf).by_role
    answer = stranger.get(
        f"http://127.0.0.1:8080//evil.example/?token={token}", follow_redirects=False
    )
    assert answer.headers["location"] == "/evil.example/"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "", "127.0.0.1.evil.example"]
)
def test_another_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get(SAFE, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_names_of_the_loopback_are_known(client: TestClient, host: str) -> None:
    assert client.get(SAFE, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_page_of_another_site_can_change_nothing(
    client: TestClient, headers: dict[str, str]
) -> None:
    answer = client.post("/v1/logs/explain", json={}, headers=headers)
    assert answer.status_code == 403


def test_bodies_are_json_and_short(client: TestClient) -> None:
    assert client.post("/v1/logs", content=b"q=1").status_code == 415
    long = b'"' + b"x" * 300_000 + b'"'
    as_json = {"Content-Type": "application/json"}
    assert client.post("/v1/logs", content=long, headers=as_json).status_code == 413


def test_a_long_address_is_refused(client: TestClient) -> None:
    assert client.get(f"/v1/logs?q={'x' * 20_000}").status_code == 414


def test_every_answer_says_what_a_browser_may_do_with_it(client: TestClient) -> None:
    for path in ("/", SAFE, "/nowhere", "/docs"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-request-id"]
        assert "access-control-allow-origin" not in headers


def test_a_request_keeps_the_id_that_it_came_with_where_it_is_one(client: TestClient) -> None:
    assert client.get("/", headers={"X-Request-Id": "a-1"}).headers["x-request-id"] == "a-1"
    assert client.get("/", headers={"X-Request-Id": "a b"}).headers["x-request-id"] != "a b"


def test_too_many_requests_a_second_are_told_to_wait(api_conf: Config) -> None:
    slow = api_conf.api.model_copy(update={"max_requests_per_s": 2})
    with asking(api_conf.model_copy(update={"api": slow})) as client:
        codes = [client.get("/").status_code for _ in range(5)]
    assert codes[:2] == [200, 200]
    assert 429 in codes


def test_the_docs_ask_no_other_host(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "http" not in page.replace("https://", "http://").replace("<!doctype html>", "")
    for path in ("swagger-ui.css", "swagger-ui-bundle.js"):
        assert client.get(f"/docs/static/{path}").status_code == 200
    assert client.get("/openapi.json").json()["info"]["title"] == "millrace"


def test_a_token_is_in_no_log(
    client: TestClient, api_conf: Config, caplog: pytest.LogCaptureFixture
) -> None:
    (_, token), *_ = tokens.tokens(api_conf).by_role
    with caplog.at_level("INFO", "millrace"):
        client.get(f"/?token={token}", follow_redirects=False)
        client.get("/v1/logs?q=level:ERROR")
    assert "level%3AERROR" in caplog.text
    assert token not in caplog.text
