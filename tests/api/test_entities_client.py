"""Captured rows from Python and from the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from api.captured_world import PARTS, PEOPLE, capturing, made, store, time_of
from api.serving import served
from support.commandline import Ended, millrace

from millrace.api.client import ApiError, Client
from millrace.config import Config

KEY = ("a/b,~c%20", 2**40)
HOSTILE = "\x1b[31mred\u202e"


@pytest.fixture(scope="module")
def api(servers: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """An API of people who changed, and of one part with a key of several fields."""
    conf = capturing(servers, tmp_path_factory.mktemp("captured"))
    people = [made("c", n, n, id=n, name=f"n{n}") for n in range(5)]
    people += [made("u", 1, 10, id=1, name=HOSTILE), made("d", 2, 11)]
    store(conf, PEOPLE, people)
    key = dict(zip(("maker", "number"), KEY, strict=True))
    store(conf, PARTS, [made("c", key, 0, **key, label="it")])
    with served(conf) as own:
        yield own


@pytest.fixture
def client(api: Config) -> Iterator[Client]:
    with Client(conf=api) as made:
        yield made


@pytest.fixture
def file(api: Config, conf_file: Path, tmp_path: Path) -> Path:
    """A configuration file of the API's servers and address."""
    content = yaml.safe_load(conf_file.read_text()) | {"api": {"port": api.api.port}}
    written = tmp_path / "conf.yaml"
    written.write_text(yaml.safe_dump(content))
    return written


def printed(ended: Ended) -> list[dict[str, object]]:
    assert ended.code == 0, ended.err
    return [json.loads(line) for line in ended.out.splitlines()]


def test_rows_are_read_page_by_page(client: Client) -> None:
    captured = client.captured
    assert [one["name"] for one in captured.entities()] == [PEOPLE, PARTS]
    assert [row["key"] for row in captured.rows(PEOPLE, size=2)] == ["0", "1", "3", "4"]
    then = captured.rows(PEOPLE, ["id:<=2"], as_of=time_of(9), size=2)
    assert [row["fields"]["name"] for row in then] == ["n0", "n1", "n2"]
    assert len(list(captured.catalog(size=2))) == 5
    assert [one["source"] for one in captured.connectors()] == ["postgres"]


def test_a_row_and_its_versions_are_asked_for_by_the_values_of_its_key(client: Client) -> None:
    captured = client.captured
    assert captured.row(PARTS, *KEY)["item"]["fields"]["label"] == "it"
    assert [one["fields"]["name"] for one in captured.versions(PEOPLE, 1)] == [HOSTILE, "n1"]
    assert captured.row(PEOPLE, 2, as_of=time_of(10))["item"]["fields"]["name"] == "n2"
    with pytest.raises(ApiError, match="it was deleted at") as refused:
        captured.row(PEOPLE, 2)
    assert refused.value.status == 404


def test_the_command_prints_rows_and_says_how_far_to_trust_them(file: Path) -> None:
    ended = millrace("entities", PEOPLE, "--size", "2", "--as-of", time_of(9), conf=file)
    assert [row["key"] for row in printed(ended)] == ["0", "1"]
    assert f"2 of at least 2 rows of {PEOPLE}" in ended.err
    assert f"{PEOPLE}: not proven yet" in ended.err
    chosen = millrace("entities", PEOPLE, "--where", "name:n*", "--where", "id:>0", conf=file)
    assert [row["key"] for row in printed(chosen)] == ["3", "4"]
    assert len(printed(millrace("entities", conf=file))) == 2


def test_the_command_prints_a_row_and_its_history(file: Path) -> None:
    (row,) = printed(millrace("entities", PARTS, *map(str, KEY), conf=file))
    assert row["key"] == "a~1b~2~0c%20,1099511627776"
    history = millrace("entities", PEOPLE, "1", "--history", conf=file)
    assert len(printed(history)) == 2
    # What a database holds cannot control a terminal.
    assert not {"\x1b", "\u202e"} & {*history.out}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nobody",), 2, "no entity is named 'nobody'"),
        ((PEOPLE, "x"), 2, "expected a whole number"),
        ((PEOPLE, "--as-of", "2001-01-01"), 2, "the history begins at"),
        (("--history",), 2, "expected an entity and a key"),
        ((PEOPLE, "1", "--where", "id:1"), 2, "works only without a key"),
    ],
)
def test_what_cannot_be_answered_is_told(
    file: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended = millrace("entities", *arguments, conf=file)
    assert ended.code == code
    assert said in ended.err
