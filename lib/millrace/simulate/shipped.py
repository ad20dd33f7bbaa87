"""Lines as loggers, proxies and shippers write them, made of those of access logs and applications.

Each source takes the lines of another and writes the same events in its own notation.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

from millrace.simulate.app import App
from millrace.simulate.combined import MONTHS, Combined

_encode = json.JSONEncoder(separators=(",", ":")).encode

_PINO_LEVELS = {"DEBUG": 20, "INFO": 30, "WARN": 40, "ERROR": 50}
_OTLP_SEVERITIES = {"DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17}
_MOST_EVENTS = 5  # of one OTLP record
_PODS = 20


class _Json:
    """Events of applications, each a JSON object of another logger's form."""

    def __init__(self, rng: Random) -> None:
        self._rng, self._app = rng, App(rng)

    def lines(self, times_ms: Sequence[int]) -> list[bytes]:
        """One line for each of the times, given in ms since 1970 UTC."""
        events = [json.loads(line) for line in self._app.lines(times_ms)]
        pairs = zip(events, times_ms, strict=True)
        return [_encode(self._written(event, time_ms)).encode("ascii") for event, time_ms in pairs]

    def last_cut(self, line: bytes) -> int:
        """One byte less than the whole: the object needs its last brace."""
        return len(line) - 1

    def _written(self, event: dict[str, Any], time_ms: int) -> dict[str, Any]:
        raise NotImplementedError


class Pino(_Json):
    """Node's pino, with pino-http's fields of a request."""

    def _written(self, event: dict[str, Any], time_ms: int) -> dict[str, Any]:
        return {
            "level": _PINO_LEVELS[event["level"]],
            "time": time_ms,
            "pid": 17,
            "hostname": f"{event['service_name']}-1",
            "name": event["service_name"],
            "req": {"id": event["request_id"], "method": event["method"], "url": event["path"]},
            "res": {"statusCode": event["status_code"]},
            "responseTime": event["response_time_ms"],
            "msg": event["message"],
        }


class Zap(_Json):
    """Go's zap, as it is configured for production."""

    def _written(self, event: dict[str, Any], time_ms: int) -> dict[str, Any]:
        return {
            "level": event["level"].lower(),
            "ts": time_ms / 1000,
            "logger": event["service_name"],
            "caller": "api/handler.go:42",
            "msg": event["message"],
            "method": event["method"],
            "path": event["path"],
            "status": event["status_code"],
            "request_id": event["request_id"],
        }


class Otlp(_Json):
    """OTLP/JSON export requests of one service, each with one to five log records."""

    def _written(self, event: dict[str, Any], time_ms: int) -> dict[str, Any]:
        records = [
            {
                "timeUnixNano": str(time_ms * 1_000_000),
                "severityNumber": _OTLP_SEVERITIES[event["level"]],
                "severityText": event["level"],
                "body": {"stringValue": event["message"]},
                "attributes": [_attribute("http.route", event["path"]), _attribute("n", str(n))],
            }
            for n in range(self._rng.randint(1, _MOST_EVENTS))
        ]
        resource = {"attributes": [_attribute("service.name", event["service_name"])]}
        scope = {"scope": {"name": "com.example"}, "logRecords": records}
        return {"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}


class Logfmt:
    """Events of applications as pairs of keys and values."""

    def __init__(self, rng: Random) -> None:
        self._app = App(rng)

    def lines(self, times_ms: Sequence[int]) -> list[bytes]:
        """One line for each of the times, given in ms since 1970 UTC."""
        events = [json.loads(line) for line in self._app.lines(times_ms)]
        pairs = zip(events, times_ms, strict=True)
        return [_logfmt(event, time_ms).encode("ascii") for event, time_ms in pairs]

    def last_cut(self, line: bytes) -> int:
        """Less than the first pair: any line that has one can be read."""
        return line.index(b"=")


class _Access:
    """Access log lines in another notation, or in an envelope."""

    def __init__(self, rng: Random) -> None:
        self._rng, self._combined = rng, Combined(rng)

    def lines(self, times_ms: Sequence[int]) -> list[bytes]:
        """One line for each of the times, given in ms since 1970 UTC."""
        pairs = zip(self._combined.lines(times_ms), times_ms, strict=True)
        return [self._written(line.decode(), time_ms).encode() for line, time_ms in pairs]

    def last_cut(self, line: bytes) -> int:
        """The place of the quote that ends the request: no access log line ends before it."""
        return self._combined.last_cut(line)

    def _written(self, line: str, time_ms: int) -> str:
        raise NotImplementedError


class Nginx(_Access):
    """nginx's `combined` with `$request_time` after it, which is in seconds."""

    def _written(self, line: str, time_ms: int) -> str:
        rest, _, milliseconds = line.rpartition(" ")
        return f"{rest} {int(milliseconds) / 1000:.3f}"


class Cri(_Access):
    """Access log lines as a container runtime writes them to the node's files."""

    def _written(self, line: str, time_ms: int) -> str:
        return f"{_iso(time_ms, '.{:03d}000000Z')} stdout F {line}"


class Filebeat(_Access):
    """Access log lines that Filebeat read from pods of a cluster."""

    def last_cut(self, line: bytes) -> int:
        """One byte less than the whole: the object needs its last brace."""
        return len(line) - 1

    def _written(self, line: str, time_ms: int) -> str:
        pod = f"web-{self._rng.randrange(_PODS)}"
        return _encode(
            {
                "@timestamp": _iso(time_ms, ".{:03d}Z"),
                "@metadata": {"beat": "filebeat", "type": "_doc", "version": "9.0.0"},
                "message": line,
                "stream": "stdout",
                "log": {"offset": 0, "file": {"path": f"/var/log/containers/{pod}.log"}},
                "kubernetes": {"namespace": "shop", "pod": {"name": pod}},
                "agent": {"type": "filebeat", "version": "9.0.0"},
                "host": {"name": "node-1"},
            }
        )


class Haproxy(_Access):
    """HAProxy's `option httplog`, with the times of its phases."""

    def _written(self, line: str, time_ms: int) -> str:
        address, _, rest = line.partition(" ")
        _, request, words, *_ = rest.split('"')
        status, size = words.split()
        took = int(line.rpartition(" ")[2])
        seconds, ms = divmod(time_ms, 1000)
        time = datetime.fromtimestamp(seconds, UTC)
        stamp = f"{time:%d}/{MONTHS[time.month - 1]}/{time:%Y:%H:%M:%S}.{ms:03d}"
        phases = f"0/0/1/{max(took - 1, 0)}/{took}"
        return (
            f"{address}:{self._rng.randrange(1024, 65536)} [{stamp}] https~ web/web-1 {phases}"
            f' {status} {size} - - ---- 1/1/0/0/0 0/0 "{request}"'
        )


def _attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def _logfmt(event: dict[str, Any], time_ms: int) -> str:
    return (
        f"time={_iso(time_ms, '.{:03d}Z')} level={event['level'].lower()}"
        f' msg="{event["message"]}" service={event["service_name"]} method={event["method"]}'
        f" path={event['path']} status={event['status_code']}"
        f" duration={event['response_time_ms']}ms request_id={event['request_id']}"
    )


def _iso(time_ms: int, fraction: str) -> str:
    seconds, ms = divmod(time_ms, 1000)
    time = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return time.isoformat() + fraction.format(ms)
