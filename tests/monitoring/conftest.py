"""What tests of panels and notebooks share: one run of the whole suite."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from monitoring.observed import Observed, run

from millrace.config import Config


@pytest.fixture(scope="session")
def observed(
    servers: Config,
    conf_file: Path,
    country_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Observed]:
    """A run that has ended, on servers that are up still, and a Prometheus that saw it."""
    with run(tmp_path_factory.mktemp("observed"), conf_file) as observed:
        yield observed
