"""The port at which a job is looked at from outside: its metrics, and whether it is well."""

import threading
from collections.abc import Callable, Iterable
from socketserver import TCPServer
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from millrace.config import ConfigurationError
from millrace.telemetry.health import Health

Environ = dict[str, Any]
_OK, _UNREADY, _UNKNOWN = "200 OK", "503 Service Unavailable", "404 Not Found"
_StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[Environ, _StartResponse], Iterable[bytes]]


def serve(listen: str, port: int, health: Health) -> None:
    """Answers ``/metrics``, ``/healthz`` and ``/readyz`` at that address, in threads of its own.

    ``/healthz`` is 200 while the process answers; ``/readyz`` is 200 where every query made
    progress within its limit, else 503 with a line for each that did not.
    Raises ConfigurationError where the address cannot be had.
    """
    try:
        server = make_server(listen, port, _application(health), _Server, _Silent)
    except OSError as error:
        raise ConfigurationError(
            f"metrics.port: {listen}:{port} cannot be used: {error.strerror};"
            " is this job already running?"
        ) from None
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def _application(health: Health) -> Application:
    metrics: Application = make_wsgi_app()

    def application(environ: Environ, start_response: _StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            return metrics(environ, start_response)
        complaints = health.complaints() if path == "/readyz" else []
        is_known = path in ("/healthz", "/readyz")
        status = _UNREADY if complaints else _OK if is_known else _UNKNOWN
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return ["\n".join([*(complaints or [status]), ""]).encode()]

    return application


class _Server(ThreadingWSGIServer):
    def server_bind(self) -> None:
        """As its base's, without the look for this host's name: that may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: who hung up, or never asked, is no trouble of the job's."""


class _Silent(WSGIRequestHandler):
    timeout = 10  # seconds; a connection that asks nothing would keep its thread for good

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: every scrape would be a line."""
