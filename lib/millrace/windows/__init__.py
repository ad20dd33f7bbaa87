"""Records -> windowed figures; the same function serves a stream and a batch."""

from millrace.windows.figures import figures
from millrace.windows.wholeness import floor

__all__ = ["figures", "floor"]
