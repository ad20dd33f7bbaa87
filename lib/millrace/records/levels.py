"""The levels that a line can have."""

LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "FATAL")
"""The least severe first."""
