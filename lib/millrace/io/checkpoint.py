"""A query's checkpoint folder, read where Spark keeps it: a local disk or an object store."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from millrace.records.ledger import OffsetRange

_NOTE = "millrace.json"
_INITIAL_OFFSETS = "sources/0/0"
_STARTS = "starting_offsets"


class Checkpoint:
    """The checkpoint of one query, at ``<root>/<query>``."""

    def __init__(self, spark: SparkSession, root: str, query: str) -> None:
        self.location = f"{root.rstrip('/')}/{query}"
        self._jvm: Any = spark.sparkContext._jvm
        self._hadoop = spark.sparkContext._jsc.hadoopConfiguration()

    @property
    def id(self) -> str | None:
        """The id that Spark gave this checkpoint, null before its query first started."""
        content = self._read("metadata")
        return json.loads(content)["id"] if content else None

    def note(self) -> dict[str, Any]:
        """What the suite itself noted beside Spark's own files; empty where nothing is."""
        content = self._read(_NOTE)
        return json.loads(content) if content else {}

    def write_note(self, note: dict[str, Any]) -> None:
        """Puts ``note`` in place of the one before."""
        path = self._path(_NOTE)
        stream = path.getFileSystem(self._hadoop).create(path, True)
        stream.write(json.dumps(note).encode())
        stream.close()

    def ranges(self, batch_id: int, topic_id: str) -> tuple[OffsetRange, ...]:
        """The offsets that batch takes, of each partition, from Spark's offset log."""
        until = self._offsets(f"offsets/{batch_id}")
        before = (
            self._offsets(_INITIAL_OFFSETS)
            if batch_id == 0
            else self._offsets(f"offsets/{batch_id - 1}")
        )
        return tuple(
            OffsetRange(
                topic, topic_id, int(partition), before.get(topic, {}).get(partition, 0), end
            )
            for topic, partitions in sorted(until.items())
            for partition, end in sorted(partitions.items(), key=lambda item: int(item[0]))
        )

    def committed(self, topic_id: str) -> list[OffsetRange]:
        """Every offset of each partition up to the end of the last batch that is committed."""
        batch = self._last_batch()
        if batch is None:
            return []
        return [replace(offsets, from_offset=0) for offsets in self.ranges(batch, topic_id)]

    def position(self, topic: str, topic_id: str) -> list[OffsetRange]:
        """Every offset before the next one to read; empty where the query begins at the earliest.

        It is the end of the last batch committed, or where the first one began.
        """
        return self.committed(topic_id) or [
            OffsetRange(topic, topic_id, partition, 0, offset)
            for partition, offset in self.first(topic).items()
        ]

    def first(self, topic: str) -> dict[int, int]:
        """Where the query's first batch begins, by partition; empty before it is planned."""
        is_planned = self._read(_INITIAL_OFFSETS) is not None
        starts = self._offsets(_INITIAL_OFFSETS).get(topic, {}) if is_planned else self.starts()
        return {int(partition): offset for partition, offset in starts.items()}

    def last_batch_at(self) -> datetime | None:
        """When the last committed batch was planned; None where none is."""
        batch = self._last_batch()
        if batch is None:
            return None
        lines = (self._read(f"offsets/{batch}") or "").strip().splitlines()
        planned_ms = json.loads(lines[1])["batchTimestampMs"] if len(lines) > 2 else None
        return datetime.fromtimestamp(planned_ms / 1000, tz=UTC) if planned_ms else None

    def starts(self) -> dict[str, int]:
        """Where a new query begins, by partition, where that is not the earliest record."""
        starts: dict[str, int] = self.note().get(_STARTS, {})
        return starts

    def begin_anew(self, starts: dict[int, int]) -> str:
        """Moves the checkpoint aside; the next query begins at these offsets. Returns where to."""
        note = self.note()
        aside = f"{self.location}.{datetime.now(UTC):%Y%m%dT%H%M%S}"
        source = self._path()
        target = self._jvm.org.apache.hadoop.fs.Path(aside)
        source.getFileSystem(self._hadoop).rename(source, target)
        kept = {key: note[key] for key in ("topic", "topic_id")}
        self.write_note(kept | {_STARTS: {str(number): start for number, start in starts.items()}})
        return aside

    def _last_batch(self) -> int | None:
        path = self._path("commits")
        files = path.getFileSystem(self._hadoop)
        listed = files.listStatus(path) if files.exists(path) else []
        names = [status.getPath().getName() for status in listed]
        return max((int(name) for name in names if name.isdigit()), default=None)

    def _offsets(self, name: str) -> dict[str, dict[str, int]]:
        content = self._read(name)
        if content is None:
            raise FileNotFoundError(f"{self.location}/{name}: the offset log lacks this file")
        # A version line, the batch's metadata where there is any, then one line a source.
        offsets: dict[str, dict[str, int]] = json.loads(content.strip().splitlines()[-1])
        return offsets

    def _read(self, name: str) -> str | None:
        path = self._path(name)
        try:
            stream = path.getFileSystem(self._hadoop).open(path)
        except Py4JJavaError as error:
            if "FileNotFoundException" in str(error.java_exception.getClass().getName()):
                return None
            raise
        try:
            content: str = self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8")
        finally:
            stream.close()
        return content

    def _path(self, name: str = "") -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(f"{self.location}/{name}".rstrip("/"))
