"""The section of the query API."""

import re
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from millrace.config.models import Port, PositiveInt, Section
from millrace.records.fields import document
from millrace.records.formats import LAYOUTS

Job = Literal["ingest", "aggregate", "archive"]
Url = Annotated[str, Field(pattern=r"^https?://[^\s\x00-\x1f]+$", max_length=1000)]

_ALWAYS_SHOWN = {"_id", "kafka", "received_at", "timestamp"}  # pages are made of them
_ADDRESS = re.compile(r"https?://[^/?#@\s]+(?:/[^?#@\s]*)?")


class Links(Section):
    """Addresses of pages that know more: for whoever operates the suite, shown by the API.

    ``spark`` has the Spark UI of each job, ``history`` is Spark's history server, ``traces`` where
    traces are searched, ``dashboards`` Grafana, ``runbooks`` what to do about alerts.
    """

    spark: dict[Job, Url] = {}
    history: Url | None = None
    traces: Url | None = None
    dashboards: Url | None = None
    runbooks: Url | None = None


class Api(Section):
    """The query API. Tokens come from the environment; on the loopback one is made where none is.

    ``allowed_hosts`` are further names that it may be asked by, ``allowed_origins`` the sites
    whose pages may ask it. ``hidden_fields`` are never shown nor asked for. One query takes at
    most ``max_query_s``; an answer that is not complete by then says how far it reaches.

    ``alertmanager_url`` is told when alert rules of users fire; nobody is where it is not set.
    ``public_url`` is where people reach the API, for links in alerts.
    """

    listen: str = "127.0.0.1"
    port: Port = 8080
    read_token: SecretStr | None = None
    operate_token: SecretStr | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    hidden_fields: tuple[str, ...] = ()
    max_query_s: Annotated[float, Field(gt=0, le=60)] = 2
    max_concurrent: PositiveInt = 16
    max_requests_per_s: PositiveInt = 100
    max_exports: PositiveInt = 2
    max_watchers: PositiveInt = 64
    alertmanager_url: str | None = None
    public_url: str | None = None
    links: Links | None = None

    @field_validator("alertmanager_url", "public_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        """A URL without credentials, for it is shown; and without a query, for paths follow."""
        if url is not None and not _ADDRESS.fullmatch(url):
            raise ValueError(
                "expected http:// or https:// with a host, without user, query and fragment,"
                " as http://alertmanager:9093"
            )
        return url.rstrip("/") if url else url

    @property
    def address(self) -> str:
        """Where links lead to."""
        host = f"[{self.listen}]" if ":" in self.listen else self.listen
        return self.public_url or f"http://{host}:{self.port}"

    @field_validator("hidden_fields")
    @classmethod
    def _fields_can_be_hidden(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = {field.name for layout in LAYOUTS for field in document(layout)} - _ALWAYS_SHOWN
        for name in names:
            if name not in known:
                raise ValueError(
                    f"expected fields of docs/fields.md that can be hidden, not {name!r}"
                )
        return names

    @property
    def hidden(self) -> frozenset[str]:
        """The fields that nobody sees: with any other the line itself, as it has their values."""
        return frozenset((*self.hidden_fields, "raw")) if self.hidden_fields else frozenset()
