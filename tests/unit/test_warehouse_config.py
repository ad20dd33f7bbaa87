"""The section `warehouse`, its passwords, and what is made of it in a server."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from support.places import SILENT, settings_file

from millrace import config, stack
from millrace.config import ConfigurationError, UnreachableError, Warehouse, addresses, passwords
from millrace.io.warehouse import client, roles
from millrace.records.warehouse import BI, DBT, TABLES
from millrace.stack import clients

ROOT = Path(__file__).parents[2]
SECTION: dict[str, Any] = {"host": "127.0.0.1", "port": 20433}


def _file(folder: Path, **section: Any) -> Path:
    servers = {"directory": str(folder / "stack"), "servers": ["mongo"]}
    servers["warehouse"] = ["warehouse-postgres"]
    (folder / "stack" / "run").mkdir(parents=True)
    return settings_file(folder, stack=servers, warehouse=SECTION | section)


def _loaded(file: Path) -> Warehouse:
    warehouse = config.load(file).warehouse
    assert warehouse
    return warehouse


def _secrets(warehouse: Warehouse) -> list[str]:
    secrets = (warehouse.password, warehouse.dbt_password, warehouse.bi_password)
    return [secret.get_secret_value() for secret in secrets]


def test_each_role_has_a_password_of_its_own(tmp_path: Path) -> None:
    file = _file(tmp_path)
    assert _secrets(_loaded(file)) == ["", "", ""]
    made = config.load(file).stack
    passwords.make(made, ["mongo"])
    assert _secrets(_loaded(file)) == ["", "", ""]  # as of a stack that was made without it
    assert passwords.make(made, ["mongo", "warehouse-postgres"]) == ["warehouse-postgres"]
    assert len({secret for secret in _secrets(_loaded(file)) if len(secret) >= 32}) == 3
    assert passwords.make(made, ["warehouse-postgres"]) == []


def test_a_password_that_is_lost_is_made_anew_beside_the_others(tmp_path: Path) -> None:
    file = _file(tmp_path)
    made = config.load(file).stack
    passwords.make(made, ["mongo", "warehouse-postgres"])
    load, _, bi = _secrets(_loaded(file))
    kept = passwords.file(made)
    lost = passwords.WAREHOUSE["dbt_password"]
    lines = [line for line in kept.read_text().splitlines(True) if not line.startswith(lost)]
    kept.write_text("".join(lines))
    assert passwords.make(made, ["warehouse-postgres"]) == ["warehouse-postgres"]
    secrets = _secrets(_loaded(file))
    assert (secrets[0], secrets[2]) == (load, bi)
    assert len(secrets[1]) >= 32


def test_a_password_of_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _file(tmp_path)
    passwords.make(config.load(file).stack, ["mongo", "warehouse-postgres"])
    monkeypatch.setenv("MILLRACE__WAREHOUSE__DBT_PASSWORD", "given")
    assert _secrets(_loaded(file))[1] == "given"


def test_a_warehouse_elsewhere_has_no_password_of_ours(tmp_path: Path) -> None:
    file = _file(tmp_path, host="warehouse.example.com")
    passwords.make(config.load(file).stack, ["mongo", "warehouse-postgres"])
    assert _secrets(_loaded(file)) == ["", "", ""]


def test_passwords_are_for_the_environment_alone(tmp_path: Path) -> None:
    file = _file(tmp_path, bi_password="x")
    with pytest.raises(ConfigurationError) as refused:
        config.load(file)
    assert str(refused.value) == (
        f"{file}: warehouse.bi_password: a secret must come from the environment:"
        " MILLRACE__WAREHOUSE__BI_PASSWORD"
    )


def test_what_no_section_describes_cannot_be_started(tmp_path: Path) -> None:
    conf = config.load(settings_file(tmp_path))
    with pytest.raises(ConfigurationError, match="--with warehouse needs the section warehouse"):
        stack.up(conf, SILENT, ["warehouse"])
    assert not conf.stack.directory.exists()


def test_it_is_found_where_the_section_says(tmp_path: Path) -> None:
    conf = config.load(_file(tmp_path))
    assert conf.warehouse
    address = addresses.of_warehouse(conf.warehouse)
    assert (address.text, address.is_embedded(conf.stack)) == ("127.0.0.1:20433", True)


def test_a_person_logs_in_without_a_password_on_the_command_line(tmp_path: Path) -> None:
    file = _file(tmp_path)
    passwords.make(config.load(file).stack, ["mongo", "warehouse-postgres"])
    conf = config.load(file)
    own = [login for login in clients.logins(conf) if login.title == "Warehouse"]
    assert [login.user for login in own] == ["load", DBT, BI]
    for login in own:
        assert len(login.password) >= 32
        assert login.password not in login.command
        assert "PGPASSFILE" in login.command


def test_the_page_has_the_statements_for_a_server_of_ones_own() -> None:
    page = (ROOT / "docs" / "warehouse.md").read_text()
    own = Warehouse(host="warehouse.example.com")
    for statements in (roles.of_server(own), roles.of_database(own)):
        assert "".join(f"    {statement};\n" for statement in statements) in page


def test_names_and_passwords_are_quoted() -> None:
    own = Warehouse.model_validate(SECTION | {"user": "load", "password": "it's"})
    assert roles.with_passwords(own)[0] == """ALTER ROLE "load" LOGIN PASSWORD 'it''s'"""
    assert not [line for line in roles.with_passwords(own) if "\n" in line]


def test_each_table_says_what_its_columns_mean() -> None:
    for table in TABLES:
        names = [column.name for column in table.columns]
        assert len({*names}) == len(names)
        assert {*table.key} <= {*names}
        assert all(column.comment for column in table.columns)
        assert all(column.is_required for column in table.columns if column.name in table.key)


def test_a_server_that_is_not_there_is_away() -> None:
    own = Warehouse(host="127.0.0.1", port=1)
    with (
        pytest.raises(UnreachableError, match=r"warehouse\.host 127\.0\.0\.1:1: "),
        client.connection(own),
    ):
        pass


AWAY = {
    "it shuts down": (psycopg.errors.AdminShutdown(), True),
    "it has no connection to spare": (psycopg.errors.TooManyConnections(), True),
    "the connection is lost": (psycopg.OperationalError("server closed the connection"), True),
    "it is read-only": (psycopg.errors.ReadOnlySqlTransaction(), True),
    "the statement is wrong": (psycopg.errors.SyntaxError(), False),
    "a value is": (psycopg.errors.InvalidTextRepresentation(), False),
    "the row is there": (psycopg.errors.UniqueViolation(), False),
}


@pytest.mark.parametrize("case", AWAY)
def test_what_comes_of_a_server_that_is_away_is_told_by_its_class(case: str) -> None:
    error, is_away = AWAY[case]
    assert client.is_away(error) is is_away
