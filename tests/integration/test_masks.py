"""What a feed masks reaches no sink: not MongoDB, not MySQL, not the archive."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from support.pipeline import Pipeline, pipeline

from millrace.config import Config
from millrace.io import delta, mongo
from millrace.records import tables
from millrace.records.formats import MASKS

pytestmark = pytest.mark.slow

SECRETS = (
    "jane.doe@example.com",
    "jane.doe%40example.com",
    "4111 1111 1111 1111",
    "378282246310005",
    "s3cr3t-t0k3n",
    "203.0.113.77",
    "2001:db8:1:2:3:4:5:6",
)
NOW = datetime.now(UTC)
STAMP = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
EVERY_SECRET = " ".join(
    f"?token={secret}&x=1" if secret.startswith("s3cr3t") else secret for secret in SECRETS
)
ACCESS = (
    f'203.0.113.77 - jane.doe@example.com [{NOW:%d/%b/%Y:%H:%M:%S} +0000] "GET '
    "/pay?access_token=s3cr3t-t0k3n&card=378282246310005&mail=jane.doe%40example.com HTTP/1.1"
    '" 200 5 "https://example.com/?api_key=s3cr3t-t0k3n" "agent jane.doe@example.com"'
)
SOUND: dict[str, list[str]] = {
    "combined": [ACCESS, ACCESS.replace("203.0.113.77", "2001:db8:1:2:3:4:5:6")],
    "app": [
        json.dumps({"timestamp": STAMP, "message": EVERY_SECRET, "path": "/a?token=s3cr3t-t0k3n"}),
        json.dumps({"timestamp": STAMP, "service_name": "jane.doe@example.com", "error_code": "E"}),
    ],
    "shop": [
        json.dumps(
            {
                "timestamp": STAMP,
                "event_type": "search",
                "user_id": "jane.doe@example.com",
                "details": {"query": EVERY_SECRET, "filters": {"ip": "203.0.113.77"}},
            }
        )
    ],
    "syslog": [
        f'<34>1 {STAMP} 203.0.113.77 app - - [a@1 m="jane.doe@example.com"] {EVERY_SECRET}',
        f"<34>{NOW:%b %d %H:%M:%S} host sshd[1]: Failed for jane.doe@example.com: {EVERY_SECRET}",
    ],
}
# No format takes this; with a byte that is no UTF-8 it is kept as bytes.
DEAD = (f"~~ {EVERY_SECRET}".encode(), f"~~ {EVERY_SECRET} \xff".encode("latin-1"))


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """A masked feed of each format, every line of which has secrets, run through every job."""
    feeds: list[dict[str, Any]] = [
        {"name": f"m_{format}", "topic": f"m_{format}", "format": format, "service_name": "s"}
        | {"mask": list(MASKS), "mask_archive": True}
        for format in SOUND
    ]
    pipe = pipeline(tmp_path_factory.mktemp("masks"), conf_file, *feeds)
    for format, sound in SOUND.items():
        pipe.send(f"m_{format}", [*(line.encode() for line in sound), *DEAD])
    for job in ("archive", "ingest", "aggregate"):
        pipe.run_within(spark, job)
    return pipe


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def test_documents_and_letters_hold_no_secret(pipe: Pipeline) -> None:
    db = mongo.database(pipe.conf.mongo)
    for format, sound in SOUND.items():
        documents = list(db[f"m_{format}"].find())
        letters = list(db.dead_letters.find({"feed": f"m_{format}"}))
        assert (len(documents), len(letters)) == (len(sound), len(DEAD))
        assert secrets_in(str(documents)) == []
        assert secrets_in("".join(letter["raw"].decode("latin-1") for letter in letters)) == []
        assert "{email}" in str(documents)
        assert all(b"{card}" in letter["raw"] for letter in letters)


def test_figures_hold_no_secret(pipe: Pipeline) -> None:
    rows = {
        t.name: str(pipe.select(f"SELECT * FROM {t.name} WHERE feed LIKE 'm\\_%'"))
        for t in tables.TABLES
    }
    routes = str(pipe.select("SELECT * FROM http_routes WHERE feed LIKE 'm\\_%'"))
    assert secrets_in("".join(rows.values()) + routes) == []
    assert "{email}" in rows["searches_by_minute"]


def test_the_archive_holds_no_secret_where_it_is_masked(
    pipe: Pipeline, spark: SparkSession
) -> None:
    for feed in pipe.conf.feeds:
        archived = delta.lines(spark, pipe.conf.storage.archive, feed).select("value").collect()
        lines = [bytes(row["value"]).decode("latin-1") for row in archived]
        assert len(lines) == len(SOUND[feed.format]) + len(DEAD)
        assert secrets_in("".join(lines)) == []
        assert all("{email}" in line for line in lines)
