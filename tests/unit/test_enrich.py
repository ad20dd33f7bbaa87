"""What records learn beyond their line, and what they do not."""

from datetime import datetime, timedelta

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from millrace.enrich.agent import user_agent
from millrace.enrich.country import country
from millrace.enrich.route import MAX_CHARACTERS, MAX_SEGMENTS, http_route, routes
from millrace.enrich.skew import guard

RECEIVED = datetime(2025, 1, 22, 12, 0)
MAX_SKEW = timedelta(seconds=300)
SMALLEST = timedelta(milliseconds=1)


def test_only_times_far_after_the_receipt_are_replaced(spark: SparkSession) -> None:
    limit = RECEIVED + MAX_SKEW
    far = datetime(2037, 12, 27)
    sent = [
        ("long before", RECEIVED, datetime(2019, 1, 22)),
        ("at receipt", RECEIVED, RECEIVED),
        ("at the limit", RECEIVED, limit),
        ("beyond the limit", RECEIVED, limit + SMALLEST),
        ("years ahead", RECEIVED, far),
    ]
    expected = [
        ("long before", RECEIVED, datetime(2019, 1, 22), None),
        ("at receipt", RECEIVED, RECEIVED, None),
        ("at the limit", RECEIVED, limit, None),
        ("beyond the limit", RECEIVED, RECEIVED, limit + SMALLEST),
        ("years ahead", RECEIVED, RECEIVED, far),
    ]
    schema = "name string, received_at timestamp, timestamp timestamp"
    guarded = spark.createDataFrame(sent, schema).transform(
        guard(max_future_skew_s=int(MAX_SKEW.total_seconds()))
    )
    assert_df_equality(
        guarded,
        spark.createDataFrame(expected, f"{schema}, timestamp_claimed timestamp"),
        ignore_nullable=True,
    )


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


@pytest.fixture(scope="module")
def found_routes(spark: SparkSession) -> dict[str, str | None]:
    """The route of each case, by its name."""
    paths = [(name, path) for name, (path, _) in ROUTES.items()]
    df = spark.createDataFrame(paths, "name string, path string")
    return {
        row["name"]: row["r"]
        for row in df.select("name", http_route(F.col("path")).alias("r")).collect()
    }


@pytest.mark.parametrize("name", ROUTES)
def test_route_is_the_path_with_ids_taken_out(
    found_routes: dict[str, str | None], name: str
) -> None:
    assert found_routes[name] == ROUTES[name][1]


def test_routes_without_a_name_fall_together(spark: SparkSession) -> None:
    expected = [("/a/1", "/a/{id}"), ("/b", "{other}"), ("/a/2", "/a/{id}"), (None, None)]
    df = spark.createDataFrame([(path,) for path, _ in expected], "path string").coalesce(1)
    assert_df_equality(
        df.transform(routes(lambda templates: {"/a/{id}"}.intersection(templates))),
        spark.createDataFrame(expected, "path string, http_route string"),
    )


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


@pytest.mark.parametrize("addresses", [list(COUNTRIES), ["10.0.0.1"], [None]])
def test_country_is_that_of_public_addresses_only(
    spark: SparkSession, country_database: str, addresses: list[str | None]
) -> None:
    df = spark.createDataFrame([(address,) for address in addresses], "client_ip string")
    rows = df.transform(country(database=country_database)).collect()
    assert {row["client_ip"]: row["country"] for row in rows} == {
        address: COUNTRIES[address] for address in addresses
    }


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


def test_user_agent_tells_browser_system_and_device(spark: SparkSession) -> None:
    schema = "user_agent string, browser string, os string, device string"
    # Twice each, out of order: agents are looked up once a batch and put back in their places.
    sent = [(agent,) for agent, *_ in AGENTS + AGENTS[::-1]]
    found = spark.createDataFrame(sent, "user_agent string").coalesce(1).transform(user_agent)
    assert_df_equality(found, spark.createDataFrame(AGENTS + AGENTS[::-1], schema))
