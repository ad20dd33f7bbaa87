"""A line becomes fields, or is rejected with the reason: plain functions of the line alone.

A further format is a module with ``VERSION`` and ``parse``, entered in ``_FORMATS``.
"""

from types import ModuleType

from millrace.parse import app, combined, shop, syslog
from millrace.records.formats import Format

_FORMATS: dict[Format, ModuleType] = {
    "combined": combined,
    "app": app,
    "shop": shop,
    "syslog": syslog,
}


def parser(format: Format) -> ModuleType:
    """The module of a format: ``parse(line, received_at)`` and the ``VERSION`` of what it gives."""
    return _FORMATS[format]
