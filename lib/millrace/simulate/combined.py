"""Access log lines: the Combined log format and, last and unquoted, the response time in ms."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate, product
from random import Random

from millrace.simulate.agents import USER_AGENTS

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""The months' names in access logs, whatever the locale."""

_METHODS = {"GET": 70, "POST": 20, "PUT": 6, "DELETE": 4}
_PATHS = {
    "/usr": 40,
    "/usr/login": 25,
    "/usr/register": 15,
    "/usr/admin": 12,
    "/usr/admin/developer": 8,
}
_STATUSES = {200: 780, 303: 50, 304: 70, 403: 30, 404: 45, 500: 15, 502: 10}
_REFERRERS = {
    "-": 50,
    "https://www.google.com/": 15,
    "https://www.bing.com/search?q=log+pipeline": 5,
    "https://duckduckgo.com/": 5,
    "https://www.example.com/": 10,
    "https://www.example.com/products?page=2&sort=price": 10,
    "https://news.example.org/2024/05/streams.html": 5,
}
_ZONES_MIN = {0: 90, 60: 3, 330: 3, -300: 2, 210: 1, -210: 1}

_CLIENTS = 2000
_IPV6_SHARE = 0.1
# Widely used public networks of several regions, so that clients have countries.
_IPV4_NETWORKS = (2, 5, 24, 31, 37, 41, 46, 58, 62, 77, 81, 91, 103, 114, 123, 151, 177, 189, 212)
_IPV6_NETWORKS = ("2001:4860", "2400:cb00", "2600:1700", "2804:14c", "2a01:e0a", "2a02:8108")

_SECONDS = tuple(f"{second:02d}" for second in range(60))


class Combined:
    """Access log lines of one population of clients, made of pools that are drawn from."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._clients = [_client(rng) for _ in range(_CLIENTS)]
        # A few clients send much and many send little, as on real sites.
        self._client_weights = list(accumulate(1 / (rank + 10) for rank in range(_CLIENTS)))
        self._requests, self._request_weights = _requests()
        self._sizes = [max(0, round(rng.gauss(5000, 50))) for _ in range(1000)]
        self._response_times_ms = [
            min(5000, max(1, round(rng.lognormvariate(4.2, 0.9)))) for _ in range(4000)
        ]
        self._zones = [(offset_min * 60, _zone(offset_min)) for offset_min in _ZONES_MIN]

    def lines(self, times_ms: Sequence[int]) -> list[bytes]:
        """One line for each of the times, given in ms since 1970 UTC."""
        count, choices = len(times_ms), self._rng.choices
        drawn = zip(
            times_ms,
            choices(self._clients, cum_weights=self._client_weights, k=count),
            choices(self._zones, list(_ZONES_MIN.values()), k=count),
            choices(self._requests, cum_weights=self._request_weights, k=count),
            choices(self._sizes, k=count),
            choices(list(_REFERRERS), list(_REFERRERS.values()), k=count),
            choices(self._response_times_ms, k=count),
            strict=True,
        )
        lines = []
        for time_ms, (address, agent), zone, request, size, referrer, response_ms in drawn:
            offset_s, offset = zone
            minute, second = divmod(time_ms // 1000 + offset_s, 60)
            lines.append(
                f"{address} - - [{_minute(minute)}:{_SECONDS[second]} {offset}] {request} {size}"
                f' "{referrer}" "{agent}" {response_ms}'.encode("ascii")
            )
        return lines

    def last_cut(self, line: bytes) -> int:
        """The place of the quote that ends the request: no access log line ends before it."""
        return line.index(b'"', line.index(b'"') + 1)


def _client(rng: Random) -> tuple[str, str]:
    weights, agents = zip(*USER_AGENTS, strict=True)
    (agent,) = rng.choices(agents, weights)
    if rng.random() < _IPV6_SHARE:
        groups = ":".join(f"{rng.randrange(1, 0x10000):x}" for _ in range(2))
        return f"{rng.choice(_IPV6_NETWORKS)}:{groups}::{rng.randrange(1, 0x10000):x}", agent
    host = ".".join(str(rng.randrange(1, 255)) for _ in range(3))
    return f"{rng.choice(_IPV4_NETWORKS)}.{host}", agent


def _requests() -> tuple[list[str], list[int]]:
    requests, weights = [], []
    for (method, m), (path, p), (status, s) in product(
        _METHODS.items(), _PATHS.items(), _STATUSES.items()
    ):
        requests.append(f'"{method} {path} HTTP/1.0" {status}')
        weights.append(m * p * s)
    return requests, list(accumulate(weights))


def _zone(offset_min: int) -> str:
    hours, minutes = divmod(abs(offset_min), 60)
    return f"{'-' if offset_min < 0 else '+'}{hours:02d}{minutes:02d}"


@lru_cache(maxsize=10_000)
def _minute(minute: int) -> str:
    time = datetime.fromtimestamp(minute * 60, UTC)
    return f"{time.day:02d}/{MONTHS[time.month - 1]}/{time.year}:{time.hour:02d}:{time.minute:02d}"
