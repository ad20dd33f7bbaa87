"""What is kept of a value that is too long: its first bytes, masked, and its length."""

from dataclasses import replace
from typing import Any

import pytest
from rows import spec

from millrace.parse.truncate import kept
from millrace.records.formats import MASKS, OWN_LAYOUTS, Layout
from millrace.transform.chain import Letter, compiled
from millrace.transform.spec import Spec

LIMIT = 1_000
VISA = b"4111 1111 1111 1111"
LAST_KEPT = 7
NOON_MS = 1_737_547_200_000


def test_without_masks_nothing_changes() -> None:
    assert kept(b"bob@example.com", None, LIMIT, ()) == (b"bob@example.com", None)
    assert kept(b"a" * LIMIT, 5_000, LIMIT, ()) == (b"a" * LIMIT, 5_000)


# What stands at the cut, with how many of its bytes before it.
STRADDLING = [
    (VISA, 18),
    (b"4111%201111%201111%201111", 24),
    (b"jane.doe@example.com", 16),
    (b"j" * 64 + b"@" + b"d" * 63 + b"." + b"d" * 63 + b".example.com", 192),
    (b"2001:db8:1:2:3:4:5:6", 18),
    (b"?token=s3cr3t-t0k3n", 16),
    (b"?token=s3cr3t-t0k3n", 4),
]


@pytest.mark.parametrize(("secret", "before"), STRADDLING)
def test_a_secret_at_the_cut_leaves_nothing_behind(secret: bytes, before: int) -> None:
    line = b"seen 203.0.113.7 " + b"." * (LIMIT - 17 - before - 1) + b" " + secret + b" " * 99
    value, raw_bytes = kept(line[:LIMIT], len(line), LIMIT, MASKS)
    assert value.startswith(b"seen 203.0.113.0 ...")
    assert 0 < len(value) <= LIMIT
    assert secret[:LAST_KEPT] not in value
    assert raw_bytes == len(line)


def test_what_masks_make_longer_is_cut_to_the_same_length() -> None:
    line = b"&sid=x" * (LIMIT // 6)
    value, raw_bytes = kept(line, None, LIMIT, MASKS)
    assert value == (b"&sid={token}" * LIMIT)[:LIMIT]
    assert raw_bytes == len(line)


def letters(
    of: Spec, lines: list[bytes], line: int, record: int, masks: Any = ()
) -> list[tuple[str, str]]:
    """The reason and detail of each line, with these limits; all are letters."""
    limits: Any = {"max_line_bytes": line, "max_record_bytes": record, "masks": masks}
    chain = compiled(replace(of, **limits))
    found = []
    for value in lines:
        cut = len(value) > record
        outcome = chain.outcome(value[:record], len(value) if cut else None, NOON_MS)
        assert isinstance(outcome, Letter)
        found.append((outcome.reason, outcome.detail))
    return found


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_a_cut_line_is_too_long_with_its_true_length(country_database: str, format: Layout) -> None:
    lines = [b"x" * 101, b"x" * 5_000, b" " * 5_000, b"\xff" * 5_000]
    assert letters(spec(format, country_database), lines, 100, 200) == [
        ("too_long", "101 bytes"),
        *[("too_long", "5000 bytes")] * 3,
    ]


def test_a_cut_line_that_masks_make_shorter_is_no_line() -> None:
    sound = b'{"timestamp": 1737547200}'
    lines = [sound + b" " * 999 + b"?token=" + b"x" * 4_000, b"&sid=x" * 350]
    assert letters(spec("app"), lines, 2_200, 2_200, MASKS) == [
        ("too_long", f"{len(lines[0])} bytes"),
        ("too_long", "2100 bytes"),
    ]
