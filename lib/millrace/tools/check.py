"""``millrace check``: what the configuration names, reached one by one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from millrace.config import Config, ConfigurationError
from millrace.io import kafka, mongo, mysql, reference_data, template_files
from millrace.tools import examples


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what was found."""

    subject: str
    state: Literal["ok", "warning", "wrong"]
    detail: str


def findings(conf: Config) -> Iterator[Finding]:
    """Looks at servers, topics and files in turn; never raises."""
    yield _tried("MongoDB", conf.mongo.uri.rpartition("@")[2], lambda: _mongo_version(conf))
    yield _tried("MySQL", f"{conf.mysql.host}:{conf.mysql.port}", lambda: _mysql_version(conf))
    for feed in conf.feeds:
        subject = f"topic {feed.topic}"
        broker = conf.kafka.bootstrap_servers
        finding = _tried(subject, broker, partial(_topic, conf, feed.topic))
        yield finding
        if (
            finding.state == "ok"
            and kafka.timestamp_type(conf.kafka, feed.topic) != "LogAppendTime"
        ):
            yield Finding(
                subject,
                "warning",
                "message.timestamp.type is not LogAppendTime: received_at is the producers' clock",
            )
    yield _tried("country database", "this machine", lambda: reference_data.country_database(conf))
    yield _tried("rules", "this machine", lambda: _rules(conf))
    yield _tried("formats", "this machine", lambda: _formats(conf))
    yield _tried("templates", str(conf.detection.templates), lambda: _templates(conf))


def _tried(subject: str, address: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, "ok", f"{look()} at {address}")
    except ConfigurationError as error:
        return Finding(subject, "wrong", str(error))


def _topic(conf: Config, name: str) -> str:
    described = kafka.topic(conf.kafka, name)
    return f"{described.partitions} partitions, id {described.id}"


def _mongo_version(conf: Config) -> str:
    return str(mongo.database(conf.mongo).client.server_info()["version"])


def _mysql_version(conf: Config) -> str:
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute("SELECT VERSION() AS version")
        return str((cursor.fetchone() or {})["version"])


def _rules(conf: Config) -> str:
    return f"{len(reference_data.rules(conf.detection.rules).records.rules)} rules"


def _formats(conf: Config) -> str:
    for feed in conf.feeds:
        reference_data.formats(conf, feed)
    failure = next(examples.failures(conf), None)
    if failure:
        raise ConfigurationError(f"formats.{failure.format}: {failure.difference}")
    tried = sum(len(declared.examples) for declared in conf.formats.values())
    return f"{len(conf.formats)} declared, {tried} examples"


def _templates(conf: Config) -> str:
    files = [template_files.load(conf.detection.templates, feed.name) for feed in conf.feeds]
    return f"{sum(len(file.templates) for file in files)} templates"
