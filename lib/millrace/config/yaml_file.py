"""YAML files that people write: read, checked against a model, refused in one line."""

import os
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from millrace.errors import ConfigurationError

ENV_PREFIX = "MILLRACE__"
CONF_DIRECTORY = Path(os.environ.get("MILLRACE_CONF_DIR", Path(__file__).parents[3] / "conf"))

Model = TypeVar("Model", bound=BaseModel)


def load(path: Path, model: type[Model]) -> Model:
    """The content of the file as a ``model``; raises ConfigurationError where it is not one."""
    try:
        return model.model_validate(read(path))
    except ValidationError as error:
        raise ConfigurationError(sentence(path, error)) from None


def read(path: Path) -> dict[str, Any]:
    """The keys and values of a YAML file; raises ConfigurationError where it has none."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        first_line = " ".join(str(error).split())
        raise ConfigurationError(f"{path}: not YAML: {first_line}") from None
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise ConfigurationError(f"{path}: expected keys and values at the top level")
    return content


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would take the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping; raises MarkedYAMLError where a key stands twice."""
        lines: dict[Any, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name in lines:
                said = f"{name} stands twice, in lines {lines[name]} and {line}"
                raise yaml.MarkedYAMLError(problem=said)
            if name is not None and key.tag != _MERGE:
                lines[name] = line
        return super().construct_mapping(node, deep)


_MERGE = "tag:yaml.org,2002:merge"


def sentence(path: Path, error: ValidationError) -> str:
    """One line on what is wrong first: the file or variable, the key, and what is expected."""
    errors = error.errors(include_url=False, include_input=True)
    # A key that is misspelt is missing as well: its wrong name tells more.
    first = min(errors, key=lambda found: found["type"] != "extra_forbidden")
    location = tuple(str(part) for part in first["loc"])
    variable = ENV_PREFIX + "__".join(location).upper()
    source = variable if variable in os.environ else f"{path}: {'.'.join(location) or 'file'}"
    reason = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        reason = "there is no such key"
    elif first["type"] == "missing":
        reason = "this key is missing"
    elif _is_shown(first["input"]) and first["type"] != "value_error":
        reason += f", not {first['input']!r}"
    rest = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    if reason[1:2].islower():
        reason = reason[0].lower() + reason[1:]
    return f"{source}: {reason}{rest}"


def _is_shown(value: object) -> bool:
    """Whether a message may repeat the value: an address may have a password in it."""
    return isinstance(value, str | int | float) and "@" not in str(value)
