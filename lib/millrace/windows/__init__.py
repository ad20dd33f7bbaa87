"""Records -> windowed figures; the same function serves a stream and a batch."""

from millrace.windows.figures import figures

__all__ = ["figures"]
