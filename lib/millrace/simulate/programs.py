"""What programs write to syslog: texts with parts that vary, each as often as it is seen."""

import re
from collections.abc import Callable
from random import Random
from typing import NamedTuple

# RFC 5424, 6.2.1: facility and severity, as numbers.
_FACILITIES = {
    "kernel": 0,
    "postfix/smtpd": 2,
    "postfix/smtp": 2,
    "systemd": 3,
    "dockerd": 3,
    "chronyd": 3,
    "sshd": 4,
    "CRON": 9,
    "sudo": 10,
    "orders": 16,
    "backup": 17,
    "nginx": 23,
    "-": 23,
}
_CRIT, _ERROR, _WARNING, _NOTICE, _INFO, _DEBUG = 2, 3, 4, 5, 6, 7

# RFC 5424, 6.3: a quote, a backslash and a closing bracket are escaped. 32473 is the enterprise
# number for examples (RFC 5612).
_SESSION = '[session@32473 user="{user}" source="{ip}" port="{port}"]'
_QUERY = r'[query@32473 sql="SELECT \"id\" FROM orders WHERE tags[1\] = \"{user}\"" ms="{ms}"]'
_FILE = r'[file@32473 path="C:\\data\\{user}\\[old\].bak"][nightly@32473]'
_CLOCK = '[timeQuality tzKnown="1" isSynced="1" syncAccuracy="{ms}"]'
_STRUCTURED_SHARE = 0.7

_RELAY = "NOQUEUE: reject: RCPT from unknown[{ip}]: 554 5.7.1 <{user}@example.com>: Access denied"
_DEFERRED = "{hex}: to=<{user}@example.net>, delay={ms}, status=deferred (Connection timed out)"
_BLOCKED = "[UFW BLOCK] IN=eth0 OUT= SRC={ip} DST=10.0.0.{byte} LEN={byte} PROTO=TCP SPT={port}"
_KILLED = "[{uptime}] Out of memory: Killed process {pid} (java) total-vm:{large}kB"
_REFUSED = 'connect() failed (111: Connection refused), client: {ip}, upstream: "10.0.0.{byte}:80"'
_CALL = '{ip} - - "GET /api/orders/{large} HTTP/1.1" 200 {pid} {ms}'
_APT = "{user} : TTY=pts/{byte} ; PWD=/home/{user} ; USER=root ; COMMAND=/usr/bin/apt-get update"


class _Text(NamedTuple):
    weight: int
    program: str
    severity: int
    text: str
    msg_id: str = "-"
    structured_data: str = "-"


class Event(NamedTuple):
    """What a program says; what it does not name is ``-``, as in RFC 5424."""

    priority: int
    app_name: str
    proc_id: str
    msg_id: str
    structured_data: str
    message: str


_TEXTS = (
    _Text(50, "sshd", _INFO, "Accepted publickey for {user} from {ip} port {port} ssh2"),
    _Text(90, "sshd", _INFO, "Failed password for {user} from {ip} port {port}", "-", _SESSION),
    _Text(60, "sshd", _INFO, "Disconnected from user {user} {ip} port {port}"),
    _Text(15, "sshd", _ERROR, "error: too many authentication failures for {user} [preauth]"),
    _Text(90, "CRON", _INFO, "({user}) CMD (   cd / && run-parts --report /etc/cron.hourly)"),
    _Text(40, "CRON", _INFO, "pam_unix(cron:session): session closed for user {user}"),
    _Text(40, "kernel", _WARNING, _BLOCKED),
    _Text(25, "kernel", _INFO, "[{uptime}] eth0: link becomes ready"),
    _Text(6, "kernel", _ERROR, _KILLED),
    _Text(4, "kernel", _CRIT, "CPU{byte}: Core temperature above threshold, clock throttled"),
    _Text(90, "systemd", _INFO, "Started Session {pid} of User {user}."),
    _Text(60, "systemd", _INFO, "logrotate.service: Succeeded."),
    _Text(12, "systemd", _WARNING, "app.service: Main process exited, status={byte}/FAILURE"),
    _Text(30, "systemd", _NOTICE, "snap-{pid}.mount: Consumed {ms}ms CPU time."),
    _Text(80, "nginx", _INFO, _CALL, "ACCESS"),
    _Text(15, "nginx", _ERROR, _REFUSED),
    _Text(60, "postfix/smtpd", _INFO, "connect from unknown[{ip}]"),
    _Text(40, "postfix/smtpd", _INFO, _RELAY),
    _Text(12, "postfix/smtp", _WARNING, _DEFERRED),
    _Text(50, "dockerd", _INFO, 'level=info msg="Container {hex} exited after {ms}ms"'),
    _Text(12, "dockerd", _WARNING, 'level=warning msg="Health check of {hex} timed out"'),
    _Text(60, "sudo", _NOTICE, _APT),
    _Text(30, "chronyd", _NOTICE, "Selected source {ip}, offset {ms} us", "SOURCE", _CLOCK),
    _Text(60, "orders", _INFO, "order {large} of {user} settled in {ms} ms", "SETTLED", _QUERY),
    _Text(20, "orders", _NOTICE, "order {large} waits, try {byte}", "WAITING", _CLOCK + _QUERY),
    _Text(10, "orders", _DEBUG, 'cache miss for {"order": {large}, "user": "{user}"}'),
    _Text(25, "backup", _INFO, "{large} Dateien gesichert für „{user}“", "DONE", _FILE),
    _Text(4, "backup", _CRIT, "no space left: {large} bytes are missing", "FULL", _FILE),
    # A switch, which names no program.
    _Text(15, "-", _NOTICE, "Interface Gi0/{byte} changed state to up"),
)
_USERS = ("root", "admin", "deploy", "alice", "bob", "backup", "postgres", "www-data", "git")
_VARIABLE = re.compile(r"\{([a-z]+)\}")
_VALUES: dict[str, Callable[[Random], str]] = {
    "user": lambda rng: rng.choice(_USERS),
    "ip": lambda rng: ".".join(str(rng.randrange(1, 255)) for _ in range(4)),
    "port": lambda rng: str(rng.randrange(1024, 65_536)),
    "pid": lambda rng: str(rng.randrange(300, 32_768)),
    "byte": lambda rng: str(rng.randrange(1, 255)),
    "uptime": lambda rng: f"{rng.uniform(1, 10_000_000):.6f}",
    "ms": lambda rng: f"{rng.lognormvariate(4, 1):.3f}",
    "large": lambda rng: str(rng.randrange(10_000, 10_000_000)),
    "hex": lambda rng: f"{rng.getrandbits(48):012x}",
}


def events(rng: Random, count: int) -> list[Event]:
    """``count`` events, drawn by how often each text is seen."""
    return [_event(rng, text) for text in rng.choices(_TEXTS, [t.weight for t in _TEXTS], k=count)]


def _event(rng: Random, text: _Text) -> Event:
    # What stands in both the data and the message is the same.
    drawn: dict[str, str] = {}

    def filled(part: re.Match[str]) -> str:
        name = part[1]
        if name not in drawn:
            drawn[name] = _VALUES[name](rng)
        return drawn[name]

    is_structured = rng.random() < _STRUCTURED_SHARE
    return Event(
        priority=_FACILITIES[text.program] * 8 + text.severity,
        app_name=text.program,
        proc_id=_proc_id(rng, text.program),
        msg_id=text.msg_id,
        structured_data=_VARIABLE.sub(filled, text.structured_data) if is_structured else "-",
        message=_VARIABLE.sub(filled, text.text),
    )


def _proc_id(rng: Random, program: str) -> str:
    if program in ("kernel", "sudo", "-"):
        return "-"
    return "1" if program == "systemd" else _VALUES["pid"](rng)
