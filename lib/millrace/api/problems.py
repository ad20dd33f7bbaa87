"""Errors as RFC 9457 has them: ``application/problem+json``."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "Token missing or unknown",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Too many",
    412: "Changed meanwhile",
    413: "Request too large",
    414: "URL too long",
    415: "JSON expected",
    421: "Unknown host",
    422: "Query not understood",
    428: "Version missing",
    429: "Too many requests",
    500: "Internal error",
    503: "Server away",
}


class Problem(BaseModel):
    """What is wrong with a request, or with the servers behind it."""

    title: str
    status: int
    detail: str
    position: int | None = None
    nearest: list[str] | None = None


class ProblemError(Exception):
    """Ends a request with a problem; ``extra`` is told beside its title and detail."""

    def __init__(self, status: int, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.extra = status, detail, extra


def response(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **extra: Any
) -> JSONResponse:
    """The answer that tells of a problem."""
    content = {"title": TITLES.get(status, "Error"), "status": status, "detail": detail}
    told = {key: value for key, value in extra.items() if value is not None}
    return JSONResponse(
        content | told, status, media_type=MEDIA_TYPE, headers=dict(headers) if headers else None
    )
