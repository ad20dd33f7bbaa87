"""`millrace query`: what it prints, what it says, and how it ends."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from api.exporting import APP, FEEDS, HOSTILE, SHOP, WEB, stored
from api.serving import served
from support.commandline import Ended, millrace
from support.places import free_port

from millrace.config import Config

SPAN = ("--from", "2026-03-01T11:00:00Z", "--to", "2026-03-01T15:00:00Z")
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]")


@pytest.fixture(scope="module")
def api(servers: Config) -> Iterator[Config]:
    stored(servers)
    with served(servers.model_copy(update={"feeds": FEEDS})) as own:
        yield own


def written(conf_file: Path, folder: Path, port: int) -> Path:
    """A configuration file of the same servers, and of the API at that port."""
    content = yaml.safe_load(conf_file.read_text())
    content["feeds"] = [
        feed.model_dump(include={"name", "topic", "format", "service_name"}) for feed in FEEDS
    ]
    content["api"] = {"port": port}
    file = folder / "conf.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


@pytest.fixture
def own_file(api: Config, conf_file: Path, tmp_path: Path) -> Path:
    return written(conf_file, tmp_path, api.api.port)


def asked(own_file: Path, *arguments: str) -> Ended:
    return millrace("query", *arguments, conf=own_file)


def test_a_line_is_printed_with_what_it_says(own_file: Path) -> None:
    ended = asked(own_file, "status_code:(200 OR 201)", *SPAN)
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "2026-03-01T12:00:07.000Z export_web web INFO  GET /item/1?q=-1 201",
        "2026-03-01T12:00:00.000Z export_web web INFO  GET /item/0?q=-1 200",
    ]


def test_the_total_and_the_proof_are_told_beside(own_file: Path) -> None:
    ended = asked(own_file, "", *SPAN, "--feed", WEB.name, "--feed", SHOP.name)
    assert len(ended.out.splitlines()) == 50
    total, web, shop = ended.err.splitlines()
    assert total == "50 of at least 70 lines"
    assert web.startswith(f"{WEB.name}: not proven yet, stored up to what was received at 20")
    assert shop.startswith(f"{SHOP.name}: not proven yet")
    assert asked(own_file, "status_code:200", *SPAN).err.splitlines()[0] == "1 line"


@pytest.mark.parametrize("size", ["1", "7", "60", "1500"])
def test_as_many_lines_are_printed_as_are_asked_for(own_file: Path, size: str) -> None:
    ended = asked(own_file, *SPAN, "--size", size)
    assert len(ended.out.splitlines()) == min(int(size), 127)


def test_nothing_in_a_line_is_an_order_to_the_terminal(own_file: Path) -> None:
    for more in ((), ("--json",)):
        ended = asked(own_file, *SPAN, "--feed", APP.name, "--size", "1000", *more)
        assert len(ended.out.splitlines()) == 3 * len(HOSTILE)
        assert not CONTROLS.search(ended.out)


def test_json_is_an_object_a_line(own_file: Path) -> None:
    ended = asked(own_file, *SPAN, "--feed", APP.name, "--size", "1000", "--json")
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert {one.get("message", "") for one in found} == {*HOSTILE}


def test_all_lines_go_to_a_file(own_file: Path, tmp_path: Path) -> None:
    for suffix in ("ndjson", "csv", "parquet"):
        file = tmp_path / f"lines.{suffix}"
        ended = asked(own_file, *SPAN, "--export", str(file))
        assert ended.code == 0
        assert not ended.out
        span = "from 2026-03-01T11:00:00.000Z to 2026-03-01T15:00:00.000Z"
        assert f"127 lines {span} in {file}" in ended.err
        assert f"{WEB.name}: not proven yet" in ended.err
    assert len((tmp_path / "lines.ndjson").read_text().splitlines()) == 128
    with (tmp_path / "lines.csv").open(encoding="utf-8", newline="") as text:
        assert len([*csv.reader(text)]) == 128
    assert pq.read_metadata(tmp_path / "lines.parquet").num_rows == 127


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("levl:ERROR",), r"\(character 1\); is it .*level"),
        (("(",), "character"),
        (("--from", "yesterday"), "from, to"),
        (("--feed", "nofeed"), "nofeed"),
        (("--size", "0"), "size"),
        (("--export", "lines.xlsx"), "parquet"),
    ],
)
def test_what_is_not_understood_ends_with_2(
    own_file: Path, arguments: tuple[str, ...], told: str
) -> None:
    ended = asked(own_file, *arguments)
    assert ended.code == 2
    assert re.search(told, ended.err)
    assert not ended.out


def test_an_api_that_is_away_ends_with_1(api: Config, conf_file: Path, tmp_path: Path) -> None:
    ended = millrace("query", conf=written(conf_file, tmp_path, free_port()))
    assert ended.code == 1
    assert "millrace api starts the API" in ended.err


def test_a_file_that_cannot_be_written_ends_with_1(own_file: Path, tmp_path: Path) -> None:
    ended = asked(own_file, *SPAN, "--export", str(tmp_path / "none" / "lines.csv"))
    assert ended.code == 1
    assert "No such file" in ended.err
