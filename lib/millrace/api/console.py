"""The console: its files, and the session of a browser that a token opens."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Scope

from millrace import __version__
from millrace.api.guard import CONSOLE, COOKIE, SESSION
from millrace.api.problems import ProblemError
from millrace.api.rates import Rates
from millrace.api.service import Own, Service
from millrace.api.tokens import Role
from millrace.console import COMMAND, STATIC
from millrace.report.style import STYLE_SOURCE

# A report is shown in a frame, from the browser's memory: there this policy holds as well, so its
# style has to be named.
_POLICY = (
    f"default-src 'self'; style-src 'self' {STYLE_SOURCE}; frame-src blob:; object-src 'none';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_FOR_EVER = "public, max-age=31536000, immutable"
_HASHED = "assets/"  # whose names have a digest of what they hold
_ATTEMPTS_PER_S = 5

Feature = Literal["warehouse"]

router = APIRouter(tags=["console"])


class Token(BaseModel):
    """What a browser signs in with."""

    token: Annotated[str, Field(min_length=1, max_length=1024)]


class Session(BaseModel):
    """What the token of a session allows, the version of what answers, and what it has.

    ``features`` names what not every deployment has, and pages of the console need.
    """

    role: Literal["read", "operate"]
    version: str
    features: list[Feature]


@router.get(SESSION, response_model=Session)
def session(request: Request, own: Own) -> JSONResponse:
    """What this browser may do, by the cookie or the token that it has."""
    role: Role = request.state.role
    return JSONResponse(_session(own, role))


@router.post(SESSION, response_model=Session)
def sign_in(request: Request, own: Own, given: Token) -> JSONResponse:
    """A cookie for the token: no script can read it, and no other site's page sends it."""
    attempts: Rates = request.app.state.attempts
    if not attempts.is_within(request.client.host if request.client else ""):
        raise ProblemError(429, "too many attempts a second")
    role = own.tokens.role(given.token)
    if role is None:
        raise ProblemError(401, "the token is not known: `millrace status --secrets` shows it")
    answer = JSONResponse(_session(own, role))
    is_secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, given.token, httponly=True, samesite="strict", secure=is_secure)
    return answer


@router.delete(SESSION, status_code=HTTPStatus.NO_CONTENT)
def sign_out() -> Response:
    """The browser forgets its cookie."""
    answer = Response(status_code=HTTPStatus.NO_CONTENT)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def add(app: FastAPI) -> None:
    """Serves the console's files."""
    app.state.attempts = Rates(_ATTEMPTS_PER_S)
    app.mount(CONSOLE, _Files(directory=STATIC, check_dir=False))

    @app.get(CONSOLE, include_in_schema=False)
    def slashed() -> Response:
        return RedirectResponse(f"{CONSOLE}/", 303)


class _Files(StaticFiles):
    """The built page: what names no file is a place within it."""

    async def check_config(self) -> None:
        """Nothing: whether the page is built is asked anew for each answer."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, compressed where that is wanted, or the page itself."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)
        if not (STATIC / "index.html").is_file():
            return PlainTextResponse(f"The console is not built: run `{COMMAND}`.\n", 503)
        try:
            answer = await self._file(path, scope)
        except HTTPException as error:
            if error.status_code != HTTPStatus.NOT_FOUND or path.startswith(_HASHED):
                raise
            path, answer = "index.html", await self._file("index.html", scope)
        answer.headers["Content-Security-Policy"] = _POLICY
        answer.headers["Cache-Control"] = _FOR_EVER if path.startswith(_HASHED) else "no-cache"
        return answer

    async def _file(self, path: str, scope: Scope) -> Response:
        own = await super().get_response(path, scope)
        own.headers["Vary"] = "Accept-Encoding"
        if "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            return own
        try:
            packed = await super().get_response(f"{path}.gz", scope)
        except HTTPException:
            return own
        packed.headers["Content-Encoding"] = "gzip"
        packed.headers["Vary"] = "Accept-Encoding"
        if "content-type" in own.headers:
            packed.headers["Content-Type"] = own.headers["content-type"]
        return packed


def _session(own: Service, role: Role) -> dict[str, Any]:
    features: list[Feature] = ["warehouse"] if own.warehouse else []
    return Session(role=role, version=__version__, features=features).model_dump()
