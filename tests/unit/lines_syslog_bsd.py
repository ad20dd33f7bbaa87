r"""Syslog lines of RFC 3164 and its relatives, with the fields or the reason they must give.

All were received at noon of 22 January 2025, save those of TURNS.
"""

from lines_syslog import record

BSD = "Jan 22 10:00:00"
LONG = "a" * 65_536
TEN = "2025-01-22T10:00:00.000Z"
HALF_PAST_TEN = "2025-01-22T10:30:00.000Z"


def _bsd(**fields: object) -> dict[str, object]:
    """The fields of ``BSD host app[77]: done``; None takes a field away."""
    named = {"hostname": "host", "app_name": "app", "proc_id": "77", "message": "done"}
    return record(**(named | fields))


def _untagged(message: str | None, **fields: object) -> dict[str, object]:
    return _bsd(app_name=None, proc_id=None, message=message, **fields)


def _cisco(msg_id: str, message: str, **fields: object) -> dict[str, object]:
    facility = msg_id.partition("-")[0]
    named = {"app_name": facility, "msg_id": msg_id, "proc_id": None, "message": message}
    return _bsd(**(named | fields))


RECORDS: dict[str, tuple[str, dict[str, object]]] = {
    "RFC 3164": (f"{BSD} host app[77]: done", _bsd()),
    "example 1 of RFC 3164": (
        "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
        record(
            timestamp="2024-10-11T22:14:15.000Z",
            level="FATAL",
            facility=4,
            severity=2,
            hostname="mymachine",
            app_name="su",
            message="'su root' failed for lonvick on /dev/pts/8",
        ),
    ),
    "example 2 of RFC 3164": (
        "<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!",
        _untagged(
            "Use the BFG!",
            timestamp="2024-02-05T17:32:18.000Z",
            facility=1,
            severity=5,
            hostname="10.0.0.99",
        ),
    ),
    "carriage return and line feed": (f"{BSD} host app[77]: done\r\n", _bsd()),
    "message of several lines": (
        f"{BSD} host app[77]: a\r\n\tat b\n\nJan 22 c",
        _bsd(message="a\r\n\tat b\n\nJan 22 c"),
    ),
    "message of separators alone": (
        f"{BSD} host app[77]:  \u2028\x85",
        _bsd(message=" \u2028\x85"),
    ),
    "message that is not ASCII": (f"{BSD} host app[77]: 日本 😀", _bsd(message="日本 😀")),
    "message with NUL": (f"{BSD} host app[77]: a\0b", _bsd(message="a\0b")),
    "message of 64 KiB": (f"{BSD} host app[77]: {LONG}", _bsd(message=LONG)),
    "word of 64 KiB in place of a tag": (f"{BSD} host {LONG}", _untagged(LONG)),
    "no message after the tag": (f"{BSD} host app[77]:", _bsd(message=None)),
    "space and no message": (f"{BSD} host app[77]: ", _bsd(message=None)),
    # Hosts.
    "IPv4 address as host": (f"{BSD} 192.0.2.1 app[77]: done", _bsd(hostname="192.0.2.1")),
    "IPv6 address as host": (f"{BSD} 2001:db8::1 app[77]: done", _bsd(hostname="2001:db8::1")),
    "full name as host": (f"{BSD} a-b.example.com app[77]: done", _bsd(hostname="a-b.example.com")),
    "host that is not ASCII": (f"{BSD} würfel app[77]: done", _bsd(hostname="würfel")),
    "dash for host": (f"{BSD} - app[77]: done", _bsd(hostname=None)),
    "no host": (f"{BSD} app[77]: done", _bsd(hostname=None)),
    "no host and no process id": (f"{BSD} app: done", _bsd(hostname=None, proc_id=None)),
    "host alone": (f"{BSD} host", _untagged(None)),
    # Tags.
    "no process id": (f"{BSD} host app: done", _bsd(proc_id=None)),
    "process id and no colon": (f"{BSD} host app[77] done", _bsd()),
    "no space after the tag": (f"{BSD} host app[77]:done", _bsd()),
    "no space after the tag, no host": (f"{BSD} app[77]:done", _bsd(hostname=None)),
    "no space after a word's colon": (f"{BSD} host http://a:b", _untagged("http://a:b")),
    "line feed after the tag": (
        f"{BSD} host app:\n done",
        _bsd(proc_id=None, message="\n done"),
    ),
    "dash for process id": (f"{BSD} host app[-]: done", _bsd(proc_id=None)),
    "dash for tag": (f"{BSD} host -: done", _untagged("done")),
    "empty process id": (f"{BSD} host app[]: done", _bsd(proc_id=None)),
    "colon after the time, as routers write it": (
        f"{BSD}: %ASA-6-302013: Built",
        _cisco("ASA-6-302013", "Built", severity=6, hostname=None),
    ),
    "more than one space after the tag": (f"{BSD} host app[77]:   done", _bsd(message="  done")),
    "tag with slash": (
        f"{BSD} host postfix/smtpd[1]: connect from unknown[192.0.2.1]",
        _bsd(app_name="postfix/smtpd", proc_id="1", message="connect from unknown[192.0.2.1]"),
    ),
    "tag with dots, dashes and underscores": (
        f"{BSD} host org.gnome.Shell-x_1[77]: done",
        _bsd(app_name="org.gnome.Shell-x_1"),
    ),
    "tag with parentheses": (
        f"{BSD} combo sshd(pam_unix)[19939]: authentication failure; uid=0 tty=NODEVssh",
        _bsd(
            hostname="combo",
            app_name="sshd(pam_unix)",
            proc_id="19939",
            message="authentication failure; uid=0 tty=NODEVssh",
        ),
    ),
    "Cisco's name of the message": (
        f"{BSD} host %ASA-6-302013: Built outbound TCP",
        _cisco("ASA-6-302013", "Built outbound TCP", severity=6),
    ),
    # Counters, a clock that was never set or is no more, a year before the month, no time at all.
    "Cisco IOS with a counter": (
        f"<189>4711: *{BSD}.000 UTC: %SYS-5-CONFIG_I: changed",
        _cisco(
            "SYS-5-CONFIG_I",
            "changed",
            facility=23,
            severity=5,
            hostname=None,
            attributes={"clock": "unset"},
        ),
    ),
    "Cisco IOS with a counter, host and number": (
        f"<189>29: host: 000123: .{BSD}: %LINK-3-UPDOWN: down",
        _cisco("LINK-3-UPDOWN", "down", facility=23, severity=5, attributes={"clock": "unsynced"}),
    ),
    "Cisco ASA with a blank before the colon": (
        "<166>Jan 22 2025 10:00:00 host : %ASA-6-302013: built",
        _cisco("ASA-6-302013", "built", facility=20, severity=6),
    ),
    "Cisco NX-OS": (
        "<189>: 2025 Jan 22 10:00:00.000 UTC: %ETH-5-UP: up",
        _cisco("ETH-5-UP", "up", facility=23, severity=5, hostname=None),
    ),
    "Cisco IOS that counts from its start": (
        "<189>1: 00:00:46: %SYS-5-RESTART: restarted",
        _cisco(
            "SYS-5-RESTART",
            "restarted",
            timestamp="2025-01-22T12:00:00.000Z",
            facility=23,
            severity=5,
            hostname=None,
        ),
    ),
    "blank after PRI": (f"<13> {BSD} host app[77]: done", _bsd(facility=1, severity=5)),
    "ISO 8601 with a blank": ("2025-01-22 10:00:00,000 host app[77]: done", _bsd()),
    "process id in words": (f"{BSD} host app[main-1]: done", _bsd(proc_id="main-1")),
    "kernel without process id": (
        f"<6>{BSD} host kernel: [   12.345678] eth0: link up",
        _bsd(
            facility=0,
            severity=6,
            app_name="kernel",
            proc_id=None,
            message="[   12.345678] eth0: link up",
        ),
    ),
    "no tag": (f"{BSD} host Use the force: now", _untagged("Use the force: now")),
    "version between name and colon is no tag": (
        f"{BSD} combo syslogd 1.4.1: restart.",
        _untagged("syslogd 1.4.1: restart.", hostname="combo"),
    ),
    "two dashes in place of a tag": (
        f"{BSD} combo -- root[2421]: ROOT LOGIN ON tty2",
        _untagged("-- root[2421]: ROOT LOGIN ON tty2", hostname="combo"),
    ),
    "message repeated, without a tag": (
        f"{BSD} host last message repeated 5 times",
        _untagged("last message repeated 5 times"),
    ),
    "message repeated, as macOS says it": (
        f"{BSD} host --- last message repeated 1 time ---",
        _untagged("--- last message repeated 1 time ---"),
    ),
    "message repeated, as rsyslog says it": (
        f"{BSD} host sshd[77]: message repeated 2 times: [ Failed password for root]",
        _bsd(app_name="sshd", message="message repeated 2 times: [ Failed password for root]"),
    ),
    "structured data is text here": (
        f'{BSD} host app[77]: [a x="1"] done',
        _bsd(message='[a x="1"] done'),
    ),
}
RECORDS |= {
    f"PRI {pri}": (
        f"<{pri}>{BSD} host app[77]: done",
        _bsd(facility=pri // 8, severity=pri % 8, level=level),
    )
    for pri, level in {
        0: "FATAL",
        33: "FATAL",
        3: "ERROR",
        12: "WARN",
        85: "INFO",
        134: "INFO",
        191: "DEBUG",
    }.items()
}
RECORDS |= {
    f"{pri}{sent}": (f"{pri}{sent} host app[77]: done", _bsd(timestamp=time, **fields))
    for pri, fields in (("", {}), ("<13>", {"facility": 1, "severity": 5}))
    for sent, time in {
        # The day and the year.
        "Jan  2 10:00:00": "2025-01-02T10:00:00.000Z",
        "Jan 2 10:00:00": "2025-01-02T10:00:00.000Z",
        "Jan 02 10:00:00": "2025-01-02T10:00:00.000Z",
        "Jan 22 10:00:00 2019": "2019-01-22T10:00:00.000Z",
        "Jan 22 2019 10:00:00": "2019-01-22T10:00:00.000Z",
        "Jan  2 2030 10:00:00": "2030-01-02T10:00:00.000Z",
        "Feb 29 2020 10:00:00": "2020-02-29T10:00:00.000Z",
        "Feb 29 10:00:00 2020": "2020-02-29T10:00:00.000Z",
        "Feb 29 10:00:00": "2024-02-29T10:00:00.000Z",
        "Feb 28 23:59:59": "2024-02-28T23:59:59.000Z",
        "Dec 31 23:59:59": "2024-12-31T23:59:59.000Z",
        "Jan  1 00:00:00": "2025-01-01T00:00:00.000Z",
        "Jan 23 12:00:00": "2025-01-23T12:00:00.000Z",
        "Jan 23 12:00:01": "2024-01-23T12:00:01.000Z",
        # Fractions and zones.
        "Jan 22 10:30:00.5": "2025-01-22T10:30:00.500Z",
        "Jan 22 10:30:00.123456": "2025-01-22T10:30:00.123Z",
        "Jan 22 10:30:00 UTC": HALF_PAST_TEN,
        "Jan 22 10:30:00 GMT": HALF_PAST_TEN,
        "Jan 22 10:30:00 Z": HALF_PAST_TEN,
        "Jan 22 12:30:00 +02:00": HALF_PAST_TEN,
        "Jan 22 05:00:00 -0530": HALF_PAST_TEN,
        "Jan 22 12:30:00.25 +0200": "2025-01-22T10:30:00.250Z",
        "Jan 22 10:30:00 UTC 2019": "2019-01-22T10:30:00.000Z",
        "Jan 22 12:30:00 2019 +0200": "2019-01-22T10:30:00.000Z",
        "Jan 22 12:30:00 +0200 2019": "2019-01-22T10:30:00.000Z",
        "Jan 22 2019 12:30:00 +0200": "2019-01-22T10:30:00.000Z",
        "Jan 23 17:30:00 +05:30": "2025-01-23T12:00:00.000Z",
        "Jan 23 06:30:01 -05:30": "2024-01-23T12:00:01.000Z",
        # ISO 8601, as rsyslog writes files.
        "2025-01-22T10:30:00Z": HALF_PAST_TEN,
        "2025-01-22T10:30:00": HALF_PAST_TEN,
        "2025-01-22T12:30:00.123456+02:00": "2025-01-22T10:30:00.123Z",
        "2019-12-31T23:59:59-08:00": "2020-01-01T07:59:59.000Z",
    }.items()
}
RECORDS |= {
    f"month {month}": (
        f"{name} 15 10:00:00 host app[77]: done",
        _bsd(timestamp=f"{2025 if month == 1 else 2024}-{month:02}-15T10:00:00.000Z"),
    )
    for month, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}

LETTERS: dict[str, tuple[str | bytes | None, str, str | None]] = {
    "no time, no PRI": ("connection reset by peer", "no_match", ""),
    "no time": ("<13>connection reset by peer", "no_match", ""),
    "PRI alone": ("<13>", "no_match", ""),
    "empty PRI": (f"<>{BSD} host app[77]: done", "no_match", ""),
    "PRI in words": (f"<abc>{BSD} host app[77]: done", "no_match", ""),
    "negative PRI": (f"<-1>{BSD} host app[77]: done", "no_match", ""),
    "PRI of four digits": (f"<1234>{BSD} host app[77]: done", "no_match", ""),
    "PRI not closed": (f"<13{BSD} host app[77]: done", "no_match", ""),
    "PRI not opened": (f"13>{BSD} host app[77]: done", "no_match", ""),
    "PRI 192": (f"<192>{BSD} host app[77]: done", "bad_value", "pri: 192"),
    "PRI 999": (f"<999>{BSD} host app[77]: done", "bad_value", "pri: 999"),
    "time cut": ("Jan 22 10:0", "no_match", ""),
    "NUL before the time": (f"\0{BSD} host app[77]: done", "no_match", ""),
    "another format": ('{"timestamp": 0}', "no_match", ""),
}
LETTERS |= {
    f"time {sent}": (
        f"<13>{sent} host app[77]: done",
        "bad_timestamp",
        f"timestamp: {sent}",
    )
    for sent in (
        "Foo 22 10:00:00",
        "Feb 30 10:00:00",
        "Apr 31 10:00:00",
        "Jan 32 10:00:00",
        "Jan  0 10:00:00",
        "Jan 22 24:00:00",
        "Jan 22 25:00:00",
        "Jan 22 10:60:00",
        "Jan 22 10:00:60",
        "Feb 29 2023 10:00:00",
        "Feb 29 10:00:00 2023",
        "2025-02-30T10:00:00Z",
        "2025-01-22T25:00:00Z",
        "1969-12-31T23:59:59Z",
    )
}

# When the line was received, the time that it has, and the time that it means.
TURNS = {
    "Dec 31 received on Jan 1": ("2025-01-01T00:00:05", "Dec 31 23:59:59", "2024-12-31T23:59:59"),
    "Jan 1 received on Dec 31": ("2024-12-31T23:59:59", "Jan  1 00:00:05", "2025-01-01T00:00:05"),
    "a second more than a day after": (
        "2024-12-30T23:59:59",
        "Jan  1 00:00:00",
        "2024-01-01T00:00:00",
    ),
    "exactly a day after": ("2024-12-31T00:00:00", "Jan  1 00:00:00", "2025-01-01T00:00:00"),
    "Dec 31 in a zone to the west": (
        "2025-01-01T08:00:00",
        "Dec 31 23:30:00 -0800",
        "2025-01-01T07:30:00",
    ),
    "Jan 1 in a zone to the east": (
        "2024-12-31T16:00:00",
        "Jan  1 00:30:00 +0900",
        "2024-12-31T15:30:00",
    ),
    "Feb 29 the year after": ("2025-03-01T00:00:00", "Feb 29 10:00:00", "2024-02-29T10:00:00"),
    "Feb 29 three years after": ("2027-06-01T00:00:00", "Feb 29 10:00:00", "2024-02-29T10:00:00"),
    "Feb 29 the day before": ("2028-02-28T12:00:00", "Feb 29 10:00:00", "2028-02-29T10:00:00"),
    "Feb 29 two days before": ("2028-02-27T10:00:00", "Feb 29 10:00:00", "2024-02-29T10:00:00"),
    "Feb 29 on the day": ("2024-02-29T12:00:00", "Feb 29 12:00:00", "2024-02-29T12:00:00"),
    "Feb 29 around a century's turn": (
        "2103-06-01T00:00:00",
        "Feb 29 10:00:00",
        "2096-02-29T10:00:00",
    ),
    "Feb 29 eight years after": ("2104-02-20T00:00:00", "Feb 29 10:00:00", "2096-02-29T10:00:00"),
    "Feb 29 that was tomorrow in its zone": (
        "2024-02-28T20:00:00",
        "Feb 29 05:00:00 +0900",
        "2024-02-28T20:00:00",
    ),
}
