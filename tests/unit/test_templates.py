"""A message has one template, the same for ever; a template matches what it was made of."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import records, spec

from millrace.config import ConfigurationError
from millrace.detect.templates import (
    CUT,
    MAX_CHARACTERS,
    MAX_TOKENS,
    Matcher,
    Template,
    message_tokens,
    template_id,
    template_text,
    template_tokens,
)
from millrace.io import template_files
from millrace.io.template_files import Templates
from millrace.simulate import programs
from millrace.simulate.app import _EVENTS
from millrace.tools.mining import MAX_TEMPLATES, Mined, mined

NONE = Templates()
NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def templates(*texts: str) -> tuple[Template, ...]:
    return tuple(Template(template_id(text), text, 1) for text in texts)


def mining(messages: list[str], before: Templates = NONE, **keywords: Any) -> Mined:
    usual: dict[str, Any] = {"source": "mongo", "mined_at": NOW, "min_messages": 1}
    return mined(messages, before, **usual | keywords)


def texts(came: Mined) -> set[str]:
    return {template.text for template in came.after.templates}


UUID = "123e4567-e89b-12d3-a456-426614174000"
MASKED: dict[str, tuple[str, str]] = {
    "no values": ("User logged in", "User logged in"),
    "blanks": ("  User\tlogged \n in ", "User logged in"),
    "whole number": ("order 4711 sent", "order <num> sent"),
    "signed number": ("moved by -5 and +7", "moved by <num> and <num>"),
    "decimals": ("1,234.5 of 0.25", "<num> of <num>"),
    "exponent": ("took 1.5e-3", "took <num>"),
    "number at the end of a sentence": ("it took 5.", "it took <num>."),
    "number with a unit": ("5ms, 1.5GB, 10%, 3h", "<num>ms, <num>GB, <num>%, <num>h"),
    "number in brackets": ("sshd[4711]: [1, 2]", "sshd[<num>]: [<num>, <num>]"),
    "number after a word": (
        "eth0 user-17 job_5_run v1.2",
        "eth<num> user-<num> job_<num>_run v<num>",
    ),
    "uuid": (f"session {UUID} ended", "session <uuid> ended"),
    "uuid in capitals": (f"session {UUID.upper()}", "session <uuid>"),
    "hex": ("at 0xDEADbeef", "at <hex>"),
    "digests": ("9f86d081 d41d8cd98f00b204e9800998ecf8427e", "<num> <num>"),
    "an id of digits alone, and of digits and letters": ("id 12345678 1234567a", "id <num> <num>"),
    "id of digits and letters": ("id x7Kp2Qz9", "id <num>"),
    "hex without a digit": ("facade", "facade"),
    "IPv4": ("from 10.0.0.1.", "from <ip>."),
    "IPv4 with port and net": ("10.0.0.1:8080 10.0.0.0/8", "<ip>:<num> <ip>/<num>"),
    "IPv6": ("::1 2001:db8::17 fe80::1%eth0", "<ip> <ip> <ip>%eth<num>"),
    "IPv6, all groups": ("2001:db8:0:0:1:2:3:4 up", "<ip> up"),
    "IPv4 in IPv6": ("from ::ffff:10.0.0.1 port 5", "from <ip> port <num>"),
    "colons that are no address": (
        "std::string a::b Foo::bar :: 5",
        "std::string a::b Foo::bar :: <num>",
    ),
    "MAC": ("00:1b:44:11:3a:b7", "<mac>"),
    "times": (
        "2026-11-23T10:00:00.123Z 2026-11-23 10:00:00,5 2026-11-23 10:00:00",
        "<time> <time> <time>",
    ),
    "time after a date": ("2026-11-23 10:00:00 up", "<time> up"),
    "mail address": ("to=<a.b+c@example.com>, ok", "to=<<email>>, ok"),
    "quoted words": ("user 'ann' of \"sales\"", "user <str> of <str>"),
    "quoted sentence": ('msg="took 5 ms"', 'msg="took <num> ms"'),
    "quoted key": ('{"order": 5, "user": "ann"}', '{"order": <num>, "user": <str>}'),
    "apostrophes": ("can't find users' files", "can't find users' files"),
    "keys and values": ("a=1 b=ann c= d=5 e= f == g", "a=<num> b=ann c= d=<num> e=f = = g"),
    "what privacy masks leave": (
        "{email} paid by {card}, key={token}",
        "{email} paid by {card}, key={token}",
    ),
    "other scripts": ("5 Dateien für „Ann“ ٣", "<num> Dateien für „Ann“ ٣"),
    "the wildcard itself": ("a <*> b", "a <*> b"),
    "blank": (" \t ", ""),
}


@pytest.mark.parametrize("name", MASKED)
def test_values_are_masked_and_words_are_kept(name: str) -> None:
    message, expected = MASKED[name]
    assert template_text(message_tokens(message)) == expected


# Templates, a message, and which of them it matches.
MATCHES: dict[str, tuple[tuple[str, ...], str, str | None]] = {
    "the text itself": (("User logged in",), "User logged in", "User logged in"),
    "another case": (("User logged in",), "user logged in", None),
    "a word more": (("User logged in",), "User logged in again", None),
    "a word less": (("User logged in",), "User logged", None),
    "masked value": (("took <num> ms",), "took 17 ms", "took <num> ms"),
    "another kind of value": (("took <num> ms",), "took 10.0.0.1 ms", None),
    "wildcard for a word": (("user <*> left",), "user ann left", "user <*> left"),
    "wildcard for a value": (("user <*> left",), "user 17 left", "user <*> left"),
    "wildcard for a cut message": (("<*>",), "x" * 2000, "<*>"),
    "wildcard for nothing": (("user <*> left",), "user left", None),
    "value after a key": (("user=<*> ok",), "user=ann ok", "user=<*> ok"),
    "key without its value": (("user=<*> ok",), "user= ok", None),
    "fewest wildcards": (("<*> <*> c", "a <*> c", "<*> b <*>"), "a b c", "a <*> c"),
    "no wildcards": (("a <*>", "a b", "<*> b"), "a b", "a b"),
    "of two alike the first by text": (("a <*>", "<*> b"), "a b", "<*> b"),
    "one that begins as another": (("a b c", "a <*> d"), "a b d", "a <*> d"),
    "one that is the beginning of another": (("a b", "a b c"), "a b", "a b"),
    "wildcard in the message": (("a <*>", "a b"), "a <*>", "a <*>"),
    "blank": (("<*>",), "  ", None),
    "none": ((), "a", None),
}


@pytest.mark.parametrize("name", MATCHES)
def test_the_most_specific_template_is_the_one_that_matches(name: str) -> None:
    known, message, expected = MATCHES[name]
    for ordered in (known, known[::-1]):
        found = Matcher(templates(*ordered)).match(message)
        assert found == (expected and template_id(expected))


def test_an_id_is_a_hash_of_the_text() -> None:
    assert template_id("User logged in") == "698ae721524a"


def test_of_a_long_message_the_beginning_counts() -> None:
    words = " ".join(["word"] * MAX_TOKENS)
    assert message_tokens(words) == ("word",) * MAX_TOKENS
    cut = ("word",) * (MAX_TOKENS - 1) + (CUT,)
    assert message_tokens(f"{words} more") == message_tokens("word " * 10_000) == cut
    assert message_tokens("x" * MAX_CHARACTERS) == ("x" * MAX_CHARACTERS,)
    assert message_tokens("x" * 65_536) == (CUT,)
    assert message_tokens(f"head {'y' * 65_536}") == ("head", CUT)
    assert message_tokens("head " + "1" * (MAX_CHARACTERS - 5)) == ("head", "<num>")


@pytest.mark.parametrize(
    "piece", ["1", "a1", "a:", "1,", "1.1.", "'a", '"a', "a@", ":", "0x", "1 ", "ab:", "="]
)
def test_what_is_kept_of_a_message_is_bounded(piece: str) -> None:
    tokens = message_tokens(piece * 65_536)
    assert len(tokens) <= MAX_TOKENS
    assert sum(map(len, tokens)) <= MAX_CHARACTERS * len("<num>")


MESSAGE = st.text() | st.lists(
    st.sampled_from(
        ["a", "b", "=", "a=", "5", "10.0.0.1", '"', "'", ":", "<*>", "<num>", "…", "\x85"]
    )
).map(" ".join)


@settings(deadline=None)
@given(MESSAGE)
def test_a_text_has_the_tokens_that_it_was_made_of(message: str) -> None:
    tokens = message_tokens(message)
    assert template_tokens(template_text(tokens)) == tokens
    assert all(token and not token.isspace() for token in tokens)


@settings(deadline=None)
@given(st.lists(MESSAGE, max_size=30), st.randoms(use_true_random=False))
def test_templates_match_the_messages_they_were_mined_from(
    messages: list[str], random: Random
) -> None:
    came = mining(messages)
    assert came.matched == came.after.messages - sum(not message.split() for message in messages)
    matcher = Matcher(came.after.templates)
    for message in messages:
        assert (matcher.match(message) is not None) == bool(message.split())
    again = mining(random.sample(messages, len(messages)), came.after)
    assert again.after == came.after


def test_mining_finds_the_texts_that_programs_write() -> None:
    events = programs.events(Random(3), 20_000)
    came = mining([event.message for event in events], min_messages=10)
    assert came.matched == 20_000
    assert len(came.after.templates) == len(programs._TEXTS)
    assert "Failed password for <*> from <ip> port <num>" in texts(came)
    assert "[UFW BLOCK] IN=eth<num> OUT= SRC=<ip> DST=<ip> LEN=<num> PROTO=TCP SPT=<num>" in texts(
        came
    )


def test_messages_without_values_are_their_own_templates() -> None:
    said = {event.message for events in _EVENTS.values() for event in events}
    came = mining(sorted(said) * 20, min_messages=10)
    assert texts(came) == said
    assert {template.messages for template in came.after.templates} == {20}


def test_many_values_make_a_wildcard_and_few_make_templates() -> None:
    many = [f"user {chr(97 + n)}x was seen" for n in range(20)]
    few = ["disk is full now", "tape is full now"] * 10
    assert texts(mining(many + few, min_messages=5)) == {
        "user <*> was seen",
        "disk is full now",
        "tape is full now",
    }


def test_rare_templates_are_left_out() -> None:
    came = mining(["often seen"] * 10 + ["rarely seen, however"] * 9, min_messages=10)
    assert texts(came) == {"often seen"}
    assert (came.after.messages, came.matched) == (19, 10)


def test_no_more_templates_are_added_than_the_bound() -> None:
    messages = [f"{'x' * n}" for n in range(1, MAX_CHARACTERS)]
    came = mining(messages + ["x"])
    assert len(came.after.templates) == MAX_TEMPLATES
    assert came.after.templates[0] == Template(template_id("x"), "x", 2)
    assert mining([*messages, "x"], came.after).after == came.after


def test_mining_again_keeps_ids_and_adds_what_is_missing() -> None:
    first = mining(["user ann left"] * 5 + ["disk is full"] * 3).after
    second = mining(["user ann left"] * 2 + ["fan has stopped"] * 4, first)
    assert [(item.text, item.messages) for item in second.after.templates] == [
        ("fan has stopped", 4),
        ("user ann left", 2),
        ("disk is full", 0),
    ]
    assert {item.id for item in first.templates} < {item.id for item in second.after.templates}
    assert [item.text for item in second.added] == ["fan has stopped"]
    assert (first.version, second.after.version, second.removed) == (1, 2, 0)


def test_mining_fresh_starts_over_with_a_new_version() -> None:
    first = mining(["user ann left"] * 5 + ["disk is full"]).after
    fresh = mining(["user ann left"] * 5, first, fresh=True)
    assert texts(fresh) == {"user ann left"}
    assert (fresh.after.version, fresh.removed) == (2, 1)
    assert mining(["user ann left"], fresh.after, fresh=True).after.version == 2


def test_the_field_is_what_the_matcher_says() -> None:
    known = templates("User <*> left", "took <num> ms", "x …", "<*>")
    sent = ["User ann left", "User ann left", "took 5 ms", None, "", "  ", "no such text", "x"]
    sent += ["x " + "y" * 65_536, "x " + "😀" * (MAX_CHARACTERS - 2), "x " + "😀" * MAX_CHARACTERS]
    matcher = Matcher(known)
    expected = [None if m is None else matcher.match(m) for m in sent]
    assert set(expected) == {None, *(template.id for template in known)}
    lines = [json.dumps({"timestamp": 1737547200, "message": message}) for message in sent]
    found = records(spec("app", templates=tuple(known)), lines)
    assert [each["template_id"] for each in found] == expected
    assert all("template_id" not in each for each in records(spec("app"), lines))


@settings(deadline=None)
@given(st.lists(MESSAGE, max_size=10))
def test_a_file_holds_what_was_saved(
    tmp_path_factory: pytest.TempPathFactory, said: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("templates")
    saved = mining(said).after
    template_files.save(folder, "app", saved)
    assert template_files.load(folder, "app") == saved
    assert [file.name for file in folder.iterdir()] == ["app.yaml"]


def test_without_a_file_there_are_no_templates(tmp_path: Path) -> None:
    assert template_files.load(tmp_path / "missing", "app") == Templates()


def test_a_file_is_to_be_read_by_people(tmp_path: Path) -> None:
    saved = mining(["user " + name + " left" for name in "abcdef"] + ["Größe: 5"]).after
    template_files.save(tmp_path, "app", saved)
    text = template_files.path(tmp_path, "app").read_text(encoding="utf-8")
    assert text.startswith("# What messages of feed app look like.")
    assert text.partition("version")[2].splitlines() == [
        ": 1",
        "mined_at: 2026-03-29 01:30:00+00:00",
        "source: mongo",
        "messages: 7",
        "templates:",
        f"- id: {template_id('user <*> left')}",
        "  template: user <*> left",
        "  messages: 6",
        f"- id: {template_id('Größe: <num>')}",
        "  template: 'Größe: <num>'",
        "  messages: 1",
    ]


Content = dict[str, Any]


def of_first(**values: object) -> Callable[[Content], object]:
    return lambda content: content["templates"][0].update(values)


# What is changed in a file, the key that the line names, and what it says of it.
BROKEN: dict[str, tuple[Callable[[Content], object], str, str]] = {
    "unknown key": (lambda c: c.update(templats=[]), "templats", "there is no such key"),
    "missing key": (lambda c: c.pop("mined_at"), "mined_at", "this key is missing"),
    "version 0": (lambda c: c.update(version=0), "version", "greater than or equal to 1"),
    "time without a zone": (
        lambda c: c.update(mined_at=datetime(2026, 1, 1)),
        "mined_at",
        "should have timezone info",
    ),
    "text for templates": (lambda c: c.update(templates="none"), "templates", "not 'none'"),
    "id of another text": (
        of_first(template="User left"),
        "templates.0",
        f"the id of 'User left' is {template_id('User left')}, not {template_id('User came')}",
    ),
    "number for an id": (of_first(id=123456789012), "templates.0.id", "not 123456789012"),
    "empty text": (of_first(template=""), "templates.0.template", "at least 1 character"),
    "example": (of_first(example="Ann left"), "templates.0.example", "there is no such key"),
    "count below 0": (of_first(messages=-1), "templates.0.messages", "greater than or equal to 0"),
    "the same twice": (
        lambda c: c.update(templates=c["templates"] * 2),
        "file",
        "the template 'User came' is listed 2 times",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_line_names_the_file_the_key_and_what_is_wrong(tmp_path: Path, name: str) -> None:
    change, key, said = BROKEN[name]
    template_files.save(tmp_path, "app", mining(["User came"]).after)
    file = template_files.path(tmp_path, "app")
    content = yaml.safe_load(file.read_text())
    change(content)
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigurationError) as refused:
        template_files.load(tmp_path, "app")
    message = str(refused.value)
    assert message.startswith(f"{file}: {key}: ")
    assert said in message
    assert "\n" not in message


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match=r"app\.yaml: File exists"):
        template_files.save(tmp_path / "file", "app", mining(["a"]).after)
