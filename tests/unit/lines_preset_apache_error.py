"""Lines of the error log of Apache httpd 2.4 and 2.2."""

from typing import Any

WHEN = "[Sun Mar 29 10:00:00.123456 2026]"
OLD = "[Sun Mar 29 10:00:00 2026]"
CLIENT = "[client 192.0.2.17:51234]"


def record(
    message: str | None = "x", attributes: dict[str, str] | None = None, **fields: Any
) -> dict[str, Any]:
    """The fields of a line of 2.4 by the module ``core``, with others over them."""
    sent: dict[str, Any] = {
        "timestamp": "2026-03-29T10:00:00.123Z",
        "level": "ERROR",
        "message": message,
        "attributes": {"module": "core", "process.pid": "7"} | (attributes or {}),
    }
    return {name: value for name, value in (sent | fields).items() if value is not None}


def of_client(
    message: str | None = "x", attributes: dict[str, str] | None = None, **fields: Any
) -> dict[str, Any]:
    """The same where CLIENT stands in it."""
    named = {"client.port": "51234"} | (attributes or {})
    return record(message, named, **({"client_ip": "192.0.2.17"} | fields))


def old(
    message: str = "x", attributes: dict[str, str] | None = None, **fields: Any
) -> dict[str, Any]:
    """The fields of a line of 2.2, which names neither module nor process."""
    sent = record(message, **({"timestamp": "2026-03-29T10:00:00.000Z"} | fields))
    del sent["attributes"]
    return sent | ({"attributes": attributes} if attributes else {})


RECORDS: dict[str, tuple[Any, ...]] = {
    "2.4: an error of the system, a client, a code and a referrer": (
        f"{WHEN} [core:error] [pid 7:tid 139872] (70007)The timeout specified has expired: "
        f"{CLIENT} AH01102: error reading from 192.0.2.80:8080, referer: https://example.com/a, b",
        of_client(
            "error reading from 192.0.2.80:8080",
            {"thread.id": "139872", "errno": "(70007)The timeout specified has expired"},
            error_code="AH01102",
            referrer="https://example.com/a, b",
        ),
    ),
    "an IPv6 client with its port": (
        f"{WHEN} [core:error] [pid 7] [client 2001:db8::7:51234] AH00128: File does not exist: /a",
        of_client("File does not exist: /a", client_ip="2001:db8::7", error_code="AH00128"),
    ),
    "the other end of a proxy's connection": (
        f"{WHEN} [core:error] [pid 7] [remote 192.0.2.80:443] AH02039: x",
        record(
            attributes={"network.peer.address": "192.0.2.80", "network.peer.port": "443"},
            error_code="AH02039",
        ),
    ),
    "a message of the server's own": (
        f"{WHEN} [core:notice] [pid 7:tid 1] AH00489: Apache/2.4.62 (Unix) configured",
        record(
            "Apache/2.4.62 (Unix) configured",
            {"thread.id": "1"},
            level="INFO",
            error_code="AH00489",
        ),
    ),
    "an error of the system without a client": (
        f"{WHEN} [core:crit] [pid 7] (98)Address already in use: "
        "AH00072: could not bind to [::]:80",
        record(
            "could not bind to [::]:80",
            {"errno": "(98)Address already in use"},
            level="FATAL",
            error_code="AH00072",
        ),
    ),
    "debug: the file and line": (
        f"{WHEN} [core:debug] [pid 7] core_io.c(2106): {CLIENT} AH02034: Initial (No.1) request",
        of_client(
            "Initial (No.1) request",
            {"code.file.path": "core_io.c", "code.line.number": "2106"},
            level="DEBUG",
            error_code="AH02034",
        ),
    ),
    "trace1 to trace8": (
        f"{WHEN} [core:trace8] [pid 7] core_io.c(5): x",
        record(
            attributes={"code.file.path": "core_io.c", "code.line.number": "5"},
            level="DEBUG",
        ),
    ),
    "a level of the feed's own": (
        f"{WHEN} [core:trace8] [pid 7] x",
        record(level="INFO"),
        {"levels": {"trace8": "INFO"}},
    ),
    "emerg": (f"{WHEN} [core:emerg] [pid 7] x", record(level="FATAL")),
    "alert": (f"{WHEN} [core:alert] [pid 7] x", record(level="FATAL")),
    "no module": (
        f"{WHEN} [:error] [pid 7] {CLIENT} x",
        of_client() | {"attributes": {"process.pid": "7", "client.port": "51234"}},
    ),
    "a dash for the module": (
        f"{WHEN} [-:error] [pid 7] x",
        record() | {"attributes": {"process.pid": "7"}},
    ),
    "a quote that is not escaped, controls that are": (
        rf'{WHEN} [core:error] [pid 7] {CLIENT} AH00126: Invalid URI "GET "/\x01\\ HTTP/1.1"',
        of_client(r'Invalid URI "GET "/\x01\\ HTTP/1.1"', error_code="AH00126"),
    ),
    "a name of the referrer in the text": (
        f"{WHEN} [core:error] [pid 7] {CLIENT} a, referer: b, referer: https://example.com/",
        of_client("a, referer: b", referrer="https://example.com/"),
    ),
    "a code without text": (
        f"{WHEN} [core:error] [pid 7] {CLIENT} AH00126: ",
        of_client(None, error_code="AH00126"),
    ),
    "a compact time": (
        "[2026-03-29 10:00:00.123456] [core:error] [pid 7] x",
        record(),
    ),
    "2.2: a client without a port, the system's error after it": (
        "[Sun Mar 29 12:00:00 2026] [error] [client 192.0.2.17] (13)Permission denied: "
        "access to /cart denied, referer: https://example.com/",
        old(
            "access to /cart denied",
            {"errno": "(13)Permission denied"},
            client_ip="192.0.2.17",
            referrer="https://example.com/",
        ),
        {"timezone": "Europe/Berlin"},
    ),
    "2.2: an IPv6 client": (
        f"{OLD} [error] [client 2001:db8::7:1] x",
        old(client_ip="2001:db8::7:1"),
    ),
    "2.2: a message of the server's own": (
        f"{OLD} [notice] caught SIGTERM, shutting down",
        old("caught SIGTERM, shutting down", level="INFO"),
    ),
    "a day of one digit": (
        "[Sun Mar  1 10:00:00 2026] [error] x",
        old(timestamp="2026-03-01T10:00:00.000Z"),
    ),
}

LETTERS: dict[str, tuple[str, str, str | None]] = {
    "a day that is none": (
        "[Sun Feb 30 10:00:00 2026] [notice] x",
        "bad_timestamp",
        "timestamp: Sun Feb 30 10:00:00 2026",
    ),
    "a level that is none": (f"{WHEN} [core:odd] [pid 7] x", "no_match", "[level]"),
    "gunicorn's, a process in the level's place": (
        "[2026-03-29 12:00:00 +0200] [4242] [DEBUG] 1 workers",
        "no_match",
        "[level]",
    ),
    "no level": (f"{WHEN} started", "no_match", "[module:level]"),
    "what a script wrote": ("sh: 1: cart: not found", "no_match", None),
    "an access line": (
        '192.0.2.17 - - [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5',
        "no_match",
        None,
    ),
}
