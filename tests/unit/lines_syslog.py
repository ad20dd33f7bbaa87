r"""Syslog lines of RFC 5424, each with the fields it must give or the reason why it must give none.

Backslashes stand as senders write them.
"""

HEAD = "<13>1 2025-01-22T10:00:00Z host app 77 ID7"
BOM = "\ufeff"
LONG = "a" * 65_536
ESCAPES = r"\"\\\]" * 10_000
UNESCAPED = r'"\]' * 10_000

_WHEN: dict[str, object] = {"timestamp": "2025-01-22T10:00:00.000Z", "level": "INFO"}
_USER: dict[str, object] = {"facility": 1, "severity": 5}


def record(**fields: object) -> dict[str, object]:
    """The fields of a line received at noon and written at ten; None takes a field away."""
    usual = _WHEN | {"service_name": fields.get("app_name") or "feed"}
    return {name: value for name, value in (usual | fields).items() if value is not None}


def _ietf(**fields: object) -> dict[str, object]:
    """The fields of HEAD's line."""
    named = {"hostname": "host", "app_name": "app", "proc_id": "77", "msg_id": "ID7"}
    return record(**(_USER | named | fields))


RECORDS: dict[str, tuple[str, dict[str, object]]] = {
    # RFC 5424.
    "example 1 of RFC 5424": (
        "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - "
        f"{BOM}'su root' failed for lonvick on /dev/pts/8",
        record(
            timestamp="2003-10-11T22:14:15.003Z",
            level="FATAL",
            facility=4,
            severity=2,
            hostname="mymachine.example.com",
            app_name="su",
            msg_id="ID47",
            message="'su root' failed for lonvick on /dev/pts/8",
        ),
    ),
    "example 2 of RFC 5424": (
        "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time.",
        record(
            timestamp="2003-08-24T12:14:15.000Z",
            facility=20,
            severity=5,
            hostname="192.0.2.1",
            app_name="myproc",
            proc_id="8710",
            message="%% It's time.",
        ),
    ),
    "example 3 of RFC 5424": (
        "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "
        '[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] '
        f"{BOM}An application event",
        record(
            timestamp="2003-10-11T22:14:15.003Z",
            facility=20,
            severity=5,
            hostname="mymachine.example.com",
            app_name="evntslog",
            msg_id="ID47",
            structured_data={
                "exampleSDID@32473": {
                    "iut": "3",
                    "eventSource": "Application",
                    "eventID": "1011",
                }
            },
            message="An application event",
        ),
    ),
    "example 4 of RFC 5424": (
        "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "
        '[exampleSDID@32473 iut="3"][examplePriority@32473 class="high"]',
        record(
            timestamp="2003-10-11T22:14:15.003Z",
            facility=20,
            severity=5,
            hostname="mymachine.example.com",
            app_name="evntslog",
            msg_id="ID47",
            structured_data={
                "exampleSDID@32473": {"iut": "3"},
                "examplePriority@32473": {"class": "high"},
            },
        ),
    ),
    "nil everywhere": (
        "<13>1 - - - - - -",
        record(timestamp="2025-01-22T12:00:00.000Z", **_USER),
    ),
    "message": (f"{HEAD} - done", _ietf(message="done")),
    "message with a carriage return and line feed": (f"{HEAD} - done\r\n", _ietf(message="done")),
    "message of several lines": (f"{HEAD} - a\r\n\tat b\n\nc", _ietf(message="a\r\n\tat b\n\nc")),
    "dash as message is a message": (f"{HEAD} - -", _ietf(message="-")),
    "message of separators alone": (f"{HEAD} -  \u2028\x85", _ietf(message=" \u2028\x85")),
    "message with a space before": (f"{HEAD} -  done ", _ietf(message=" done ")),
    "message that looks like structured data": (
        f'{HEAD} [a x="1"] [b x="1"]',
        _ietf(structured_data={"a": {"x": "1"}}, message='[b x="1"]'),
    ),
    "message with NUL and other controls": (f"{HEAD} - a\0b\x1b[0m", _ietf(message="a\0b\x1b[0m")),
    "message that is not ASCII": (f"{HEAD} - 日本 😀 für", _ietf(message="日本 😀 für")),
    "message of 64 KiB": (f"{HEAD} - {LONG}", _ietf(message=LONG)),
    "space and no message": (f"{HEAD} - ", _ietf()),
    "BOM and no message": (f"{HEAD} - {BOM}", _ietf()),
    "BOM within the message stays": (f"{HEAD} - a{BOM}b", _ietf(message=f"a{BOM}b")),
    "one BOM of two is the message's": (f"{HEAD} - {BOM * 2}a", _ietf(message=f"{BOM}a")),
    "BOM after structured data": (
        f'{HEAD} [a x="1"] {BOM}done',
        _ietf(structured_data={"a": {"x": "1"}}, message="done"),
    ),
    "IPv6 address as host": (
        "<13>1 2025-01-22T10:00:00Z 2001:db8::1 app 77 ID7 -",
        _ietf(hostname="2001:db8::1"),
    ),
    "host that is not ASCII": (
        "<13>1 2025-01-22T10:00:00Z würfel app 77 ID7 -",
        _ietf(hostname="würfel"),
    ),
    "app name with slash, proc id in words": (
        "<13>1 2025-01-22T10:00:00Z host postfix/smtpd main-1 ID7 -",
        _ietf(app_name="postfix/smtpd", proc_id="main-1"),
    ),
    "no app name": ("<13>1 2025-01-22T10:00:00Z host - 77 ID7 -", _ietf(app_name=None)),
    # Structured data.
    "registered element without params": (
        f"{HEAD} [origin]",
        _ietf(structured_data={"origin": {}}),
    ),
    "private element without params": (f"{HEAD} [a@1]", _ietf(structured_data={"a@1": {}})),
    "word in brackets is text": (f"{HEAD} [INFO] started", _ietf(message="[INFO] started")),
    "nil and no message": (f"{HEAD} -", _ietf()),
    "no structured data, as Heroku sends it": (
        f"{HEAD} State changed to up",
        _ietf(message="State changed to up"),
    ),
    "count of octets before": (f"72 {HEAD} - done", _ietf(message="done")),
    "version of two digits": (f"{HEAD} - done".replace(">1 ", ">12 "), _ietf(message="done")),
    "version 0": (f"{HEAD} - done".replace(">1 ", ">0 "), _ietf(message="done")),
    "version of three digits": (f"{HEAD} - done".replace(">1 ", ">100 "), _ietf(message="done")),
    "blank after PRI": (f"{HEAD} - done".replace(">1 ", "> 1 "), _ietf(message="done")),
    # As syslog-ng's templates give what a message has not.
    "nothing for PROCID": (
        f"{HEAD} - done".replace(" 77 ", "  "),
        _ietf(proc_id=None, message="done"),
    ),
    "nothing for MSGID": (
        f"{HEAD} - done".replace(" ID7 ", "  "),
        _ietf(msg_id=None, message="done"),
    ),
    "nothing for MSGID, and no message": (f"{HEAD} -".replace(" ID7 ", "  "), _ietf(msg_id=None)),
    "nothing for both, and structured data": (
        f'{HEAD} [a x="1"] done'.replace(" 77 ID7 ", "   "),
        _ietf(proc_id=None, msg_id=None, structured_data={"a": {"x": "1"}}, message="done"),
    ),
    "elements with and without params": (
        f'{HEAD} [a][b x="1" y="2"][c] done',
        _ietf(structured_data={"a": {}, "b": {"x": "1", "y": "2"}, "c": {}}, message="done"),
    ),
    "empty value": (f'{HEAD} [a x=""]', _ietf(structured_data={"a": {"x": ""}})),
    "nil as a value is a value": (f'{HEAD} [a x="-"]', _ietf(structured_data={"a": {"x": "-"}})),
    "repeated param has its last value": (
        f'{HEAD} [a x="1" y="2" x="3"]',
        _ietf(structured_data={"a": {"x": "3", "y": "2"}}),
    ),
    "repeated element is the last": (
        f'{HEAD} [a x="1"][a y="2"]',
        _ietf(structured_data={"a": {"y": "2"}}),
    ),
    "escapes in a value": (
        rf'{HEAD} [a x="\"q\" \\ [b\]"] done',
        _ietf(structured_data={"a": {"x": r'"q" \ [b]'}}, message="done"),
    ),
    "backslash before anything else stays": (
        rf'{HEAD} [a x="C:\temp\n\ü"]',
        _ietf(structured_data={"a": {"x": r"C:\temp\n\ü"}}),
    ),
    "backslash before a line feed stays": (
        f'{HEAD} [a x="1\\\n2"]',
        _ietf(structured_data={"a": {"x": "1\\\n2"}}),
    ),
    "value ending in a backslash": (
        rf'{HEAD} [a x="C:\\" y="1"]',
        _ietf(structured_data={"a": {"x": "C:\\", "y": "1"}}),
    ),
    "escaped backslash before a letter": (
        rf'{HEAD} [a x="\\n\\\"\\\\"]',
        _ietf(structured_data={"a": {"x": r"\n\"\\"}}),
    ),
    "what ends an element within a value": (
        rf'{HEAD} [a x="\] [b y=\"1\"\]"][c]',
        _ietf(structured_data={"a": {"x": '] [b y="1"]'}, "c": {}}),
    ),
    "equals signs, spaces and quotes in a value": (
        rf'{HEAD} [a x=" y=\"1\" z= " w="2"]',
        _ietf(structured_data={"a": {"x": ' y="1" z= ', "w": "2"}}),
    ),
    "values that are not ASCII, on two lines": (
        f'{HEAD} [a x="日本\n😀"]',
        _ietf(structured_data={"a": {"x": "日本\n😀"}}),
    ),
    "brackets in the message": (
        f'{HEAD} [a x="1"] b] "c" [d',
        _ietf(structured_data={"a": {"x": "1"}}, message='b] "c" [d'),
    ),
    "names with dot, dollar and colon": (
        f'{HEAD} [a.b@1 $x="1" y:z.w="2"]',
        _ietf(structured_data={"a.b@1": {"$x": "1", "y:z.w": "2"}}),
    ),
    "30,000 escapes": (
        rf'{HEAD} [a x="{ESCAPES}"] done',
        _ietf(structured_data={"a": {"x": UNESCAPED}}, message="done"),
    ),
    "value of 64 KiB": (f'{HEAD} [a x="{LONG}"]', _ietf(structured_data={"a": {"x": LONG}})),
    "5,000 elements": (
        f"{HEAD} {''.join(f'[e{n}@1]' for n in range(5_000))} done",
        _ietf(structured_data={f"e{n}@1": {} for n in range(5_000)}, message="done"),
    ),
    "5,000 params": (
        HEAD + " [a" + "".join(f' p{n}="{n}"' for n in range(5_000)) + "] done",
        _ietf(
            structured_data={"a": {f"p{n}": str(n) for n in range(5_000)}},
            message="done",
        ),
    ),
}
RECORDS |= {
    f"PRI {8 * facility + severity}": (
        f"<{8 * facility + severity}>1 2025-01-22T10:00:00Z host app 77 ID7 -",
        _ietf(facility=facility, severity=severity, level=level),
    )
    for facility, severity, level in (
        (0, 0, "FATAL"),
        (4, 1, "FATAL"),
        (0, 2, "FATAL"),
        (1, 3, "ERROR"),
        (10, 4, "WARN"),
        (20, 5, "INFO"),
        (16, 6, "INFO"),
        (23, 7, "DEBUG"),
    )
}
RECORDS |= {
    f"time {sent}": (
        f"<13>1 {sent} host app 77 ID7 -",
        _ietf(timestamp=f"{time}Z"),
    )
    for sent, time in {
        "2025-01-22T10:00:00.5Z": "2025-01-22T10:00:00.500",
        "2025-01-22T10:00:00.123456Z": "2025-01-22T10:00:00.123",
        "2025-01-22T10:00:00+00:00": "2025-01-22T10:00:00.000",
        "2025-01-22T10:00:00-00:00": "2025-01-22T10:00:00.000",
        "2025-01-22T15:30:00.25+05:30": "2025-01-22T10:00:00.250",
        "2024-12-31T23:00:00-08:00": "2025-01-01T07:00:00.000",
        "2024-02-29T00:00:00+14:00": "2024-02-28T10:00:00.000",
        "2030-01-01T00:00:00Z": "2030-01-01T00:00:00.000",
    }.items()
}

# What is no structured data is the message: many senders leave the data out.
RECORDS |= {
    f"text where structured data stands {data[:20]!r}": (f"{HEAD} {data}", _ietf(message=data))
    for data in (
        "x",
        "--",
        "-x",
        "[",
        "[]",
        "[a",
        "[a]x",
        "[a][",
        "[a]b]",
        '[a x="1"',
        '[a x="1"y="2"]',
        "[a x=1]",
        "[a x]",
        "[a x=]",
        '[a ="1"]',
        "[a x='1']",
        '[a x="1]',
        r'[a x="1\"]',
        '[a x="1" done',
        '["a" x="1"]',
        # MongoDB takes no NUL in a key.
        "[a\0b]",
        '[a x\0="1"]',
        '[a\nb x="1"]',
        "[a]\u2028",
        '[a x="]"]',
        '[=a x="1"]',
        '[ a x="1"]',
        "[" * 60_000,
        "[a]" * 5_000 + "[",
        '[a x="' + ESCAPES,
        "[a" + ' x="1"' * 5_000,
    )
}
RECORDS |= {
    "seconds since 1970 and no header, as Meraki sends them": (
        "<13>1 1737540000.123456789 host flows allow src=192.0.2.1",
        record(
            timestamp="2025-01-22T10:00:00.123Z",
            hostname="host",
            message="flows allow src=192.0.2.1",
            **_USER,
        ),
    ),
}

LETTERS: dict[str, tuple[str | bytes | None, str, str | None]] = {
    "empty": ("", "empty", "no text"),
    "only a line's end": ("\r\n", "empty", "no text"),
    "blank": ("   ", "empty", "no text"),
    "null value": (None, "empty", "no text"),
    "too long": (b"a" * 262_145, "too_long", "262145 bytes"),
    "not UTF-8": (f"{HEAD} - ".encode() + b"\xff\xfe", "not_utf8", "not UTF-8"),
    "another format": ('{"timestamp": 0}', "no_match", ""),
    # RFC 5424, 6: a version has at most three digits.
    "version of four digits": ("<13>1000 2025-01-22T10:00:00Z host app 77 ID7 -", "no_match", ""),
    "example 4 of RFC 3164": (
        "<0>1990 Oct 22 10:52:01 TZ-6 scapegoat.example.org 10.1.2.3 sched[0]: That's All Folks!",
        "no_match",
        "",
    ),
    "PRI 192": ("<192>1 2025-01-22T10:00:00Z host app 77 ID7 -", "bad_value", "pri: 192"),
    "PRI 999": ("<999>1 2025-01-22T10:00:00Z host app 77 ID7 -", "bad_value", "pri: 999"),
}
LETTERS |= {
    f"header cut after {fields} fields": (" ".join(f"{HEAD} -".split(" ")[:fields]), "no_match", "")
    for fields in range(1, 7)
}
LETTERS |= {
    f"header with nothing for {field}": (
        f"{HEAD} -".replace(f" {field} ", "  "),
        "no_match",
        "seven fields",
    )
    for field in ("2025-01-22T10:00:00Z", "host", "app")
}
# Each may be read in two ways.
LETTERS |= {
    f"header with nothing for a field before {rest!r}": (
        f"{HEAD} -".replace(" 77 ID7 -", rest),
        "no_match",
        "seven fields",
    )
    for rest in (
        " 77  done",
        "   done",
        "  77 - -",
        "  77 - - done",
        '  77 - [a x="1"]',
        "  77 ID7 -",
    )
}
LETTERS |= {
    f"time {sent}": (
        f"<13>1 {sent} host app 77 ID7 -",
        "bad_timestamp",
        f"timestamp: {sent}",
    )
    for sent in (
        "yesterday",
        "2025-01-22",
        "2025-01-22T10:00:00",
        "2025-01-22T10:00Z",
        "10:00:00Z",
        "2025-02-30T10:00:00Z",
        "2023-02-29T10:00:00Z",
        "2025-01-22T24:00:00Z",
        "2025-01-22T10:00:60Z",
        "2025-01-22T10:00:00.Z",
        "2025-01-22T10:00:00+25:00",
        "2025-01-22T10:00:00Europe/Berlin",
        "1969-12-31T23:59:59Z",
        "Jan",
    )
}
