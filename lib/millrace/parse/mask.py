r"""Privacy masks: mail addresses, card numbers, secrets in URLs, and network addresses go.

They work on a line's bytes before it is parsed, whatever its format: a line is read as ISO-8859-1,
one character a byte, so bytes that are no UTF-8 stay as they are. That leaves the characters from
U+0100 on as signs of our own. One of them is set after every escape (``\n``, ``\u0022``, ``%22``):
no match reaches over it, so none takes a part of an escape with it and breaks JSON or a quote.

No pattern backtracks over more than a fixed number of characters or groups, and each is tried only
where a run of its characters begins: time is linear in the length of a line, however made.
"""

from collections.abc import Callable, Sequence

import regex

from millrace.records.formats import MASKS, Mask

_BYTES = "ISO-8859-1"
_HEX = "[0-9A-Fa-f]"

_CUT = "\u0100"  # after an escape
_ENCODED = "%(?:25){0,4}"  # how a percent-encoded character begins, encoded up to five times
_ESCAPE = rf'\\++(?:u{_HEX}{{4}}|x{_HEX}{{2}}|["/bfnrtv])?|{_ENCODED}{_HEX}{{2}}'

# RFC 5321 and 6531, less what delimits fields in logs. An encoded plus is one of its characters.
_LOCAL = r"0-9A-Za-z._+~\x80-\xFF-"
_AT = rf"(?:@|{_ENCODED}40{_CUT}|\\u0040{_CUT})"
# Not a domain: logo@2x.png. What was a card's digits must not become the end of one.
_PICTURE = r"(?i:avif|gif|ico|jpe?g|png|svg|webp)(?![A-Za-z])"
_TOP_LEVEL = (
    rf"(?!{_PICTURE})(?:(?i:xn--)[0-9A-Za-z-]++|[A-Za-z]{{2,}}+|[A-Za-z\x80-\xFF]{{2,}}+)"
    r"(?![0-9]|\{card\})"
)
_EMAIL = (
    rf"(?<![{_LOCAL}])(?<!%2[Bb]{_CUT})(?:[{_LOCAL}]++|%2[Bb]{_CUT}){{1,1000}}+"
    rf"{_AT}(?:[0-9A-Za-z_\x80-\xFF-]++\.){{1,16}}{_TOP_LEVEL}"
)

# Issuers' numbers and their lengths (ISO/IEC 7812-1), in this order: Visa, Mastercard, American
# Express, Discover, JCB, Diners Club, Maestro and UnionPay.
_ISSUED = (
    r"^(?:4(?:\d{12}|\d{15}|\d{18})"
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"
    r"|3[47]\d{13}"
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12,15}"
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"
    r"|3(?:0[0-5]|[689]\d)\d{11,16}"
    r"|62\d{14,17})$"
)
_JOIN = rf"(?:[ +-]|%20{_CUT})"  # as forms and URLs write a space
_FIRST_GROUPS = rf"[0-9]{{4,15}}+{_JOIN}"
_MOST_GROUPS = 5
# Digests, trace ids and UUIDs are no cards, nor is a part of a decimal number.
_CARD_BEGINS = (
    rf"(?=[2-6][0-9]{{3}})(?<![0-9])(?<![0-9]\.)(?=[0-9](?:{_JOIN}?+[0-9]){{12}})"
    rf"(?<!(?<![0-9A-Za-z]){_HEX}{{0,127}}[A-Fa-f])"
)
_CARD_ENDS = (
    rf"(?![0-9])(?!\.[0-9])(?![A-Fa-f]{_HEX}{{0,127}}+(?![0-9A-Za-z]))"
    rf"(?!-{_HEX}{{4}}-{_HEX}{{12}}(?![0-9A-Za-z]))"
)
_FOUND = "\u0104"  # in place of a card
_LONGEST_FIRST = range(_MOST_GROUPS, 0, -1)
_CANDIDATES = _CARD_BEGINS + "".join(
    rf"(?:(?=((?:{_FIRST_GROUPS}){{{groups - 1}}}[0-9]{{1,19}}+{_CARD_ENDS})))?"
    for groups in _LONGEST_FIRST
)
# A JSON number stays a number. Looked for by its sign: what stands before is long to look through.
_BARE = (
    rf'(?={_FOUND})(?<=(?:"\s{{0,8}}:|[\[,])\s{{0,64}}-?){_FOUND}'
    r"(?=\s{0,64}+[,\]}])"
)

# "_" stands for "_", "-" or nothing. In any case of letters.
_SECRETS = (
    *("token", "access_token", "auth_token", "csrf_token", "id_token", "refresh_token"),
    *("session_token", "x_amz_security_token", "x_amz_credential", "x_amz_signature"),
    *("key", "api_key", "access_key", "private_key", "secret_key", "secret", "client_secret"),
    *("password", "passwd", "passphrase", "pwd", "otp", "sig", "signature", "x_goog_signature"),
    *("auth", "authorization", "session", "session_id", "jsessionid", "phpsessid", "sid"),
    *("assertion", "credential", "credentials", "jwt", "code"),
)
_NAME = rf"(?i:{'|'.join(_SECRETS)})".replace("_", "[_-]?")
_BEFORE_NAME = rf"[?&;{_CUT}](?<=[?&;]|{_ENCODED}(?:26|3[BbFf]){_CUT}|\\u0026{_CUT})"
_EQUALS = rf"(?:=|{_ENCODED}3[Dd]{_CUT})"
_OF_VALUE = r"[^&;#\s\"'\\<>]"
# JSON may escape "+", "/" and "=" of a value. Where "=" is encoded, the "&" that ends it is too.
_IN_VALUE = rf"\\++(?:/|u00(?:2[BbFf]|3[Dd])){_CUT}"
_TOKEN_NAME = rf"{_BEFORE_NAME}{_NAME}{_EQUALS}"
_VALUE_PIECE = rf"{_OF_VALUE}++|{_IN_VALUE}"
_ENCODED_VALUE_PIECE = rf"(?:(?!{_ENCODED}26{_CUT}){_OF_VALUE}){{1,1000}}+|{_IN_VALUE}"

_OCTET = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})"
_IPV4 = (
    r"(?=[0-9]{1,3}+\.[0-9]{1,3}+\.)(?<![0-9])(?<![0-9]\.)"
    rf"(?<network>(?:{_OCTET}\.){{3}}){_OCTET}(?![0-9])(?!\.[0-9])"
)

# RFC 4291, 2.2.
_COLON = rf"(?::|%3[Aa]{_CUT})"
_GROUP = rf"{_HEX}{{1,4}}+(?![0-9A-Za-z_])"
_NEXT = rf"{_COLON}{_GROUP}"
_TAIL = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
# Nothing of a word or of a longer run of groups. One colon may part it from a word.
_IPV6_BEGINS = (
    rf"(?={_HEX}{{0,4}}+[:%])(?:(?<![0-9A-Za-z_:])(?<!%3[Aa]{_CUT})(?<![0-9]\.)"
    r"|(?<=:)(?<=[^0-9A-Fa-f:]:|[G-Zg-z_][0-9A-Za-z_]{0,30}:))"
)
_IPV6_ENDS = rf"(?![0-9A-Za-z_])(?!{_COLON}(?:{_GROUP}|{_COLON}))(?!\.[0-9])"
_LONG_RUN = f":{_HEX}{{1,4}}+:{_HEX}{{1,4}}+:{_HEX}{{1,4}}+:{_HEX}{{1,4}}+:"
_PORT = r":[0-9]{1,5}+(?![0-9A-Za-z_:])"
_IPV6 = (
    rf"{_IPV6_BEGINS}(?<network>(?:{_GROUP}(?:{_NEXT}){{0,2}}+)?+)(?:"
    rf"(?:{_NEXT}){{0,4}}+{_COLON}{_COLON}"
    rf"(?:(?:{_GROUP}{_COLON}){{0,5}}{_TAIL}|{_GROUP}(?:{_NEXT}){{0,6}}+)?{_IPV6_ENDS}"
    rf"|(?:{_NEXT}){{3}}{_COLON}{_TAIL}{_IPV6_ENDS}"
    rf"|(?:{_NEXT}){{5}}(?:{_IPV6_ENDS}|(?={_PORT})))"
)


def masked(value: bytes, masks: Sequence[Mask]) -> bytes:
    """The bytes of ``value`` with what ``masks`` name masked.

    All other bytes stay as they are, in any encoding, and a line of any format keeps its syntax.
    Masks are applied in the order of ``MASKS``, whatever theirs; masked bytes stay as they are.
    Raises ValueError where one is not of ``MASKS``.

    email
        ``local@domain`` is ``{email}``, also with ``%40`` or JSON's ``\\u0040`` for the ``@``. The
        domain has at least two labels, the last of letters. Bytes from 0x80 count as letters.
    card
        13 to 19 digits that begin and are as long as a card issuer's (ISO/IEC 7812-1) and pass the
        Luhn check (its annex B) are ``{card}``, and ``0`` where they are a number in a JSON object.
        They may be grouped, by single spaces or dashes, in groups of four and more but the last.
    token
        The value of a query's or form's parameter whose name is that of a secret is ``{token}``.
    ip
        An IPv4 address loses its last 8 bits (``203.0.113.0``), an IPv6 address its last 80
        (``2001:db8:1::``). What reads as an address is one: the version ``2.0.0.20`` and the name
        ``dead::beef`` are masked as well.
    """
    unknown = set(masks) - set(MASKS)
    if unknown:
        raise ValueError(f"no such mask: {', '.join(sorted(unknown))}; use {', '.join(MASKS)}")
    text = value.decode(_BYTES)
    result = _set_apart(text)
    for name in MASKS:
        if name in masks:
            result = _STEPS[name](result)
    return result.replace(_CUT, "").encode(_BYTES)


def _set_apart(text: str) -> str:
    if "\\" in text or "%" in text:
        return _ESCAPES.sub(rf"\g<0>{_CUT}", text)
    return text


def _mask_emails(text: str) -> str:
    may_be = "@" in text or f"40{_CUT}" in text
    return _EMAILS.sub("{email}", text) if may_be else text


def _mask_cards(text: str) -> str:
    """A possible card may begin inside another, as "5123 4111 1111 1111 1111" holds one after the
    first group: of those that pass the check the first counts, and the next after its end.
    """
    pieces, end = [], 0
    for begins in _CARD_CANDIDATES.finditer(text):
        if begins.start() < end:
            continue
        card = next((each for each in begins.groups() if each and _is_card(each)), None)
        if card:
            pieces += [text[end : begins.start()], _FOUND]
            end = begins.start() + len(card)
    if not pieces:
        return text
    result = "".join([*pieces, text[end:]])
    if _IS_JSON.match(result):
        result = _BARE_NUMBERS.sub("0", result)
    return result.replace(_FOUND, "{card}")


def _is_card(candidate: str) -> bool:
    digits = _JOINS.sub("", candidate)
    return bool(_ISSUERS.match(digits)) and _passes_luhn(digits)


def _passes_luhn(digits: str) -> bool:
    """Whether the sum is a multiple of 10, in which every second digit from the right is doubled.

    The two digits of a doubled one are added up: 7 counts 14, so 5.
    """
    plain, doubled = digits[-1::-2], digits[-2::-2].translate(_DOUBLED)
    return sum(map(int, plain + doubled)) % 10 == 0


def _mask_tokens(text: str) -> str:
    if not ("=" in text or f"3D{_CUT}" in text or f"3d{_CUT}" in text):
        return text
    pieces, end = [], 0
    for begins in _TOKEN_NAMES.finditer(text):
        if begins.start() < end:
            continue
        value_ends = _value_end(text, begins.end())
        if value_ends > begins.end():
            pieces += [text[end : begins.end()], "{token}"]
            end = value_ends
    return "".join([*pieces, text[end:]])


def _value_end(text: str, place: int) -> int:
    """Where a value that begins there ends; piece by piece, as a pattern's repetitions are kept."""
    is_plain = text[place - 1] == "="
    next_piece = _VALUE_PIECES.match if is_plain else _ENCODED_VALUE_PIECES.match
    while found := next_piece(text, place):
        place = found.end()
    return place


def _mask_addresses(text: str) -> str:
    is_encoded = f"3A{_CUT}" in text or f"3a{_CUT}" in text
    if "::" in text or is_encoded or _LONG_RUNS.search(text):
        text = _IPV6S.sub(r"\g<network>::", text)
    return _IPV4S.sub(r"\g<network>0", text)


def _compiled(pattern: str) -> "regex.Pattern[str]":
    return regex.compile(pattern, regex.ASCII)


_ESCAPES, _EMAILS, _TOKEN_NAMES = map(_compiled, (_ESCAPE, _EMAIL, _TOKEN_NAME))
_VALUE_PIECES, _ENCODED_VALUE_PIECES = map(_compiled, (_VALUE_PIECE, _ENCODED_VALUE_PIECE))
_CARD_CANDIDATES, _ISSUERS, _JOINS = map(_compiled, (_CANDIDATES, _ISSUED, _JOIN))
_BARE_NUMBERS, _IS_JSON = map(_compiled, (_BARE, r"\s*+\{"))
_IPV4S, _IPV6S, _LONG_RUNS = map(_compiled, (_IPV4, _IPV6, _LONG_RUN))
_DOUBLED = str.maketrans("123456789", "246813579")

_STEPS: dict[Mask, Callable[[str], str]] = {
    "email": _mask_emails,
    "card": _mask_cards,
    "token": _mask_tokens,
    "ip": _mask_addresses,
}
