"""The notebook of the business, over the facts of a real warehouse."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from api.serving import served
from monitoring.notebooks import lacking, render
from support.warehouse_tables import filled
from support.warehouse_world import drawn

from millrace.config import Config


@pytest.mark.slow
def test_every_chart_and_table_shows_something(
    warehouse: Config, conf_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert warehouse.warehouse
    filled(warehouse.warehouse, drawn(datetime.now(UTC).replace(second=0, microsecond=0)))
    with served(warehouse, max_query_s=20) as conf:
        monkeypatch.setenv("MILLRACE__API__PORT", str(conf.api.port))
        assert not list(lacking(render.executed("business", conf_file, "56d")))
