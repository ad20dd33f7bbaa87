"""What records learn beyond their line, and what they do not."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from rows import micros, records, spec

from millrace.enrich.agent import user_agent
from millrace.enrich.country import country
from millrace.enrich.route import MAX_CHARACTERS, MAX_SEGMENTS, http_route
from millrace.enrich.skew import guarded

RECEIVED = datetime(2025, 1, 22, 12, 0)
MAX_SKEW = timedelta(seconds=300)
SMALLEST = timedelta(milliseconds=1)


SENT = [
    (RECEIVED, None),
    (datetime(2019, 1, 22), None),
    (RECEIVED + MAX_SKEW, None),
    (RECEIVED + MAX_SKEW + SMALLEST, RECEIVED),
    (datetime(2037, 12, 27), RECEIVED),
]


@pytest.mark.parametrize(("sent", "instead"), SENT)
def test_only_times_far_after_the_receipt_are_replaced(
    sent: datetime, instead: datetime | None
) -> None:
    stored, claimed = guarded(micros(sent), micros(RECEIVED), int(MAX_SKEW.total_seconds()))
    assert stored == micros(instead or sent)
    assert claimed == (micros(sent) if instead else None)


UUID = "123e4567-e89b-12d3-a456-426614174000"
LONGEST = "/" + "z" * (MAX_CHARACTERS - 1)
DEEPEST = "/a" * MAX_SEGMENTS
ROUTES: dict[str, tuple[str | None, str | None]] = {
    "null": (None, None),
    "root": ("/", "/"),
    "plain": ("/api/users", "/api/users"),
    "asterisk": ("*", "*"),
    "query": ("/a?b=1&c=/d", "/a"),
    "question mark alone": ("/a?", "/a"),
    "fragment": ("/a#b", "/a"),
    "query after fragment": ("/a#b?c", "/a"),
    "number": ("/users/42", "/users/{id}"),
    "number within": ("/users/42/orders", "/users/{id}/orders"),
    "numbers in a row": ("/1/2/3", "/{id}/{id}/{id}"),
    "number and query": ("/users/42?x=7", "/users/{id}"),
    "number and slash": ("/users/42/", "/users/{id}/"),
    "number within a word": ("/v2/item42", "/v2/item42"),
    "uuid": (f"/a/{UUID}/b", "/a/{id}/b"),
    "uuid in capitals": (f"/a/{UUID.upper()}", "/a/{id}"),
    "uuid within a word": (f"/a/x{UUID}", f"/a/x{UUID}"),
    "digest": ("/a/d41d8cd98f00b204e9800998ecf8427e", "/a/{id}"),
    "shortest hex": ("/a/0123456789abcdef", "/a/{id}"),
    "short hex": ("/a/0123456789abcde", "/a/0123456789abcde"),
    "hex without digits": ("/a/abcdefabcdefabcd", "/a/{id}"),
    "absolute form": ("http://example.com/a/42/b?c", "/a/{id}/b"),
    "absolute form with one segment": ("http://example.com:8080/a", "/a"),
    "absolute form without a path": ("http://example.com", "/"),
    "address within a path": ("/go/http://example.com/a", "/go/http://example.com/a"),
    "longest": (LONGEST, LONGEST),
    "too long": (LONGEST + "z", "{other}"),
    "long until ids are replaced": ("/" + "1" * 200, "/{id}"),
    "deepest": (DEEPEST, DEEPEST),
    "too deep": (DEEPEST + "/a", "{other}"),
    "not ASCII": ("/für/7", "/für/{id}"),
}


@pytest.mark.parametrize("name", ROUTES)
def test_route_is_the_path_with_ids_taken_out(name: str) -> None:
    path, found = ROUTES[name]
    assert http_route(path) == found


def test_routes_without_a_name_fall_together() -> None:
    asked: list[str] = []

    def named(templates: Iterable[str]) -> set[str]:
        asked.extend(templates)
        return {"/a/{id}"}.intersection(asked[-1:])

    lines = [
        f'{{"timestamp": "2025-01-22T12:00:00Z", "path": "{path}"}}'
        for path in ("/a/1", "/b", "/a/2", "/b")
    ]
    found = records(spec("app", named_routes=named), lines)
    assert [each["http_route"] for each in found] == ["/a/{id}", "{other}", "/a/{id}", "{other}"]
    # Asked of each template once: what it says stays so.
    assert asked == ["/a/{id}", "/b"]


COUNTRIES = {
    "8.8.8.8": "US",
    "193.0.6.139": "NL",
    "202.12.27.33": "JP",
    "2001:4860:4860::8888": "US",
    "2001:67c:2e8:22::c100:68b": "NL",
    "10.0.0.1": None,
    "192.168.1.1": None,
    "100.64.0.1": None,
    "127.0.0.1": None,
    "169.254.1.1": None,
    "192.0.2.1": None,
    "224.0.0.1": None,
    "240.0.0.1": None,
    "255.255.255.255": None,
    "::1": None,
    "fe80::1": None,
    "fe80::1%eth0": None,
    "fc00::1": None,
    "ff02::1": None,
    "ff0e::1": None,
    "host-7.example.com": None,
    "8.8.8.8:80": None,
    "8.8.8": None,
    "2130706433": None,
    "-": None,
    "": None,
    None: None,
}


@pytest.mark.parametrize("address", COUNTRIES)
def test_country_is_that_of_public_addresses_only(
    country_database: str, address: str | None
) -> None:
    assert country(country_database, address) == COUNTRIES[address]


def test_what_is_longer_than_any_address_is_not_looked_up() -> None:
    assert country("no such file", "1" * 65) is None


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS: list[tuple[str | None, str | None, str | None, str | None]] = [
    (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/120.0.0.0 Safari/537.36",
        "Chrome",
        "Windows",
        "desktop",
    ),
    (
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
        "Firefox",
        "Ubuntu",
        "desktop",
    ),
    (
        f"Mozilla/5.0 (Linux; Android 13; Pixel 7) {WEBKIT} Chrome/120.0.0.0 Mobile Safari/537.36",
        "Chrome Mobile",
        "Android",
        "mobile",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
        "Mobile Safari",
        "iOS",
        "mobile",
    ),
    (
        "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
        "Mobile Safari",
        "iOS",
        "tablet",
    ),
    (
        f"Mozilla/5.0 (Linux; Android 13; SM-X906C) {WEBKIT} Chrome/120.0.0.0 Safari/537.36",
        "Chrome",
        "Android",
        "tablet",
    ),
    (
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Googlebot",
        None,
        "bot",
    ),
    (
        f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) {WEBKIT} Chrome/120.0 Mobile Safari/537.36"
        " (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Googlebot",
        "Android",
        "bot",
    ),
    ("curl/8.4.0", "curl", None, "other"),
    ("no such agent", None, None, "other"),
    ("", None, None, "other"),
    (None, None, None, None),
]


@pytest.mark.parametrize(("agent", "browser", "system", "device"), AGENTS)
def test_user_agent_tells_browser_system_and_device(
    agent: str | None, browser: str | None, system: str | None, device: str | None
) -> None:
    assert user_agent(agent) == (browser, system, device)


def test_what_is_longer_than_any_agent_is_not_looked_up() -> None:
    known = next(agent for agent, *_ in AGENTS if agent)
    assert user_agent(known + " " * 512) == (None, None, "other")
