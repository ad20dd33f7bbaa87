"""The feeds' message templates: one YAML file a feed, made to be read and compared by people."""

import os
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from millrace.config import yaml_file
from millrace.detect.templates import Template, template_id
from millrace.errors import ConfigurationError

_HEADING = """\
# What messages of feed {feed} look like. Written by `millrace templates mine --feed {feed}`, which
# keeps the templates that are here and adds those that are missing. A template's id is a hash of
# its text: a changed text is another template. <*> stands for any one word.
"""

Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class Templates:
    """A feed's templates, most frequent first, and the mining that wrote them.

    ``version`` counts the minings that changed the texts, ``messages`` those that were mined last,
    ``source`` is where they came from. Before the first mining the version is 0.
    """

    version: int = 0
    mined_at: datetime | None = None
    source: str = ""
    messages: int = 0
    templates: tuple[Template, ...] = ()


def path(folder: Path, feed: str) -> Path:
    """Where the templates of a feed lie."""
    return folder / f"{feed}.yaml"


def load(folder: Path, feed: str) -> Templates:
    """The templates of a feed, none where it has no file.

    Raises ConfigurationError, one line, where the file, a key or a value is wrong.
    """
    if not path(folder, feed).exists():
        return Templates()
    file = yaml_file.load(path(folder, feed), _File)
    templates = tuple(
        Template(template.id, template.template, template.messages) for template in file.templates
    )
    return Templates(file.version, file.mined_at, file.source, file.messages, templates)


def save(folder: Path, feed: str, templates: Templates) -> None:
    """Writes the file of a feed, whole or not at all; raises ConfigurationError where it cannot."""
    items = [
        {"id": template.id, "template": template.text, "messages": template.messages}
        for template in templates.templates
    ]
    content = {
        "version": templates.version,
        "mined_at": templates.mined_at,
        "source": templates.source,
        "messages": templates.messages,
        "templates": items,
    }
    # One line a template, however long, or a changed word moves all that follow it.
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=float("inf"))
    try:
        _replace(path(folder, feed), _HEADING.format(feed=feed) + text)
    except OSError as error:
        raise ConfigurationError(f"{path(folder, feed)}: {error.strerror}") from None


def _replace(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Template(_Model):
    id: str
    template: str = Field(min_length=1)
    messages: Count

    @model_validator(mode="after")
    def _id_is_of_the_text(self) -> "_Template":
        expected = template_id(self.template)
        if self.id != expected:
            raise ValueError(f"the id of {self.template!r} is {expected}, not {self.id}")
        return self


class _File(_Model):
    version: Annotated[int, Field(ge=1)]
    mined_at: AwareDatetime
    source: str
    messages: Count
    templates: tuple[_Template, ...]

    @model_validator(mode="after")
    def _templates_are_distinct(self) -> "_File":
        for text, count in Counter(template.template for template in self.templates).items():
            if count > 1:
                raise ValueError(f"the template {text!r} is listed {count} times")
        return self
