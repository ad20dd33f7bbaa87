"""The process that serves the API."""

import logging
import socket

import uvicorn

from millrace.api.alerting import Alerting
from millrace.api.app import application
from millrace.api.service import Service
from millrace.config import Config, ConfigurationError
from millrace.errors import UnreachableError, one_line
from millrace.io import mongo, mysql
from millrace.io.mongo import alert_rules
from millrace.observe import server as observed
from millrace.telemetry import logs, metrics
from millrace.telemetry.health import Health

_KEEP_ALIVE_S = 75

_log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """Has tails end as it stops: they would go on until they are cut."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends once all answers were sent, or the time for that is over."""
        self.config.app.state.follower.close()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def service(conf: Config) -> Service:
    """The service of a configuration; raises ConfigurationError where it lacks a token."""
    made = Service.of(conf)
    logs.configure("api", is_json=conf.logs.format == "json")
    prepare(conf)
    return made


def prepare(conf: Config) -> None:
    """Makes indexes and tables where no job made them yet.

    A server that is away does not matter yet: it is told when it is asked.
    """
    try:
        for feed in conf.feeds:
            mongo.prepare(conf.mongo, feed)
        alert_rules.prepare(mongo.database(conf.mongo))
        mysql.prepare(conf.mysql)
    except UnreachableError as error:
        _log.warning("%s", one_line(error))


def serve(service: Service) -> None:
    """Answers requests until the process is told to end (SIGTERM, SIGINT).

    Raises ConfigurationError where the address cannot be had.
    """
    api = service.conf.api
    settings = uvicorn.Config(
        application(service),
        host=api.listen,
        port=api.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        # Longer than clients and proxies keep a connection: who closes it first must not be the
        # one that is asked.
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    server, bound = Server(settings), bound_socket(settings)
    _let_itself_be_observed(service.conf)
    alerting = Alerting(service)
    alerting.start()
    try:
        server.run(sockets=[bound])
    finally:
        alerting.stop()


def bound_socket(settings: uvicorn.Config) -> socket.socket:
    """The socket to listen at; its connections send each part of an answer at once.

    An answer goes out as two parts, its head and its body. The second one would wait for the
    client to acknowledge the first, which Linux puts off for 40 ms: on a connection that is kept,
    each answer would take as long. asyncio sees to that for sockets that it makes itself.
    Raises ConfigurationError where the address cannot be had.
    """
    try:
        bound = settings.bind_socket()
    except SystemExit:
        raise ConfigurationError(
            f"api.port: {settings.host}:{settings.port} cannot be used; is the API already running?"
        ) from None
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def _let_itself_be_observed(conf: Config) -> None:
    """Answers ``/metrics`` at the API's own port for them, where it has one: no token is needed."""
    metrics.describe_build()
    port = conf.metrics.port.of("api")
    if port:
        health = Health(conf.metrics.max_silence_s)
        health.expect(())  # It runs no query that could be silent.
        observed.serve(conf.metrics.listen, port, health)
