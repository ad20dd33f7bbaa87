"""The levels that a line can have."""

from typing import Literal, get_args

Level = Literal["DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
"""The least severe first."""

LEVELS: tuple[Level, ...] = get_args(Level)
