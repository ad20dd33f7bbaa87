"""The application: its routes, what guards them, and how errors are told."""

import logging
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from pymongo.errors import PyMongoError
from pymysql import MySQLError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from millrace import __version__, errors
from millrace.api import (
    alert_preview,
    alerts,
    business,
    business_export,
    catalog,
    console,
    dead_letters,
    entities,
    explain,
    export,
    fields,
    figure_export,
    figure_lines,
    figure_tops,
    figures,
    health,
    histogram,
    letter_export,
    lines,
    logs,
    pipeline,
    plain,
    problems,
    report,
    tail,
    templates,
)
from millrace.api.follower import Follower
from millrace.api.guard import Guard
from millrace.api.problems import Problem, ProblemError
from millrace.api.service import Service
from millrace.errors import ConfigurationError, one_line
from millrace.io.mongo.client import refusal
from millrace.io.mongo.search import OutOfTimeError
from millrace.io.mysql import figures as figures_read

_SWAGGER = Path(str(files("fastapi_offline"))) / "static"
_DOCS = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>millrace API</title>
<link rel="stylesheet" href="/docs/static/swagger-ui.css"></head><body><div id="swagger-ui"></div>
<script src="/docs/static/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>
</body></html>"""
_START = """SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true});"""
_PROBLEMS: dict[int | str, dict[str, object]] = {
    status: {"model": Problem, "content": {problems.MEDIA_TYPE: {}}, "description": title}
    for status, title in problems.TITLES.items()
}

# In this order: what a path names is looked for before what any name may stand for.
_ROUTES = (
    health,
    console,
    logs,
    export,
    tail,
    explain,
    lines,
    letter_export,
    dead_letters,
    alert_preview,
    alerts,
    entities,
    catalog,
    pipeline,
    templates,
    report,
    business_export,
    business,
    plain,
    fields,
    figure_export,
    figure_lines,
    figure_tops,
    figures,
    histogram,
)

_log = logging.getLogger(__name__)


def application(service: Service) -> FastAPI:
    """The API of that service, as an ASGI application."""
    app = described()
    app.state.service = service
    app.state.follower = Follower(service.conf)
    _add_docs(app)
    console.add(app)
    _tell_errors(app, service)
    app.add_middleware(Guard, service=service)
    return app


def described() -> FastAPI:
    """The routes, for their description at /openapi.json: without a service they answer nothing."""
    app = FastAPI(
        title="millrace",
        version=__version__,
        description="Log lines, figures and proofs; each answer says how far to trust it.",
        docs_url=None,
        redoc_url=None,
        responses=_PROBLEMS,
        redirect_slashes=False,
    )
    for routes in _ROUTES:
        app.include_router(routes.router)
    return app


def _add_docs(app: FastAPI) -> None:
    """Swagger's page from files of this machine: it asks no other host for anything."""
    app.mount("/docs/static", StaticFiles(directory=_SWAGGER))

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(_DOCS)

    @app.get("/docs/start.js", include_in_schema=False)
    def start() -> Response:
        return Response(_START, media_type="text/javascript")


def _tell_errors(app: FastAPI, service: Service) -> None:
    @app.exception_handler(ProblemError)
    def problem(request: Request, error: ProblemError) -> JSONResponse:
        return problems.response(error.status, error.detail, **error.extra)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        told = [f"{one['loc'][-1]}: {one['msg']}" for one in error.errors()]
        return problems.response(422, "; ".join(told))

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_allowed(app, request.url.path))
        return problems.response(error.status_code, str(error.detail), headers)

    @app.exception_handler(figures_read.OutOfTimeError)
    @app.exception_handler(OutOfTimeError)
    @app.exception_handler(errors.OutOfTimeError)
    def too_slow(request: Request, error: Exception) -> JSONResponse:
        return problems.response(503, "the server needs too long: ask for less time")

    @app.exception_handler(PyMongoError)
    def unanswered(request: Request, error: PyMongoError) -> JSONResponse:
        told = refusal(service.conf.mongo, error)
        _log.warning("%s: %s", request.state.request_id, one_line(told))
        return problems.response(503, one_line(told), {"Retry-After": "5"})

    @app.exception_handler(ConfigurationError)
    def away(request: Request, error: ConfigurationError) -> JSONResponse:
        _log.warning("%s: %s", request.state.request_id, one_line(error))
        return problems.response(503, one_line(error), {"Retry-After": "5"})

    @app.exception_handler(MySQLError)
    def unfinished(request: Request, error: MySQLError) -> JSONResponse:
        _log.warning("%s: MySQL: %s", request.state.request_id, one_line(error))
        return problems.response(503, f"MySQL: {one_line(error)}", {"Retry-After": "5"})

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> JSONResponse:
        _log.error("%s: %s", request.state.request_id, one_line(error), exc_info=error)
        return problems.response(500, f"see the log of {request.state.request_id}")


def _allowed(app: FastAPI, path: str) -> list[str]:
    """The methods of a path: several routes may share one, and the framework tells those of one."""
    paths = app.openapi()["paths"]
    if path in paths:
        return sorted(method.upper() for method in paths[path])
    return sorted(
        method.upper()
        for template, methods in paths.items()
        if compile_path(template)[0].match(path)
        for method in methods
    )
