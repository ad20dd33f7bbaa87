"""Application log lines: one JSON object each."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, Literal, NamedTuple
from uuid import UUID

Level = Literal["INFO", "WARN", "ERROR", "DEBUG"]

_LEVELS: dict[Level, int] = {"INFO": 60, "WARN": 25, "ERROR": 12, "DEBUG": 3}
_EPOCH_MS_SHARE = 0.1
_EXTRA_SHARE = 0.04
_EXTRAS: tuple[tuple[str, Any], ...] = (
    ("region", "eu-central-1"),
    ("region", "us-east-1"),
    ("region", "ap-south-1"),
    ("attempt", 2),
    ("canary", True),
)
_TAGS = ("mobile", "web", "beta", "internal", "batch", "vip", "retry", "cached")
_USERS = 5000
_IDS = 100_000


class _Event(NamedTuple):
    service: str
    method: str
    path: str
    status_code: int
    message: str
    error_code: str | None = None


_LOGIN = ("auth", "POST", "/api/v1/auth/login")
_REFRESH = ("auth", "POST", "/api/v1/auth/refresh")
_PAY = ("payment", "POST", "/api/v1/payments")
_REFUND = ("payment", "POST", "/api/v1/payments/{id}/refunds")
_PRODUCT = ("inventory", "GET", "/api/v1/products/{id}")
_STOCK = ("inventory", "PUT", "/api/v1/products/{id}/stock")
_PROFILE = ("user", "GET", "/api/v1/users/{id}")
_ADDRESS = ("user", "PUT", "/api/v1/users/{id}/address")
_ORDER = ("api-gateway", "GET", "/api/v1/orders/{id}")
_CANCEL = ("api-gateway", "DELETE", "/api/v1/orders/{id}")

_EVENTS: dict[Level, tuple[_Event, ...]] = {
    "INFO": (
        _Event(*_LOGIN, 200, "User logged in"),
        _Event(*_REFRESH, 200, "Access token refreshed"),
        _Event(*_PAY, 201, "Payment captured"),
        _Event(*_REFUND, 201, "Refund booked"),
        _Event(*_PRODUCT, 200, "Product read"),
        _Event(*_PRODUCT, 304, "Product not modified"),
        _Event(*_STOCK, 204, "Stock level updated"),
        _Event(*_PROFILE, 200, "Profile read"),
        _Event(*_ADDRESS, 200, "Address changed"),
        _Event(*_ORDER, 200, "Request served"),
        _Event(*_CANCEL, 204, "Order cancelled"),
    ),
    "WARN": (
        _Event(*_LOGIN, 401, "Login refused: wrong password"),
        _Event(*_LOGIN, 429, "Too many failed logins"),
        _Event(*_REFRESH, 401, "Refresh token has expired"),
        _Event(*_PAY, 400, "Card declined by the issuer"),
        _Event(*_REFUND, 409, "Payment is refunded already"),
        _Event(*_PRODUCT, 404, "Product is not known"),
        _Event(*_STOCK, 409, "Stock was changed by someone else"),
        _Event(*_PROFILE, 403, "Profile belongs to another user"),
        _Event(*_ADDRESS, 400, "Address could not be verified"),
        _Event(*_ORDER, 429, "Client is over its rate limit"),
        _Event(*_CANCEL, 404, "Order is not known"),
    ),
    "ERROR": (
        _Event(*_LOGIN, 503, "Session store did not answer", "AUTH_STORE_DOWN"),
        _Event(*_REFRESH, 500, "Token could not be signed", "AUTH_SIGNING_FAILED"),
        _Event(*_PAY, 504, "Payment provider timed out", "PAYMENT_TIMEOUT"),
        _Event(*_REFUND, 500, "Refund could not be booked", "REFUND_NOT_BOOKED"),
        _Event(*_PRODUCT, 503, "Warehouse did not answer", "WAREHOUSE_UNREACHABLE"),
        _Event(*_STOCK, 500, "Deadlock while reserving stock", "INVENTORY_DEADLOCK"),
        _Event(*_PROFILE, 500, "Database connection lost", "DB_CONNECTION_LOST"),
        _Event(*_ADDRESS, 500, "Profile could not be saved", "PROFILE_NOT_SAVED"),
        _Event(*_ORDER, 502, "Upstream refused the connection", "UPSTREAM_REFUSED"),
        _Event(*_CANCEL, 503, "No upstream is healthy", "NO_HEALTHY_UPSTREAM"),
    ),
    "DEBUG": (
        _Event(*_LOGIN, 200, "Password hash checked"),
        _Event(*_PAY, 201, "Idempotency key found"),
        _Event(*_PRODUCT, 200, "Product served from cache"),
        _Event(*_PROFILE, 200, "Profile compared with its last version"),
        _Event(*_ORDER, 200, "Route chosen"),
    ),
}

_encode = json.JSONEncoder(separators=(",", ":")).encode


class App:
    """Application log lines of a handful of services."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._tags = [rng.sample(_TAGS, rng.randint(0, 3)) for _ in range(500)]
        self._response_times_ms = [round(rng.lognormvariate(4.0, 1.0), 2) for _ in range(4000)]

    def lines(self, times_ms: Sequence[int]) -> list[bytes]:
        """One line for each of the times, given in ms since 1970 UTC."""
        levels = self._rng.choices(list(_LEVELS), list(_LEVELS.values()), k=len(times_ms))
        drawn = zip(times_ms, levels, strict=True)
        return [_encode(self._record(time_ms, level)).encode("ascii") for time_ms, level in drawn]

    def last_cut(self, line: bytes) -> int:
        """One byte less than the whole: the object needs its last brace."""
        return len(line) - 1

    def _record(self, time_ms: int, level: Level) -> dict[str, Any]:
        random, choice = self._rng.random, self._rng.choice
        event = choice(_EVENTS[level])
        record: dict[str, Any] = {
            "timestamp": time_ms if random() < _EPOCH_MS_SHARE else _iso(time_ms),
            "service_name": event.service,
            "level": level,
            "message": event.message,
            "request_id": str(UUID(int=self._rng.getrandbits(128), version=4)),
            "user_id": f"user-{int(random() * _USERS)}",
            "method": event.method,
            "path": event.path.replace("{id}", str(int(random() * _IDS))),
            "status_code": event.status_code,
            "response_time_ms": choice(self._response_times_ms),
            "tags": choice(self._tags),
        }
        if event.error_code is not None:
            record["error_code"] = event.error_code
        if random() < _EXTRA_SHARE:
            key, value = choice(_EXTRAS)
            record[key] = value
        return record


def _iso(time_ms: int) -> str:
    seconds, ms = divmod(time_ms, 1000)
    time = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return f"{time.isoformat()}.{ms:03d}Z"
