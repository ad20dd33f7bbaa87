"""The API over real servers, and lines that it can be asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from millrace.api.app import application
from millrace.api.server import prepare
from millrace.api.service import Service
from millrace.config import Config, Feed

FEEDS = (
    Feed(name="api_web", topic="api_web", format="combined", service_name="web"),
    Feed(name="api_app", topic="api_app", format="app", service_name="app"),
)


@pytest.fixture(scope="session")
def api_conf(servers: Config) -> Config:
    """The configuration of feeds that only the API's tests have."""
    conf = servers.model_copy(update={"feeds": FEEDS})
    prepare(conf)
    return conf


@contextmanager
def asking(conf: Config, **headers: str) -> Iterator[TestClient]:
    """A client of an API of that configuration, with the token of this machine."""
    service = Service.of(conf)
    token = dict(service.tokens.by_role)["operate"]
    sent = {"Authorization": f"Bearer {token}"} | headers
    with TestClient(application(service), "http://127.0.0.1:8080", headers=sent) as client:
        yield client


@pytest.fixture
def client(api_conf: Config) -> Iterator[TestClient]:
    """A client that may operate."""
    with asking(api_conf) as made:
        yield made
