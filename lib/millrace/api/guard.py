"""What each request passes before a route sees it: host, site, size, rate, token."""

import logging
import re
import secrets
import time
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from millrace.api import problems
from millrace.api.rates import Rates
from millrace.api.service import Service
from millrace.api.tokens import is_loopback
from millrace.telemetry import metrics

COOKIE = "millrace_token"
OPEN_PATHS = frozenset({"/health"})  # probes have no token
CONSOLE, SESSION = "/console", "/console/session"  # its files, and who is signed in
STREAMS = re.compile(
    r"/v1/(logs/(tail|export)|dead-letters/export|(figures|business)/[^/]+/export)"
)
"""The paths of answers that are sent while they are made: these bound how many there are."""
_LONGEST_BODY = 256 * 1024
_LONGEST_URL = 16 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none';"
    " base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_log = logging.getLogger(__name__)


class Guard:
    """An ASGI application around another: lets through what may be asked, and logs it."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service
        api = service.conf.api
        self._hosts = {*_hosts(api.listen), *api.allowed_hosts}
        self._origins = frozenset(api.allowed_origins)
        self._rates = Rates(api.max_requests_per_s)
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        given_id = headers.get("x-request-id", "")
        is_fit = _REQUEST_ID.fullmatch(given_id)
        state["request_id"] = given_id if is_fit else secrets.token_hex(8)
        answered = _Answered(scope, send, self._cors(headers))
        refusal = self._refusal(scope, headers)
        try:
            if refusal is not None:
                await refusal(scope, receive, answered.send)
            else:
                await self._let_through(scope, receive, answered)
        finally:
            answered.log()

    async def _let_through(self, scope: Scope, receive: Receive, answered: "_Answered") -> None:
        if STREAMS.fullmatch(scope["path"]):
            await self._app(scope, receive, answered.send)
            return
        if self._running >= self._service.conf.api.max_concurrent:
            busy = problems.response(429, "too many requests at once", {"Retry-After": "1"})
            await busy(scope, receive, answered.send)
            return
        self._running += 1
        try:
            await self._app(scope, _bounded(receive), answered.send)
        except _BodyTooLongError:
            too_long = problems.response(413, f"expected at most {_LONGEST_BODY} bytes")
            await too_long(scope, receive, answered.send)
        finally:
            self._running -= 1

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Why a request is not let through; None where it is."""
        if len(scope["query_string"]) + len(scope["raw_path"] or b"") > _LONGEST_URL:
            return problems.response(414, f"expected at most {_LONGEST_URL} bytes")
        # Probes ask by the address of a pod.
        is_open = scope["path"] in OPEN_PATHS
        if not is_open and _name(headers.get("host", "")) not in self._hosts:
            return problems.response(421, "this host is none of api.allowed_hosts")
        if scope["method"] == "OPTIONS" and headers.get("origin") in self._origins:
            return Response(status_code=204)
        if scope["method"] not in _SAFE and (refusal := self._unsafe(scope, headers)):
            return refusal
        if is_open:
            return None
        return self._unauthorized(scope, headers, is_needed=not _is_of_console(scope, headers))

    def _unsafe(self, scope: Scope, headers: Headers) -> Response | None:
        """Why a request that may change something is refused."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        is_foreign = site not in (None, "same-origin", "none")
        if origin is not None and origin not in self._origins:
            is_foreign |= urlsplit(origin).netloc != headers.get("host")
        if is_foreign and origin not in self._origins:
            return problems.response(403, "a page of another site cannot ask for this")
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        length = headers.get("content-length", "")
        if (length not in ("", "0") or "transfer-encoding" in headers) and (
            media_type != "application/json"
        ):
            return problems.response(415, "expected application/json")
        if length and (not length.isdigit() or int(length) > _LONGEST_BODY):
            return problems.response(413, f"expected at most {_LONGEST_BODY} bytes")
        return None

    def _unauthorized(self, scope: Scope, headers: Headers, *, is_needed: bool) -> Response | None:
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        in_url = dict(query).get("token")
        if in_url is None and not is_needed:
            return None
        token = in_url or _token(headers)
        role = self._service.tokens.role(token) if token else None
        if role is None and is_needed:
            told = "expected Authorization: Bearer and a token"
            return problems.response(401, told, {"WWW-Authenticate": "Bearer"})
        if not self._rates.is_within(token):
            return problems.response(429, "too many requests a second", {"Retry-After": "1"})
        if role is not None:
            scope["state"]["role"] = role
        if in_url is None:
            return None
        # A browser's first visit: the token becomes a cookie, and leaves the address. The console
        # asks for another where it is none.
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        path = "/" + scope["path"].lstrip("/\\")
        moved = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
        if role is not None:
            moved.set_cookie(COOKIE, token, httponly=True, samesite="strict")
        return moved

    def _cors(self, headers: Headers) -> dict[str, str]:
        origin = headers.get("origin")
        if origin is None or origin not in self._origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, Last-Event-ID",
            "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Vary": "Origin",
        }


class _Answered:
    """What goes back: each answer has its headers, and is logged once."""

    def __init__(self, scope: Scope, send: Send, headers: dict[str, str]) -> None:
        self._scope, self._send, self._headers = scope, send, headers
        # That of an error that no route has answered: it is told outside of this.
        self._status, self._bytes, self._began = 500, 0, time.monotonic()

    async def send(self, message: Message) -> None:
        """Passes a part of the answer on."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in (_HEADERS | self._headers).items():
                headers.setdefault(name, value)
            headers["X-Request-Id"] = self._scope["state"]["request_id"]
        else:
            self._bytes += len(message.get("body", b""))
        await self._send(message)

    def log(self) -> None:
        """Says who asked what, and what came of it; tokens are left out."""
        state = self._scope["state"]
        took_s = time.monotonic() - self._began
        route = getattr(self._scope.get("route"), "path", "-")
        metrics.API_REQUESTS.labels(route, str(self._status)).inc()
        metrics.API_SECONDS.labels(route).observe(took_s)
        _log.info(
            "%s %s %s by %s: %d, %d bytes in %.0f ms%s",
            state["request_id"],
            self._scope["method"],
            self._asked,
            state.get("role", "nobody"),
            self._status,
            self._bytes,
            1000 * took_s,
            f", {state['told']}" if "told" in state else "",
        )

    @property
    def _asked(self) -> str:
        query = parse_qsl(self._scope["query_string"].decode("latin-1"), keep_blank_values=True)
        shown = urlencode([(name, value) for name, value in query if name != "token"])
        return f"{self._scope['path']}?{shown}" if shown else str(self._scope["path"])


class _BodyTooLongError(Exception):
    pass


def wants_page(headers: Headers) -> bool:
    """Whether a browser asks, for a person to read."""
    return "text/html" in headers.get("accept", "")


def _is_of_console(scope: Scope, headers: Headers) -> bool:
    """Whether it is the console's page, which needs no token, or what leads to one."""
    path = scope["path"]
    if path == SESSION:
        return scope["method"] in ("POST", "DELETE")
    is_start = path == "/" and wants_page(headers)
    return is_start or path == CONSOLE or path.startswith(f"{CONSOLE}/")


def _bounded(receive: Receive) -> Receive:
    """The same body; raises where it is too long, whatever its length was said to be."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > _LONGEST_BODY:
            raise _BodyTooLongError
        return message

    return bounded


def _token(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""


def _hosts(listen: str) -> Iterable[str]:
    """The names of an address: on the loopback all that the loopback has."""
    return ("localhost", "127.0.0.1", "::1", listen) if is_loopback(listen) else (listen,)


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if ":" in host else host
