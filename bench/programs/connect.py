"""Kafka Connect with MongoDB's sink connector, in its replay-safe setting; it does not parse.

connect.py FOLDER BROKERS TOPIC DATABASE; MONGO_URI is in the environment. Runs until it is ended.
"""

import os
import sys
import uuid
from pathlib import Path

from millrace.config import Stack
from millrace.setup.downloads import downloads_folder, once, retrieve
from millrace.setup.java import java
from millrace.setup.private import write_private
from millrace.stack.kafka import VERSION

RUNTIME = ("connect-runtime", "connect-transforms", "connect-json")
CONNECTOR = "org.mongodb.kafka:mongo-kafka-connect:2.0.1"
WORKER = """\
bootstrap.servers={brokers}
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
offset.storage.file.filename={folder}/offsets
offset.flush.interval.ms=5000
plugin.path={plugins}
listeners=http://127.0.0.1:0
consumer.max.poll.records=2000
consumer.fetch.min.bytes=100000
"""
# The line is put into a document, with what the collection's indexes ask for.
SINK = """\
name=lines-{run}
connector.class=com.mongodb.kafka.connect.MongoSinkConnector
tasks.max=2
topics={topic}
connection.uri={uri}
database={database}
collection={topic}
document.id.strategy=com.mongodb.kafka.connect.sink.processor.id.strategy.KafkaMetaDataStrategy
writemodel.strategy=com.mongodb.kafka.connect.sink.writemodel.strategy.ReplaceOneDefaultStrategy
bulk.write.ordered=false
consumer.override.auto.offset.reset=earliest
transforms=line,received,service
transforms.line.type=org.apache.kafka.connect.transforms.HoistField$Value
transforms.line.field=line
transforms.received.type=org.apache.kafka.connect.transforms.InsertField$Value
transforms.received.timestamp.field=timestamp
transforms.service.type=org.apache.kafka.connect.transforms.InsertField$Value
transforms.service.static.field=service_name
transforms.service.static.value=web
"""


def main(folder: str, brokers: str, topic: str, database: str) -> None:
    """Becomes a standalone worker with one connector."""
    downloads = downloads_folder(Stack())
    runtime, plugins = downloads / f"connect-{VERSION}", downloads / "connect-plugins"
    coordinates = [f"org.apache.kafka:{name}:{VERSION}" for name in RUNTIME]
    once(runtime, lambda unfinished: retrieve(coordinates, unfinished))
    once(plugins, lambda unfinished: _fill(unfinished / "mongodb"))
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    worker, sink = place / "worker.properties", place / "sink.properties"
    worker.write_text(WORKER.format(brokers=brokers, folder=place, plugins=plugins))
    uri = os.environ["MONGO_URI"]
    write_private(sink, SINK.format(run=uuid.uuid4(), topic=topic, uri=uri, database=database))
    command = [java(), "-Xmx1g", "-cp", f"{runtime}/*"]
    command += ["org.apache.kafka.connect.cli.ConnectStandalone", str(worker), str(sink)]
    os.execv(command[0], command)


def _fill(folder: Path) -> None:
    folder.mkdir()
    retrieve([CONNECTOR], folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
