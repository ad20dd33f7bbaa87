"""A file that grows is followed through rotation, and no line of it is lost or doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.simulate.follow import follow


class Over:
    """Says that it is over once it was asked ``looks`` times."""

    def __init__(self, looks: int = 1) -> None:
        self.left = looks

    def __call__(self) -> bool:
        self.left -= 1
        return self.left <= 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "server.log"
    path.write_bytes(b"one\ntwo\n")
    return path


def append(path: Path, text: bytes) -> None:
    with path.open("ab") as file:
        file.write(text)


def take(lines: Iterator[bytes], count: int) -> list[bytes]:
    return [next(lines) for _ in range(count)]


def test_the_end_is_heeded_while_there_is_more_to_read(file: Path) -> None:
    lines = follow(file, Over(1))
    assert take(lines, 2) == [b"one", b"two"]
    append(file, b"three\n")
    assert list(lines) == []


def test_a_last_line_without_its_end_is_read_when_the_file_is_replaced(file: Path) -> None:
    append(file, b"three")
    lines = follow(file, Over(4))
    assert take(lines, 2) == [b"one", b"two"]
    file.rename(file.with_suffix(".1"))
    file.write_bytes(b"four\n")
    assert list(lines) == [b"three", b"four"]


def test_lines_that_are_there_come_first(file: Path) -> None:
    assert list(follow(file, Over())) == [b"one", b"two"]


def test_lines_that_come_later_come_as_well(file: Path) -> None:
    lines = follow(file, Over(4))
    assert take(lines, 2) == [b"one", b"two"]
    append(file, b"three\n")
    assert list(lines) == [b"three"]


def test_a_line_without_its_end_waits_for_it(file: Path) -> None:
    append(file, b"thr")
    lines = follow(file, Over(4))
    assert take(lines, 2) == [b"one", b"two"]
    append(file, b"ee\n")
    assert list(lines) == [b"three"]


def test_what_the_old_file_got_before_it_was_replaced_is_read_first(file: Path) -> None:
    lines = follow(file, Over(4))
    assert take(lines, 2) == [b"one", b"two"]
    append(file, b"three\n")
    file.rename(file.with_suffix(".1"))
    file.write_bytes(b"four\n")
    assert list(lines) == [b"three", b"four"]


def test_a_file_that_was_cut_is_read_from_its_start(file: Path) -> None:
    lines = follow(file, Over(4))
    assert take(lines, 2) == [b"one", b"two"]
    file.write_bytes(b"new\n")
    assert list(lines) == [b"new"]


def test_a_file_that_is_away_between_two_is_waited_for(file: Path) -> None:
    lines = follow(file, Over(4))
    assert take(lines, 2) == [b"one", b"two"]
    file.unlink()
    assert list(lines) == []
