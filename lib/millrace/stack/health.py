"""What a server over HTTP says of its own health."""

from http.client import HTTPConnection, HTTPException

_TIMEOUT_S = 5


def health(node: tuple[str, int]) -> int | None:
    """The status of its answer to GET /health; None where it does not answer."""
    connection = HTTPConnection(*node, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
