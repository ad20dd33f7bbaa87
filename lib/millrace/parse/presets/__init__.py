"""Formats that need no declaration, one module each: ``VERSION`` and ``parser(options)``."""
