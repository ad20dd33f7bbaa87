"""What a line may have in it and a terminal must not see."""

import json
import unicodedata

import pytest

from millrace.records.printable import printable, printable_json, printable_lines

BIDI = "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
ALL = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *BIDI, "\ud800", "\udfff"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ümläut 漢字 😀", "plain ümläut 漢字 😀"),
        ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
        ("a\tb\r\nc", r"a\tb\r\nc"),
        ("\x00\x7f\x9b2J", r"\x00\x7f\x9b2J"),
        ("abc\u202edef\u2069", r"abc\u202edef\u2069"),
        ("\ud83d half", r"\ud83d half"),
        (r"C:\new\x1b", r"C:\new\x1b"),
        ("[bold]not markup[/]", "[bold]not markup[/]"),
    ],
)
def test_a_value_is_shown_within_one_line(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("character", ALL, ids=lambda character: f"U+{ord(character):04X}")
def test_no_character_that_moves_a_terminal_is_left(character: str) -> None:
    as_value, as_json = printable(character), printable_json(json.dumps(character))
    raw_json = printable_json(json.dumps(character, ensure_ascii=False))
    for shown in (as_value, as_json, raw_json):
        assert shown.isascii()
        assert shown.isprintable()
        assert len(shown) > 1
    assert json.loads(as_json) == json.loads(raw_json) == character


def test_every_control_character_that_unicode_has_is_among_them() -> None:
    kinds = {"Cc", "Cs", "Zl", "Zp"}
    found = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in kinds]
    assert [character for character in found if printable(character) == character] == []
    bidi = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    marks = [chr(c) for c in range(0x110000) if unicodedata.bidirectional(chr(c)) in bidi]
    assert [character for character in marks if printable(character) == character] == []


def test_a_trace_keeps_its_lines() -> None:
    assert printable_lines("one\n\tat two\x1b[2J\r\n") == "one\n\tat two\\x1b[2J\\r\n"


def test_json_of_several_lines_keeps_them_and_its_meaning() -> None:
    value = {"a\x9b": ["\u202e", {"b": "\x7f\n\ud800"}], "c": "é"}
    shown = printable_json(json.dumps(value, indent=2, ensure_ascii=False))
    assert json.loads(shown) == value
    assert "é" in shown
    assert all(line.isprintable() for line in shown.split("\n"))
