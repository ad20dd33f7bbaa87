"""What is inside an envelope: exactly this line, these attributes and this time, or a letter."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from lines_envelopes import BARE, FOUND, KEYS, LETTERS, NESTED, OWN, OWN_LETTERS
from presets import RECEIVED_AT, options

from millrace.parse.envelopes import Keys, Name, Unwrap, Unwrapped, unwrapper
from millrace.parse.rejection import RejectedError
from millrace.records.dead_letters import REASONS
from millrace.records.received import EPOCH


def microseconds(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


RECEIVED = microseconds(RECEIVED_AT)
CASES: dict[str, tuple[Any, ...]] = {
    **{f"{of}: {name}": (of, *case) for of, table in FOUND.items() for name, case in table.items()},
    **{f"own: {name}": (KEYS, *case) for name, case in OWN.items()},
    **{f"nested: {name}": ("auto", *case) for name, case in NESTED.items()},
}
LETTER_CASES: dict[str, tuple[Any, ...]] = {
    **{
        f"{of}: {name}": (of, *case)
        for of, table in LETTERS.items()
        for name, case in table.items()
    },
    **{f"own: {name}": (KEYS, *case) for name, case in OWN_LETTERS.items()},
}


def taken_off(envelope: Name | Keys, kind: str = "text", **said: Any) -> Unwrap:
    unwrap = unwrapper(
        envelope, for_json=kind == "json", for_syslog=kind == "syslog", options=options(said)
    )
    assert unwrap is not None
    return unwrap


def outcome(unwrap: Unwrap, line: str) -> Any:
    try:
        return unwrap(line, RECEIVED)
    except RejectedError as rejected:
        return rejected.reason, rejected.detail


def parted(case: tuple[Any, ...]) -> tuple[Any, str, Unwrapped, dict[str, Any]]:
    """The envelope, the line, what is inside, and what differs from the usual."""
    envelope, line, inside, attributes, time, *rest = case
    expected = Unwrapped(inside, attributes, None if time is None else microseconds(time))
    return envelope, line, expected, rest[0] if rest else {}


@pytest.mark.parametrize("name", CASES)
def test_line_attributes_and_time_are_these(name: str) -> None:
    envelope, line, expected, said = parted(CASES[name])
    assert outcome(taken_off(envelope, **said), line) == expected


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[0] != KEYS])
def test_auto_tells_the_envelope_by_its_marks(name: str) -> None:
    _, line, expected, said = parted(CASES[name])
    found = outcome(taken_off("auto", **said), line)
    assert found == (expected if said.get("auto", True) else None)


@pytest.mark.parametrize("name", LETTER_CASES)
def test_letter_says_why_and_what_was_found(name: str) -> None:
    envelope, line, reason, detail, *kind = LETTER_CASES[name]
    found = outcome(taken_off(envelope, *kind), line)
    assert isinstance(found, tuple), found
    assert (found[0], detail in found[1]) == (reason, True), found


@pytest.mark.parametrize("name", BARE)
def test_auto_lets_bare_lines_through(name: str) -> None:
    line, kind = BARE[name]
    assert outcome(taken_off("auto", kind), line) is None


@pytest.mark.parametrize("envelope", FOUND)
def test_tables_have_a_dozen_lines(envelope: str) -> None:
    assert len(FOUND[envelope]) + len(LETTERS[envelope]) >= 12
    assert len(OWN) + len(OWN_LETTERS) >= 12
    assert len(BARE) >= 30


def test_none_is_no_unwrapper() -> None:
    assert unwrapper("none", for_json=False, for_syslog=False) is None


def test_several_events_are_a_letter_where_nothing_names_the_envelope() -> None:
    for name in ("otlp: two records", "cloudwatch: two events"):
        assert outcome(taken_off("auto"), LETTER_CASES[name][1]) == (
            "bad_envelope",
            "holds 2 events",
        )


def test_names_do_not_grow_with_the_square_of_the_line() -> None:
    members = ",".join(f'"{n}":1' for n in range(5_000))
    line = f'{{"@timestamp":1774778405.5,"log":"x","{"k" * 50_000}":{{{members}}}}}'
    found = outcome(taken_off("fluent-bit"), line)
    assert sum(map(len, found.attributes)) < 2 * len(line)
    assert found.attributes["k" * 50_000] == f"{{{members}}}"


def test_names_hold_no_nul() -> None:
    found = outcome(taken_off("fluent-bit"), r'{"log":"x","a\u0000b":{"c\u0000":1}}')
    assert found.attributes == {r"a\u0000b.c\u0000": "1"}


def test_any_line_is_let_through_unwrapped_or_a_letter() -> None:
    draw = random.Random(0)
    unwraps = [
        *(taken_off("auto", kind) for kind in ("text", "json", "syslog")),
        *(taken_off(name, kind) for name in FOUND for kind in ("text", "json")),
        taken_off(KEYS),
    ]
    lines = [case[1] for case in (*CASES.values(), *LETTER_CASES.values())]
    for _ in range(3_000):
        line = mutated(draw.choice(lines), draw)
        for unwrap in draw.sample(unwraps, 4):
            assert_sound(outcome(unwrap, line))


def mutated(line: str, draw: random.Random) -> str:
    """The line with some characters deleted, doubled or swapped, or cut."""
    signs = list(line)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(signs)) if signs else 0
        other = draw.randrange(len(signs)) if signs else 0
        change = draw.randrange(4)
        if change == 0:
            del signs[at : at + 1]
        elif change == 1:
            signs[at:at] = signs[at : at + 1]
        elif change == 2 and signs:
            signs[at], signs[other] = signs[other], signs[at]
        elif draw.random() < 0.2:
            del signs[at:]
    return "".join(signs) or "x"


def assert_sound(found: Any) -> None:
    if isinstance(found, Unwrapped):
        assert found.line.strip(" ")
        assert found.line.__class__ is str
        assert found.time is None or found.time >= 0
        assert all(text.__class__ is str for one in found.attributes.items() for text in one)
    elif found is not None:
        assert found[0] in REASONS
        assert found[1].__class__ is str
