"""GET /health: whether the API and the servers behind it answer. It needs no token."""

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pymongo.errors import PyMongoError

from millrace.api.service import Own
from millrace.errors import ConfigurationError

Status = Literal["ok", "degraded", "down"]

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """Whether each server answers."""

    status: Status
    servers: dict[str, bool]


@router.get("/health", response_model=Health)
def health(own: Own) -> JSONResponse:
    """`ok` with 200 where MongoDB and MySQL answer, `degraded` without MySQL, else 503."""
    servers = {"mongodb": True, "mysql": True}
    try:
        own.db.command("ping")
    except PyMongoError:
        servers["mongodb"] = False
    try:
        with own.mysql.cursor() as cursor:
            cursor.execute("SELECT 1")
    except ConfigurationError:
        servers["mysql"] = False
    answer = Health(status=_status(servers), servers=servers)
    return JSONResponse(answer.model_dump(), 503 if answer.status == "down" else 200)


def _status(servers: dict[str, bool]) -> Status:
    if all(servers.values()):
        return "ok"
    return "degraded" if servers["mongodb"] else "down"
