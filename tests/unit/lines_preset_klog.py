r"""Lines of klog and glog.

Backslashes stand as the loggers write them: ``\"`` is two characters of the line.
"""

from typing import Any

HEAD = "I0329 10:00:00.123456       1 sync.go:42] "


def record(
    message: str | None = "x", attributes: dict[str, str] | None = None, **fields: Any
) -> dict[str, Any]:
    """The fields of a line that begins with HEAD, with others over them."""
    of_head = {"thread.id": "1", "code.file.path": "sync.go", "code.line.number": "42"}
    sent: dict[str, Any] = {
        "timestamp": "2026-03-29T10:00:00.123Z",
        "level": "INFO",
        "message": message,
        "attributes": of_head | (attributes or {}),
    }
    return {name: value for name, value in (sent | fields).items() if value is not None}


RECORDS: dict[str, tuple[Any, ...]] = {
    "text, in which pairs are none": (
        "W0329 10:00:00.123456    4242 sync.go:42] back-off 10s container=cart",
        record("back-off 10s container=cart", {"thread.id": "4242"}, level="WARN"),
    ),
    "a message in quotes with pairs": (
        f'{HEAD}"Pod synced" pod="shop/cart-1" tries=3 ready=true',
        record("Pod synced", {"pod": "shop/cart-1", "tries": "3", "ready": "true"}),
    ),
    "an error and a logger, values with blanks": (
        HEAD.replace("I", "E")
        + r'"Sync failed" err="no \"quota\"\nleft" logger="cart" key={"a":"b c"} list=["a" "b"]',
        record(
            "Sync failed",
            {
                "exception.message": 'no "quota"\nleft',
                "otel.scope.name": "cart",
                "key": '{"a":"b c"}',
                "list": '["a" "b"]',
            },
            level="ERROR",
        ),
    ),
    "a message in quotes alone": (f'{HEAD}"say \\"ready\\""', record('say "ready"')),
    "quotes that begin a text": (f'{HEAD}"cart" is no name', record('"cart" is no name')),
    "quotes that are never closed": (f'{HEAD}"ready', record('"ready')),
    "cut within a value": (f'{HEAD}"ready" pod="shop/ca', record("ready", {"pod": "shop/ca"})),
    "a value of several lines": (
        f'{HEAD}"config" text=<\n\ta: 1\n\tb=2 c\n > tries=3',
        record("config", {"text": "a: 1\nb=2 c", "tries": "3"}),
    ),
    "a value of several lines that was cut": (
        f'{HEAD}"config" text=<\n\ta: 1\n\tb=2 c',
        record("config", {"text": "a: 1\nb=2 c"}),
    ),
    "no text": (HEAD, record(None)),
    "no text, and no blank after the bracket": (HEAD.rstrip(), record(None)),
    "several lines": (
        f"{HEAD}panic: x\ngoroutine 1 [running]:",
        record("panic: x\ngoroutine 1 [running]:"),
    ),
    "glog with the year": (
        "I20260329 10:00:00.123456 139872 cart.cc:12] started",
        record(
            "started",
            {"thread.id": "139872", "code.file.path": "cart.cc", "code.line.number": "12"},
        ),
    ),
    "a zone": (HEAD.replace("10:", "12:") + "x", record(), {"timezone": "Europe/Berlin"}),
    "an hour that comes twice": (
        "I1025 02:30:00.000000       1 sync.go:42] x",
        record(attributes={"timestamp.local": "ambiguous"}, timestamp="2026-10-25T00:30:00.000Z"),
        {"timezone": "Europe/Berlin", "received_at": "2026-10-25T02:00:00Z"},
    ),
    "last year's": (
        "F1231 23:59:59.999999       1 sync.go:42] x",
        record(timestamp="2025-12-31T23:59:59.999Z", level="FATAL"),
        {"received_at": "2026-01-01T00:00:02Z"},
    ),
    "the last leap day": (
        "I0229 10:00:00.000000       1 sync.go:42] x",
        record(timestamp="2024-02-29T10:00:00.000Z"),
        {"received_at": "2026-03-01T00:00:02Z"},
    ),
    "a letter that means another level to the feed": (
        f"{HEAD}x",
        record(level="DEBUG"),
        {"levels": {"I": "DEBUG"}},
    ),
}

LETTERS: dict[str, tuple[str, str, str | None]] = {
    "a day that is none": (
        "I0230 10:00:00.123456       1 sync.go:42] x",
        "bad_timestamp",
        "timestamp: 0230 10:00:00.123456",
    ),
    "an hour that is none": ("I0329 25:00:00.123456       1 a.go:1] x", "bad_timestamp", None),
    "another letter": ("D0329 10:00:00.123456       1 sync.go:42] x", "no_match", "letter"),
    "no file": ("I0329 10:00:00.123456       1 started", "no_match", None),
    "the head of a file": ("Log file created at: 2026/03/29 10:00:00", "no_match", None),
    "logfmt": ("ts=2026-03-29T10:00:00Z level=info msg=x", "no_match", None),
}
