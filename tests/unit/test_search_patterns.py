"""Patterns find what they say, in Python as in MongoDB (tests/integration/test_search_mongo.py)."""

import ipaddress
import re
import string
import sys
from random import Random

import pytest
from support.search_documents import TEXTS, address, network, text

from millrace.search import networks, patterns
from millrace.search.networks import InNetwork
from millrace.search.syntax import Piece, Wildcard

MONGO_PATTERN_BYTES = 32_764  # that mongod takes at most
NETWORKS, ADDRESSES = 150, 100


def test_letters_of_ascii_alone_have_two_cases() -> None:
    every_sign = "".join(map(chr, range(sys.maxunicode + 1)))
    for sign in string.ascii_letters + "1_.\0":
        found = re.findall(patterns.in_any_case(sign), every_sign, re.ASCII)
        assert set(found) == {sign.lower(), sign.upper()}
    for sign in "\xe9\u212a\u017f\u0130\xdf":
        assert re.findall(
            patterns.in_any_case(sign), "\xe9\xc9\u212a\u017f\u0130\xdf\u1e9eksi"
        ) == [sign]


def test_any_text_is_found_in_any_case() -> None:
    dice = Random(1)
    for _ in range(5_000):
        part, around = text(dice) or "a", text(dice)
        found = re.compile(patterns.in_any_case(part), re.ASCII)
        for whole in (around, around + part.upper() if part.isascii() else around + part):
            expected = part.encode().lower() in whole.encode().lower()
            assert bool(found.search(whole)) == expected, (part, whole)


def simple(pieces: tuple[Piece, ...], whole: str) -> bool:
    """Whether the whole text is of the pieces, tried in every way."""
    if not pieces:
        return not whole
    first, rest = pieces[0], pieces[1:]
    if first is Wildcard.MANY:
        return any(simple(rest, whole[at:]) for at in range(len(whole) + 1))
    if first is Wildcard.ONE:
        return bool(whole) and simple(rest, whole[1:])
    return whole.startswith(str(first)) and simple(rest, whole[len(str(first)) :])


def test_wildcards_stand_for_signs() -> None:
    dice = Random(2)
    hits = 0
    for _ in range(5_000):
        whole = text(dice)[:12]
        pieces = [dice.choice((sign, sign, sign, Wildcard.ONE)) for sign in whole]
        if dice.random() < 0.8:
            at, to = sorted((dice.randrange(len(pieces) + 1), dice.randrange(len(pieces) + 1)))
            pieces[at:to] = [Wildcard.MANY]
        other = dice.choice((whole, whole, whole[1:], whole + "x", text(dice)))
        found = re.search(patterns.whole(pieces, r"\Z"), other)
        hits += found is not None
        assert bool(found) == simple(tuple(pieces), other), (pieces, other)
    assert hits > 1_000


def test_a_second_star_is_no_pattern() -> None:
    with pytest.raises(ValueError, match="more than one"):
        patterns.whole([Wildcard.MANY, "a", Wildcard.MANY], r"\z")


def test_what_begins_so_lies_before_what_comes_after() -> None:
    for prefix in filter(None, TEXTS):
        end = patterns.after(prefix)
        for whole in TEXTS:
            is_within = prefix <= whole and (end is None or whole < end)
            assert is_within == whole.startswith(prefix)


def test_a_network_finds_every_spelling_and_nothing_else() -> None:
    dice = Random(3)
    hits = 0
    for _ in range(NETWORKS):
        asked = networks.read(str(network(dice)))
        found = re.compile(networks.pattern(asked).replace(r"\z", r"\Z"))
        for _ in range(ADDRESSES):
            written = address(dice)
            expected = InNetwork(asked).holds(written)
            hits += expected
            assert bool(found.search(written)) == expected, (asked, written)
    assert hits > NETWORKS * ADDRESSES // 20


@pytest.mark.parametrize(
    "written", ["1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n", "[::1]", "::1/128", "", "::g"]
)
def test_what_is_no_address_is_in_no_network(written: str) -> None:
    for asked in ("0.0.0.0/0", "::/0"):
        condition = InNetwork(networks.read(asked))
        assert not condition.holds(written)
        assert not re.search(condition.pattern().replace(r"\z", r"\Z"), written)


def test_a_pattern_of_a_network_is_one_that_mongod_takes() -> None:
    bases = ("::", "2001:db8::", "64:ff9b::", "ffff::ffff", "1::")
    asked = [
        ipaddress.ip_network(f"{base}/{bits}", strict=False)
        for base in bases
        for bits in range(129)
    ]
    assert max(len(networks.pattern(one)) for one in asked) < MONGO_PATTERN_BYTES / 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("203.0.113.7/24", "203.0.113.0/24"),
        ("2001:DB8:0::1/32", "2001:db8::/32"),
        ("::ffff:203.0.113.7/120", "203.0.113.0/24"),
        ("::/0", "::/0"),
        ("::ffff:0:0/95", "::fffe:0:0/95"),
    ],
)
def test_a_network_is_read_without_the_bits_after_its_own(written: str, read: str) -> None:
    assert str(networks.read(written)) == read


@pytest.mark.parametrize(
    "written",
    [
        "1.2.3.4",
        "1.2.3.4/",
        "1.2.3.4/x",
        "1.2.3.4/-1",
        "1.2.3.4/\u0665",
        "1.2.3.4/33",
        "::/129",
        "fe80::%eth0/64",
        "1.2.3.4/255.0.0.0",
        "/8",
    ],
)
def test_what_is_no_network_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        networks.read(written)
