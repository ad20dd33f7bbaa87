"""A line becomes fields, or is rejected with the reason: plain functions of the line alone.

A further preset is a module in ``presets`` with ``VERSION`` and ``parser``, named in ``PRESETS``.
"""

from functools import cache
from importlib import import_module
from json import loads
from types import ModuleType
from typing import Any

from millrace.parse.options import DEFAULT, Options, Parse
from millrace.records.formats import Format

_ELSEWHERE = {
    **{name: name for name in ("combined", "app", "shop", "syslog")},
    "json": "json_logs",
    "alb": "presets.elb",
}


def parser(format: Format, options: Options = DEFAULT) -> Parse:
    """What parses lines of the format; raises ValueError, one sentence, where it is none."""
    if format.kind is None:
        parse: Parse = _module(format.name).parser(options)
        return parse
    declared: dict[str, Any] = loads(format.declaration)
    written = declared.pop(format.kind)
    if format.kind == "json":
        parse = _module("json").mapped(written, options)
    elif format.kind == "iis":
        parse = _module("iis").parser_of_fields(written, options)
    else:
        parse = import_module(f"{__name__}.declared.{format.kind}").parser(
            written, options, **declared
        )
    return parse


def version(format: Format) -> int:
    """The version of what the format's parser gives."""
    if format.kind is not None:
        return format.version
    number: int = _module(format.name).VERSION
    return number


def description(preset: str) -> tuple[str, int]:
    """What the preset reads, in a sentence, and its version."""
    module = _module(preset)
    sentence = (module.__doc__ or "").partition("\n")[0].rstrip(".:").replace("``", "")
    return sentence, module.VERSION


@cache
def _module(preset: str) -> ModuleType:
    """The module of a preset; those that no feed has are never loaded."""
    return import_module(f"{__name__}.{_ELSEWHERE.get(preset, f'presets.{preset}')}")
