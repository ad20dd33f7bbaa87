"""What tests share: one Spark session, one set of servers, one country database."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from support.places import SHARED_DOWNLOADS, SILENT, free_port, settings_file

from millrace import config, stack
from millrace.config import Config
from millrace.runtime.session import spark_session

os.environ.setdefault("MILLRACE_DOWNLOADS", str(SHARED_DOWNLOADS))


@pytest.fixture(scope="session")
def conf_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of this run's configuration."""
    return settings_file(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session")
def conf(conf_file: Path) -> Config:
    """This run's configuration; its servers are up only where a test asks for ``servers``."""
    return config.load(conf_file)


@pytest.fixture(scope="session")
def spark(conf: Config) -> Iterator[SparkSession]:
    """A session with the settings that jobs have."""
    session = spark_session("millrace-tests", conf)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def servers(conf: Config) -> Iterator[Config]:
    """The configuration, with a real broker, mongod and MariaDB up for it."""
    try:
        yield stack.up(conf, SILENT)
    finally:
        stack.down(conf, SILENT)


@pytest.fixture(scope="session")
def warehouse_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """A configuration of a warehouse alone: a real server, with its roles and no table."""
    folder = tmp_path_factory.mktemp("warehouse")
    directory = folder / "stack"
    own = {"directory": str(directory), "servers": [], "warehouse": ["warehouse-postgres"]}
    place = {"host": "127.0.0.1", "port": free_port()}
    alone = config.load(settings_file(folder, stack=own, warehouse=place))
    try:
        yield stack.up(alone, SILENT, ["warehouse"])
    finally:
        stack.down(alone, SILENT)
        stack.remove_data(alone)


@pytest.fixture(scope="session")
def warehouse(servers: Config, warehouse_alone: Config) -> Config:
    """The configuration of the servers, and of a real warehouse with its roles and no table."""
    return servers.model_copy(update={"warehouse": warehouse_alone.warehouse})


@pytest.fixture(scope="session")
def country_database(conf: Config) -> str:
    """The path of the country database that set-up installs."""
    downloads = Path(os.environ["MILLRACE_DOWNLOADS"])
    stack.install_country_database(conf.enrichment.country_database, downloads)
    return str(conf.enrichment.country_database)
