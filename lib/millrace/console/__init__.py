"""The page that the API serves to browsers: its sources in ``page``, built into ``static``."""

from pathlib import Path

PAGE = Path(__file__).parent / "page"
STATIC = Path(__file__).parent / "static"
COMMAND = "make console"
"""What builds the page."""
