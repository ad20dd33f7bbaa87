"""Documents of every layout for searches to find: full of what is hard on a query."""

import ipaddress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from millrace.records import bson as record_bson
from millrace.records.fields import document
from millrace.records.formats import LAYOUTS, Layout
from millrace.records.levels import LEVELS
from millrace.records.received import EPOCH
from millrace.records.types import Type, parsed

FIRST = datetime(2026, 11, 26, 22, tzinfo=UTC)
_SPAN_MS = 3 * 24 * 3_600_000
TEXTS = (
    *("", "a", "web", "Web", "api", "checkout", "ERROR", "error", "GET", "HTTP/1.1", "1.1", "DE"),
    *("connection refused", "Connection Refused by peer", "refused connection", "stack trace"),
    *("/health", "/healthz", "/health/live?x=1", "/search?q=a", "/a/b/c", "HIGH", "LOW", "mobile"),
    *("\u212aelvin and \u017ftress", "kelvin and stress", "KELVIN AND STRESS", "skull", "SKULL"),
    *(
        "\xe9",
        "\xc9",
        "na\xefve \xc9CHEC",
        "\xdf",
        "\u0130",
        "\u0131",
        "\u65e5\u672c",
        "\U0001f600",
    ),
    *("nul\0here", "\0", "NUL\0HERE", "line\nfeed", "tab\tstop", " lead", "\x7f", "\x1b[31m"),
    *("$where", "$ne", '{"$gt": ""}', "$a.b", "a.b", ".*", "^a", "a|b", "(?i)a", r"\E", "[a-z]"),
    *(
        "x*y",
        "why?",
        'say "no"',
        r"C:\temp\new",
        "[x]",
        "{y}",
        "(z)",
        "a:b",
        "a-b",
        "~",
        "&&",
        "||",
    ),
    *("AND", "OR", "NOT", "TO", "-1", "-web", "!", "10", "9", "1e5", "*", "?", "\\", '"', "''"),
    *("\ud7ff", "\ue000", "\uffff", "\U0010ffff", "\U0010ffffz", "a\U0010ffff", "aaaaaaaaab"),
)
KEYS = (
    *("k", "K", "k8s.pod.name", "host.name", "a.b", "a", "b", "$where", "$a.b", "0", "a b", "\xe9"),
    *("x*", "q?", 'say"no', "a:b", "back\\slash", "sdid@32473", "a..b", ".a", "a.", "level", "(z)"),
)
_WHOLE = (0, 1, -1, 3, 200, 404, 499, 500, 503, 599, 2**31 - 1, -(2**31))
_LONG = (*_WHOLE, 2**31, 2**53 + 1, 2**63 - 1, -(2**63))
_DOUBLES = (0.0, -0.0, 0.1, 0.5, 1.0, 12.5, 250.0, 250.125, 1e300, -3.25, 5e-324, 2.0**53)
_DECIMALS = tuple(map(Decimal, ("0.0000", "-0.0001", "10.5000", "10.50", "99.99", "1e2", "-7.25")))
_NETWORKS = (
    "203.0.113.0/24",
    "10.0.0.0/8",
    "192.0.2.128/25",
    "2001:db8::/32",
    "fe80::/10",
    "::/96",
)


def documents(dice: Random, count: int) -> list[RawBSONDocument]:
    """As many documents, of every layout by turns, as what stores records would write them."""
    return [_document(dice, LAYOUTS[number % len(LAYOUTS)], number) for number in range(count)]


def decoded(stored: RawBSONDocument) -> dict[str, Any]:
    """A document as pymongo gives it, its times in UTC."""
    options: CodecOptions[dict[str, Any]] = CodecOptions(document_class=dict, tz_aware=True)
    return bson.decode(stored.raw, options)


def _document(dice: Random, layout: Layout, number: int) -> RawBSONDocument:
    values: dict[str, Any] = {}
    for field in document(layout):
        if field.name in ("level", "timestamp") or dice.random() < 0.6:
            values[field.name] = _value(dice, field.name, parsed(field.type))
    values["_id"] = f"{number:013}-00000-000000000000"
    return record_bson.record(layout, values, raw=dice.random() < 0.6)


def _value(dice: Random, name: str, type: Type) -> Any:
    if type.of and type.name == "array":
        return [_value(dice, name, type.of) for _ in range(dice.randrange(4))]
    if type.of:
        keys = dice.sample(KEYS, dice.randrange(5))
        return {key: _value(dice, key, type.of) for key in keys}
    if type.fields:
        parts = dice.sample(type.fields, dice.randrange(len(type.fields) + 1))
        return {part: _value(dice, part, inner) for part, inner in parts}
    if name == "level" and type.name == "string" and dice.random() < 0.98:
        return dice.choice(LEVELS)
    if name == "client_ip" and dice.random() < 0.9:
        return address(dice)
    return _scalar(dice, type)


def _scalar(dice: Random, type: Type) -> Any:
    if type.name == "string":
        return text(dice)
    if type.name == "timestamp":
        return (moment(dice) - EPOCH) // timedelta(microseconds=1)
    kinds = {"int": _WHOLE, "bigint": _LONG, "double": _DOUBLES, "decimal": _DECIMALS}
    return dice.choice(kinds[type.name])


def text(dice: Random) -> str:
    """A text of one to three others."""
    return dice.choice(("", " ", "/")).join(dice.choices(TEXTS, k=dice.choice((1, 1, 1, 2, 3))))


def moment(dice: Random) -> datetime:
    """One of a few days' times, often at a full second, minute, hour or day."""
    unit = dice.choice((1, 1_000, 60_000, 3_600_000, 24 * 3_600_000))
    return FIRST + timedelta(milliseconds=dice.randrange(_SPAN_MS) // unit * unit)


def network(dice: Random) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """A network, often one of a few or near one."""
    found = ipaddress.ip_network(dice.choice(_NETWORKS))
    bits = dice.choice((found.prefixlen, dice.randrange(found.max_prefixlen + 1)))
    return ipaddress.ip_network(f"{found[0]}/{bits}", strict=False)


def address(dice: Random) -> str:
    """An address in one of its spellings, or nearly one."""
    found = ipaddress.ip_network(dice.choice(_NETWORKS))
    number = int(found[0]) + dice.choice((0, 1, dice.randrange(found.num_addresses)))
    if found.version == 4:
        written = str(ipaddress.IPv4Address(number))
        return dice.choice((written, written, spelled(dice, 0xFFFF << 32 | number), f"0{written}"))
    return spelled(dice, number) + dice.choice(("", "", "", "%eth0", "%", ":1"))


def spelled(dice: Random, number: int) -> str:
    """An address of IPv6 in one of its many spellings."""
    groups = [number >> shift & 0xFFFF for shift in range(112, -1, -16)]
    written = [f"{group:0{dice.choice((1, 1, 3, 4))}x}" for group in groups]
    written = [dice.choice((one, one.upper())) for one in written]
    if dice.random() < 0.2:
        written[6:] = [str(ipaddress.IPv4Address(number & 0xFFFF_FFFF))]
    zeros = [
        (first, end)
        for first in range(len(written))
        for end in range(first + 1, len(written) + 1)
        if not any(groups[first:end]) and "." not in "".join(written[first:end])
    ]
    if not zeros or dice.random() < 0.2:
        return ":".join(written)
    first, end = dice.choice(zeros)
    return f"{':'.join(written[:first])}::{':'.join(written[end:])}"
