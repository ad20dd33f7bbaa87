"""A feed that one trial has for itself, and the lines that were sent to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

from marked_lines import Sent, marked_lines, send
from pipeline import Pipeline, pipeline

from millrace.config import Config

_LINES_BEGIN_BEFORE = timedelta(hours=2)


def _start() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None) - _LINES_BEGIN_BEFORE


@dataclass
class Feed:
    """A feed of access logs, alone in its configuration."""

    pipe: Pipeline
    sent: list[Sent] = field(default_factory=list)
    start: datetime = field(default_factory=_start)

    @property
    def file(self) -> Path:
        """The configuration's file."""
        return self.pipe.file

    @property
    def conf(self) -> Config:
        """The configuration."""
        return self.pipe.conf

    @property
    def name(self) -> str:
        """The feed's name, and its topic's."""
        return self.conf.feeds[0].name

    @property
    def checkpoints(self) -> Path:
        """The folder of its checkpoints."""
        return Path(self.conf.storage.checkpoints)

    def send(self, count: int, partitions: Sequence[int] = (0, 1)) -> None:
        """Sends so many lines more, in turn to these partitions."""
        lines = marked_lines(len(self.sent), count, self.start)
        self.sent += send(self.conf.kafka.bootstrap_servers, self.name, lines, partitions)

    def forget(self, job: str) -> None:
        """Removes the checkpoint of a job."""
        self.pipe.forget(job)


def new_feed(folder: Path, servers_file: Path, **stream: Any) -> Feed:
    """A feed with an empty topic and these settings of the section ``stream``."""
    name = f"c{uuid4().hex[:8]}"
    own = {"name": name, "topic": name, "format": "combined", "service_name": "web"}
    return Feed(pipeline(folder, servers_file, own, **stream))
