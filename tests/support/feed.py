"""A feed that one trial has for itself, and the lines that were sent to it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from millrace.config import Config
from support.marked_lines import MarkedLines, marked_lines
from support.pipeline import Pipeline, pipeline

_LINES_BEGIN_HOURS_AGO = 2


@dataclass
class Feed:
    """A feed of access logs, alone in its configuration."""

    pipe: Pipeline
    lines: MarkedLines

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

    def forget(self, job: str) -> None:
        """Removes the checkpoint of a job."""
        self.pipe.forget(job)


def new_feed(folder: Path, servers_file: Path, **stream: Any) -> Feed:
    """A feed with an empty topic and these settings of the section ``stream``."""
    name = f"c{uuid4().hex[:8]}"
    own = {"name": name, "topic": name, "format": "combined", "service_name": "web"}
    pipe = pipeline(folder, servers_file, own, **stream)
    return Feed(pipe, marked_lines(pipe.conf.kafka, name, hours_ago=_LINES_BEGIN_HOURS_AGO))
