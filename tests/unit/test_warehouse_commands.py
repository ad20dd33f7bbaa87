"""What `millrace warehouse` says where it cannot begin."""

from pathlib import Path

from support.commandline import millrace
from support.places import settings_file


def test_a_configuration_without_a_warehouse_is_told(tmp_path: Path) -> None:
    conf = settings_file(tmp_path)
    for command in (("build",), ("dbt", "source", "freshness")):
        ended = millrace("warehouse", *command, conf=conf)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err == f"millrace: {conf}: there is no section warehouse\n"


def test_a_dbt_that_is_not_there_is_told(tmp_path: Path) -> None:
    missing = tmp_path / "dbt"
    conf = settings_file(tmp_path, warehouse={"host": "127.0.0.1", "dbt": str(missing)})
    ended = millrace("warehouse", "build", conf=conf)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.endswith(f"millrace: warehouse.dbt: {missing} does not exist\n")
