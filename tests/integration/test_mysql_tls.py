"""MySQL by TLS: a private authority is trusted, by Python and the JVM; all else is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from pyspark.sql import SparkSession
from support.certificates import Authority, authority
from support.lines import kafka_rows, offsets, store, values
from support.places import SILENT, settings

from millrace import stack
from millrace.config import Config, ConfigurationError, Feed, Mysql, UnreachableError
from millrace.io import mysql, reference_data
from millrace.io.mysql.jdbc import check_jdbc, jdbc_options
from millrace.io.mysql.sink import MysqlSink
from millrace.records.ledger import Batch
from millrace.stack import mariadb
from millrace.transform import stage
from millrace.windows.figures import figures as to_figures

ADDRESS = "127.0.0.1"
LINES = 50
# What a connection is tried with beside the right settings, and the words it is refused by:
# in Python, in the JVM.
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "an authority of another name": (
        {"ca_file": "other"},
        "certificate is refused: unable to get local issuer certificate",
        "CertPath",
    ),
    "no authority but the system's": (
        {"ca_file": None},
        "certificate is refused: unable to get local issuer certificate",
        "CertPath",
    ),
    "another host name": (
        {"host": "localhost"},
        "certificate is refused: Hostname mismatch",
        "localhost",
    ),
}


@dataclass(frozen=True)
class Secured:
    """A MariaDB with TLS, how to reach it, and an authority that did not sign its certificate."""

    conf: Mysql
    other: Authority

    def conf_with(self, changes: dict[str, Any]) -> Mysql:
        """The right settings but for these; the authority ``other`` stands for its file."""
        changed = {k: self.other.file if v == "other" else v for k, v in changes.items()}
        return self.conf.model_copy(update=changed)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("tls")
    ours, other = authority(folder, "ours"), authority(folder, "other")
    certificate, key = ours.certificate(folder, ADDRESS)
    conf = settings(folder, servers=("mysql",))
    options = [option for option in mariadb.OPTIONS if option != "--skip-ssl"]
    with pytest.MonkeyPatch.context() as patched:
        # Whoever comes without TLS is refused, the tasks of a batch as well.
        own = (*options, f"--ssl-cert={certificate}", f"--ssl-key={key}")
        own += ("--require-secure-transport=ON",)
        patched.setattr(mariadb, "OPTIONS", own)
        conf = stack.up(conf, SILENT)
    trusted = {"tls": True, "ca_file": ours.file}
    try:
        yield Secured(conf.mysql.model_copy(update=trusted), other)
    finally:
        stack.down(conf, SILENT)


def test_python_trusts_a_private_authority(secured: Secured) -> None:
    with mysql.connection(secured.conf) as opened, opened.cursor() as cursor:
        cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
        assert (cursor.fetchone() or {})["Value"]


@pytest.mark.parametrize("case", REFUSED)
def test_python_refuses(secured: Secured, case: str) -> None:
    changes, words, _ = REFUSED[case]
    with pytest.raises(ConfigurationError) as refused, mysql.connection(secured.conf_with(changes)):
        pass
    assert not isinstance(refused.value, UnreachableError), "it would be retried"
    assert words in str(refused.value)
    assert "mysql.ca_file" in str(refused.value)


def test_a_server_without_tls_is_refused(servers: Config, secured: Secured) -> None:
    plain = servers.mysql.model_copy(update={"tls": True, "ca_file": secured.conf.ca_file})
    with pytest.raises(ConfigurationError) as refused, mysql.connection(plain):
        pass
    assert "SSL is required" in str(refused.value)
    assert not isinstance(refused.value, UnreachableError), "it would be retried"


@pytest.mark.parametrize("case", REFUSED)
def test_the_jvm_refuses(spark: SparkSession, secured: Secured, case: str) -> None:
    changes, _, words = REFUSED[case]
    with pytest.raises(ConfigurationError) as refused:
        check_jdbc(spark, secured.conf_with(changes))
    assert words in str(refused.value)
    assert "mysql.trust_store" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_the_jvm_refuses_a_server_without_tls(
    spark: SparkSession, servers: Config, secured: Secured
) -> None:
    plain = servers.mysql.model_copy(update={"tls": True, "ca_file": secured.conf.ca_file})
    with pytest.raises(ConfigurationError, match=r"(?i)ssl"):
        check_jdbc(spark, plain)


def test_a_batch_is_written_with_tls(
    spark: SparkSession, secured: Secured, conf: Config, country_database: str
) -> None:
    feed = Feed(name=f"t{uuid4().hex[:8]}", topic="t", format="combined", service_name="web")
    mysql.prepare(secured.conf)
    spec = reference_data.spec(conf, feed)
    figures = (
        kafka_rows(spark, values("combined", LINES, faults=0), topic="t")
        .transform(stage.to_counts, spec, feed.max_lateness_s)
        .transform(to_figures, feed.max_lateness_s)
    )
    store(MysqlSink(secured.conf, feed), figures, Batch(feed.name, "a", 0, offsets("t", 0, LINES)))
    with mysql.connection(secured.conf) as opened, opened.cursor() as cursor:
        query = "SELECT SUM(requests) AS n FROM traffic_by_minute WHERE feed = %s"
        cursor.execute(query, feed.name)
        assert (cursor.fetchone() or {})["n"] == LINES


def test_the_key_of_a_server_is_asked_for_only_without_tls(secured: Secured) -> None:
    assert "allowPublicKeyRetrieval" not in jdbc_options(secured.conf)["url"]
    assert "VERIFY_IDENTITY" in jdbc_options(secured.conf)["url"]
