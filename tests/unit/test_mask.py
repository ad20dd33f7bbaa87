"""What each mask takes out of a line, and that nothing else of the line changes."""

import json
import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import lines_app
import lines_combined
import lines_shop
import lines_syslog
import lines_syslog_bsd
import pytest
from draws import TEXT, drawn
from hypothesis import strategies as st
from rows import MAX_LINE_BYTES, parsed

from millrace.parse.mask import masked
from millrace.records.formats import MASKS, OWN_LAYOUTS, Layout, Mask

VISA = "4111111111111111"
WHEN = "[22/Jan/2019:03:56:14 +0330]"

CHANGED: dict[Mask, list[tuple[str, str]]] = {
    "email": [
        ("bob@example.com", "{email}"),
        ("a.b-c_d+tag@mail.example.co.uk", "{email}"),
        ("GET /u?email=bob%40example.com&x=1", "GET /u?email={email}&x=1"),
        ("?e=bob%2Btag%40example.com", "?e={email}"),
        ("?next=%2Fu%3Fe%3Dbob%2540example.com", "?next=%2Fu%3Fe%3D{email}"),
        (r'{"to":"bob\u0040example.com"}', r'{"to":"{email}"}'),
        (r"Bob \u003cbob@example.com\u003e", r"Bob \u003c{email}\u003e"),
        (r"to:\nbob@example.com\nend", r"to:\n{email}\nend"),
        (r"\\\"bob@example.com\\\"", r"\\\"{email}\\\""),
        (r"\x22bob@example.com\x22", r"\x22{email}\x22"),
        ("%22bob@example.com%22", "%22{email}%22"),
        ("Mail bob@example.com. Then, (eve@example.org)", "Mail {email}. Then, ({email})"),
        ("jürgen@exämple.de, иван@пример.рф", "{email}, {email}"),
        ("bob@xn--e1afmkfd.xn--p1ai", "{email}"),
        ("a@b.co@c.de", "{email}@c.de"),
        ("bob@example.com.3 bob@example.com-2", "{email}.3 {email}-2"),
        ("https://u:pw@example.com/", "https://u:{email}/"),
    ],
    "card": [
        (f"paid with {VISA}.", "paid with {card}."),
        ("4111 1111 1111 1111 and 5500-0055-5555-5559", "{card} and {card}"),
        ("3782 822463 10005", "{card}"),
        ("4222222222222 4000000000000000006", "{card} {card}"),
        ("2221000000000009 6011000990139424 3530111333300000", "{card} {card} {card}"),
        ("30569309025904 38520000023237 6212345678901232", "{card} {card} {card}"),
        (f"{VISA}-{VISA},{VISA}", "{card}-{card},{card}"),
        # What may be a card hides one: as a longer number, or by beginning before it.
        ("4111 1111 1111 1111 200 5316", "{card} 200 5316"),
        ("5123 4111 1111 1111 1111", "5123 {card}"),
        ("?pan=4111+1111+1111+1111&q=4111%201111%201111%201111", "?pan={card}&q={card}"),
        (f"?q=%22{VISA}%22", "?q=%22{card}%22"),
        (rf"\n{VISA}\u0022{VISA}\x22{VISA}", r"\n{card}\u0022{card}\x22{card}"),
        (f"card{VISA}x", "card{card}x"),
        (f'{{"pan":"{VISA}","m":"card: {VISA}"}}', '{"pan":"{card}","m":"card: {card}"}'),
        # Still JSON: numbers stay numbers.
        (f' {{"a": {VISA},"b":[{VISA}, -{VISA} ]}}', ' {"a": 0,"b":[0, -0 ]}'),
    ],
    "token": [
        ("GET /cb?token=abc.d-e_f%2F&x=1 HTTP/1.1", "GET /cb?token={token}&x=1 HTTP/1.1"),
        ("?a=1&API_KEY=x;Client-Secret=y#top", "?a=1&API_KEY={token};Client-Secret={token}#top"),
        ("/page;jsessionid=AB12?x=1", "/page;jsessionid={token}"),
        ('href="?a=1&amp;sig=AbC" <a>', 'href="?a=1&amp;sig={token}" <a>'),
        ("?x=1%26code=5 ?password=p'q", "?x=1%26code={token} ?password={token}'q"),
        (r"?a=1\u0026pwd=x\u0026b=2\"", r"?a=1\u0026pwd={token}\u0026b=2\""),
        (r"?sig=a\u002Bb\/c\u003d\u003d\u0026b", r"?sig={token}\u0026b"),
        ("?u=%2Fcb%3Fjwt%3Da.b%26id%3D7&z=1", "?u=%2Fcb%3Fjwt%3D{token}%26id%3D7&z=1"),
        ("?session=a<b>?sid=c>", "?session={token}<b>?sid={token}>"),
    ],
    "ip": [
        (
            "203.0.113.9 - 10.1.2.255:80, 203.000.113.007",
            "203.0.113.0 - 10.1.2.0:80, 203.000.113.0",
        ),
        ("from 203.0.113.7. to [203.0.113.8]:443", "from 203.0.113.0. to [203.0.113.0]:443"),
        (r"%22203.0.113.7%22 \n203.0.113.7\n", r"%22203.0.113.0%22 \n203.0.113.0\n"),
        ("2001:db8:1:2::5", "2001:db8:1::"),
        ("2001:DB8::1 fe80::1%eth0 2001:db8:1:2::/64", "2001:DB8:: fe80::%eth0 2001:db8:1::/64"),
        ("::1 ::ffff:203.0.113.7 64:ff9b::203.0.113.7", ":: :: 64:ff9b::"),
        ("2001:db8:0:0:0:0:0:1 1:2:3:4:5:6:203.0.113.7", "2001:db8:0:: 1:2:3::"),
        ("[2001:db8::1]:443", "[2001:db8::]:443"),
        ("[client 2001:db8::1:54321] 2001:db8::1: x", "[client 2001:db8:::54321] 2001:db8::: x"),
        ("1:2:3:4:5:6:7:8:443 1:2:3:4:5:6:7:8:54321", "1:2:3:::443 1:2:3:::54321"),
        ("ip:2001:db8::1 src:2001:db8::1 via:::1", "ip:2001:db8:: src:2001:db8:: via:::"),
        ("?ip=2001%3Adb8%3A1%3a2%3A%3A5&x", "?ip=2001%3Adb8%3A1::&x"),
        (r"\n2001:db8::1\n from 2001:db8::2.", r"\n2001:db8::\n from 2001:db8::."),
        # These might be addresses too.
        ("dead::beef Firefox/2.0.0.20", "dead:: Firefox/2.0.0.0"),
    ],
}
UNCHANGED: dict[Mask, list[str]] = {
    "email": [
        '[exampleSDID@32473 iut="3"] root@localhost',
        "/img/logo@2x.png /@bob/x lodash@4.17.21 @example.com bob@",
        "a@b.c1 a@b.co4111 a@.com {email}",
    ],
    "card": [
        "4111111111111112",
        # Epochs in microseconds and nanoseconds, whatever their check digit.
        *(f"17000000000000{n:02d} 17000000000000000{n:02d}" for n in range(10)),
        f"9{VISA} {VISA}9 0.{VISA} {VISA}.5",
        f"{VISA}abcdef12 a{VISA}f 41111111-1111-1111-8111-111111111111",
        "22/Jan/2019:03:56:14 2025-01-22 10:00:00 200 5316 4705 356 584 3699 23 23 0 0",
        rf"\u{VISA} {{card}} 4111  1111 1111 1111 4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
        "9111111111111111 5911111111111111 36111111111111111111",
    ],
    "token": [
        "?monkey=1&keys=2&x_token_y=3 token=abc key: x",
        "?token=&a=b ?key ; code=5 ?token={token}",
    ],
    "ip": [
        "1.2.3.4.5 256.1.1.1 1.2.3.400 1.2.3 203.0.113.0 Chrome/126.0.0.0 537.36",
        f"03:56:14 {WHEN} 2019-01-22T03:56:14.123Z 00:1a:2b:3c:4d:5e",
        "std::string ns::Foo::bar() Foo::baz a::b::c :: x::",
        "AB:CD:EF:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D localhost:8080",
        '{"a":1,"b":{"c":[1,2]},"d":"e:f"}',
    ],
}
TABLE: list[tuple[Mask, str, str]] = [
    *((mask, before, after) for mask, cases in CHANGED.items() for before, after in cases),
    *((mask, line, line) for mask, lines in UNCHANGED.items() for line in lines),
]
# Lines of each format with all masks: as they come, as they go on, and some of their fields then.
LINES: list[tuple[Layout, str, str, dict[str, object]]] = [
    (
        "combined",
        f'203.0.113.9 - bob@example.com {WHEN} "GET /pay?pan={VISA}&key=ab HTTP/1.1" 200 5316 '
        r'"https://x.org/?q=\"eve@example.org\"" "curl" "2001:db8::1, 10.0.0.7"',
        f'203.0.113.0 - {{email}} {WHEN} "GET /pay?pan={{card}}&key={{token}} HTTP/1.1" 200 5316 '
        r'"https://x.org/?q=\"{email}\"" "curl" "2001:db8::, 10.0.0.0"',
        {"client_ip": "203.0.113.0", "user": "{email}", "forwarded_for": "2001:db8::, 10.0.0.0"},
    ),
    (
        "combined",
        f'[2001:db8::1]:443 2001:db8:1:2::7 - - {WHEN} "GET /?sid=a%22b HTTP/2" 200 1',
        f'[2001:db8::]:443 2001:db8:1:: - - {WHEN} "GET /?sid={{token}} HTTP/2" 200 1',
        {"client_ip": "2001:db8:1::", "virtual_host": "[2001:db8::]:443"},
    ),
    (
        "app",
        rf'{{"timestamp":0,"message":"to\nbob@example.com\u003e {VISA}","pan":{VISA},'
        r'"path":"\/cb?code=a\/b","tags":["::1"]}',
        r'{"timestamp":0,"message":"to\n{email}\u003e {card}","pan":0,'
        r'"path":"\/cb?code={token}","tags":["::"]}',
        {"message": "to\n{email}> {card}", "path": "/cb?code={token}", "tags": ["::"]},
    ),
    (
        "shop",
        '{"timestamp":"2025-01-22T10:00:00Z","event_type":"search","service":"web",'
        '"user_id":"bob@example.com","message":"from 203.0.113.7"}',
        '{"timestamp":"2025-01-22T10:00:00Z","event_type":"search","service":"web",'
        '"user_id":"{email}","message":"from 203.0.113.0"}',
        {"user_id": "{email}", "message": "from 203.0.113.0"},
    ),
    (
        "syslog",
        '<165>1 2025-01-22T10:00:00.003Z 203.0.113.9 app 77 ID47 [exampleSDID@32473 ip="::1" '
        rf'q="\"eve@example.org\]"] {VISA} from 2001:db8::1: refused',
        "<165>1 2025-01-22T10:00:00.003Z 203.0.113.0 app 77 ID47 [exampleSDID@32473 "
        r'ip="::" q="\"{email}\]"] {card} from 2001:db8::: refused',
        {"hostname": "203.0.113.0", "message": "{card} from 2001:db8::: refused"},
    ),
    (
        "syslog",
        "<38>Jan 22 10:00:00 host sshd[10420]: Failed password for bob@example.com from 10.0.0.7",
        "<38>Jan 22 10:00:00 host sshd[10420]: Failed password for {email} from 10.0.0.0",
        {"hostname": "host", "message": "Failed password for {email} from 10.0.0.0"},
    ),
]
REAL: dict[Layout, tuple[Any, ...]] = {
    "combined": (lines_combined,),
    "app": (lines_app,),
    "shop": (lines_shop,),
    "syslog": (lines_syslog, lines_syslog_bsd),
}


def mask(lines: Sequence[str | bytes], masks: Sequence[Mask] = MASKS) -> list[bytes]:
    """The lines as they are kept with these masks."""
    return [masked(line.encode() if isinstance(line, str) else line, masks) for line in lines]


@pytest.mark.parametrize(("name", "before", "after"), TABLE)
def test_mask_takes_this_and_leaves_the_rest(name: Mask, before: str, after: str) -> None:
    assert masked(before.encode(), [name]).decode() == after


def test_line_of_each_format_is_masked_and_parses() -> None:
    found = mask([before for _, before, _, _ in LINES])
    assert [line.decode() for line in found] == [after for _, _, after, _ in LINES]
    for format, _, after, fields in LINES:
        (found_fields,) = parsed(format, [after])
        assert found_fields.items() >= fields.items()


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_masked_record_is_still_a_record(format: Layout) -> None:
    lines = [line for table in REAL[format] for line, _ in table.RECORDS.values()]
    found = parsed(format, mask(lines))
    assert [(lines[n], each["detail"]) for n, each in enumerate(found) if "dead" in each] == []


def test_bytes_that_are_no_text_stay() -> None:
    every = bytes(range(256))
    around = [
        (every + b" %b " + every[::-1], secret, hidden)
        for secret, hidden in (
            (b"bob@example.com", b"{email}"),
            (VISA.encode(), b"{card}"),
            (b"?key=x", b"?key={token}"),
            (b"203.0.113.7", b"203.0.113.0"),
        )
    ]
    lines = [line.replace(b"%b", secret) for line, secret, _ in around]
    expected = [line.replace(b"%b", hidden) for line, _, hidden in around]
    assert mask([*lines, b"\0\xff\xfe", b""]) == [*expected, b"\0\xff\xfe", b""]


def test_unknown_mask_is_refused() -> None:
    with pytest.raises(ValueError, match=r"emial.*email, card, token, ip"):
        masked(b"", ["emial"])  # type: ignore[list-item]


def repeated(unit: str, before: str = "", after: str = "") -> bytes:
    """A line of the greatest length that parsers take, of one unit repeated."""
    count = (MAX_LINE_BYTES - len(before) - len(after)) // len(unit)
    return (before + unit * count + after).encode("latin-1")


# What ``repeated`` is given, by the case's name: the whole lines would fill a page.
UNITS = (
    *("a", "1 ", "4", ":", "a@", "::", "a:", "%2B", "%22a", "\\", '\\"', r"\u0040", "1.", "&"),
    *("1.2.3.4", VISA, "a4111111111111", "a.", "a@b.", "-", "g:", "_" * 31 + ":", "%3A", "%25"),
    *("%2540", "a%40", "\x80", "\x80@", "4444-", "1:", "::1", "0.", "xn--", "a@xn--"),
)
LONG_UNCHANGED: dict[str, tuple[str, ...]] = {
    **{unit: (unit,) for unit in UNITS},
    **{f"a@ and then {unit}": (unit, "a@") for unit in ("b", "b.", "b1.")},
    "a list in JSON": (" ", '{"a":['),
}
LONG_CHANGED: dict[str, tuple[tuple[str, ...], str]] = {
    "cards in JSON": ((VISA + ",", '{"a":[', "1]}"), "[0,0,0,"),
    "cards in groups": (("4111 1111 1111 1111 ",), "{card} {card} "),
    "mail": (("bob@example.com ",), "{email} {email} "),
    "one token": (("a", "?token="), "?token={token}"),
    "one escaped token": (("%2F", "?x=%26token%3D"), "%26token%3D{token}"),
    "tokens": (("&sid=x",), "&sid={token}&sid={token}"),
    # No digest is that long: far from its beginning, cards within are masked.
    "a digest's beginning": (("d" + VISA,), f"d{VISA}d{VISA}"),
    "no digest any more": (("d" + VISA,), "d{card}d{card}"),
    "addresses": (("2001:db8::1 203.0.113.7 ",), "2001:db8:: 203.0.113.0 "),
}


@pytest.mark.parametrize("name", LONG_UNCHANGED)
def test_hostile_long_line_without_secrets_stays(name: str) -> None:
    line = repeated(*LONG_UNCHANGED[name])
    assert first_difference(masked(line, MASKS), line) is None


@pytest.mark.parametrize("name", LONG_CHANGED)
def test_hostile_long_line_with_secrets_is_masked(name: str) -> None:
    units, part = LONG_CHANGED[name]
    found = masked(repeated(*units), MASKS)
    assert part.encode() in found, found[:200]


def first_difference(found: bytes, expected: bytes) -> str | None:
    """Where two lines begin to differ, in a few of their bytes."""
    if found == expected:
        return None
    pairs = enumerate(zip(found, expected, strict=False))
    at = next((at for at, (one, other) in pairs if one != other), min(len(found), len(expected)))
    near = slice(max(0, at - 10), at + 30)
    return f"at byte {at}: {found[near]!r}, not {expected[near]!r}"


SECRETS: list[tuple[bytes, bytes]] = [
    (b"bob@example.com", b"{email}"),
    (b"bob%40example.com", b"{email}"),
    (rb"bob\u0040example.com", b"{email}"),
    (VISA.encode(), b"{card}"),
    (b"3782-822463-10005", b"{card}"),
    (b"?token=a.b%2F", b"?token={token}"),
    (b"203.0.113.7", b"203.0.113.0"),
    (b"2001:db8:1:2::5", b"2001:db8:1::"),
]
# No byte of it can be a part of what is masked, or begin an escape.
NOISE = st.binary(max_size=20).map(lambda noise: noise.translate(None, b"0123456789@%\\=:.&?;#"))
DELIMITERS = st.sampled_from([b'"', b"'", b" ", b"<", b">", b"\t"])


def test_all_around_a_secret_stays() -> None:
    part = st.tuples(NOISE, DELIMITERS, st.sampled_from(SECRETS), DELIMITERS)
    cases = drawn(st.tuples(st.lists(part, min_size=1, max_size=3), NOISE), 1_250)
    lines, expected = [], []
    for parts, end in cases:
        pieces = [(noise + a, *secret, b) for noise, a, secret, b in parts]
        lines.append(b"-" + b"".join(a + before + b for a, before, _, b in pieces) + end)
        expected.append(b"-" + b"".join(a + after + b for a, _, after, b in pieces) + end)
    found = mask(lines)
    assert [w for w in zip(lines, found, expected, strict=True) if w[1] != w[2]] == []
    # A requeued letter is masked a second time.
    assert mask(found) == expected


FRAGMENTS = (
    *("bob@example.com", "b@c.de", "@", "%40", r"\u0040", "b", ".co", ".", "%2B", "xn--"),
    *(VISA, "4111 1111 1111 1111", "5123", "378282246310005", "1111", " ", "-", "+", "%20"),
    *("?token=", "&key=", "%26sig%3D", r"\u0026sid=", ";code=", "=", "'", "/", r"\/", "x", "_"),
    *("203.0.113.7", "1.2.3.4", "255", "2001:db8::1", "::", ":", "ffff", "%3A", "1", "0", "a", "e"),
    *("1:2:3:4:5:6:7:8", ":443", "%", "\\", r"\n", r"\u00", "\\\\", '"', "{", "[", ",", "}", "]"),
    *("{email}", "{card}", "{token}", "\xe9", "\xff", "\0", "%2525"),
)


@pytest.fixture(scope="module")
def tangles() -> list[bytes]:
    """Lines in which parts of secrets, escapes and masks follow each other in any order."""
    fragments = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=12)
    return drawn(fragments.map(lambda parts: "".join(parts).encode("latin-1")), 2_500)


def test_no_byte_but_of_a_match_changes(tangles: list[bytes]) -> None:
    wrong = []
    # Not of JSON, where a card may be 0.
    lines = [b"-" + line for line in tangles]
    for line, after in zip(lines, mask(lines, ("email", "card", "token")), strict=True):
        kept = re.split(rb"\{email\}|\{card\}|\{token\}", after)
        if not re.fullmatch(b".+?".join(map(re.escape, kept)), line, re.DOTALL):
            wrong.append((line, after))
    for line, after in zip(lines, mask(lines, ("ip",)), strict=True):
        of_address = rb"%3A|[0-9A-Fa-f:.]"
        if re.sub(of_address, b"", line) != re.sub(of_address, b"", after):
            wrong.append((line, after))
    assert wrong == []


PIECES = st.lists(st.sampled_from(FRAGMENTS) | TEXT, max_size=5).map("".join)
NESTED = st.recursive(
    PIECES | st.sampled_from([int(VISA), -int(VISA), 7, 1.5, 0.4111111111111111, None, True]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(lambda all: {f"k{n}": one for n, one in enumerate(all)})
    ),
    max_leaves=8,
)


def shape(value: Any) -> Any:
    """What must stay of a JSON value: all but strings and card numbers."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return "" if isinstance(value, str) else 0 if value in (int(VISA), -int(VISA)) else value


def test_json_stays_json() -> None:
    values = drawn(st.tuples(NESTED, st.booleans(), st.sampled_from((None, 1, 4))), 1_000)
    lines = [json.dumps({"v": v}, ensure_ascii=a, indent=i) for v, a, i in values]
    # JSON within a string of JSON as well.
    lines += [json.dumps({"v": line}) for line in lines]
    found = [line.decode() for line in mask(lines)]
    changed = [(a, b) for a, b in zip(lines, found, strict=True) if a != b]
    assert [(a, b) for a, b in changed if shape(json.loads(a)) != shape(json.loads(b))] == []
    assert len(changed) > 500


def with_check_digit(digits: str) -> str:
    """The digits and one more, by which they pass the Luhn check."""
    figures = [int(digit) for digit in reversed(digits)]
    doubled = sum(sum(divmod(2 * figure, 10)) for figure in figures[::2])
    return f"{digits}{-(doubled + sum(figures[1::2])) % 10}"


def is_issued(digits: str) -> bool:
    """Whether a number begins like a card of its length."""
    four, long = int(digits[:4]), len(digits)
    return (
        (digits[0] == "4" and long in (13, 16, 19))
        or (long == 16 and (5100 <= four <= 5599 or 2221 <= four <= 2720))
        or (long == 15 and four // 100 in (34, 37))
        or (16 <= long <= 19 and (four == 6011 or 6440 <= four <= 6599 or 3528 <= four <= 3589))
        or (16 <= long <= 19 and four // 100 == 62)
        or (14 <= long <= 19 and (3000 <= four <= 3059 or four // 100 in (36, 38, 39)))
    )


BEGINNINGS = st.integers(2000, 6999).map(str) | st.sampled_from(
    ("4000", "5099", "5100", "5599", "5600", "2220", "2221", "2720", "2721", "3399", "3400", "3527")
    + ("3528", "3589", "3590", "3000", "3059", "3060", "6011", "6012", "6439", "6440", "6600")
)
ENDINGS = st.text(st.sampled_from("0123456789"), min_size=7, max_size=15)


def test_numbers_of_cards_are_those_that_issuers_give_and_luhn_passes() -> None:
    numbers = [
        with_check_digit(begin + end) for begin, end in drawn(st.tuples(BEGINNINGS, ENDINGS), 2_500)
    ]
    wrong_digit = [number[:-1] + str((int(number[-1]) + 3) % 10) for number in numbers]
    expected = [b"{card}" if is_issued(number) else number.encode() for number in numbers]
    assert mask(numbers, ("card",)) == expected
    assert mask(wrong_digit, ("card",)) == [number.encode() for number in wrong_digit]
    assert 200 < expected.count(b"{card}") < 2_000


def test_addresses_keep_their_network_alone() -> None:
    addresses = drawn(st.ip_addresses(), 2_000)
    written = [str(a) for a in addresses] + [a.exploded for a in addresses]
    wrong = []
    for before, line in zip(written, mask(written, ("ip",)), strict=True):
        sent, kept = ip_address(before), ip_address(line.decode())
        if isinstance(sent, IPv4Address):
            right = kept == IPv4Address(int(sent) >> 8 << 8)
        elif "::" in before:  # It may stand for the third group, or the fourth may come up.
            right = int(kept) & ~(int(sent) >> 80 << 80) == 0
        else:
            right = kept == IPv6Address(int(sent) >> 80 << 80)
        if not right:
            wrong.append((before, line))
    assert wrong == []
