"""An answer that is made while it is sent: whole, or seen to be cut."""

import threading
from collections.abc import Generator, Mapping
from contextlib import suppress
from typing import Protocol

import anyio
from anyio import CancelScope, to_thread
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from millrace.api import problems
from millrace.errors import one_line

COMPLETE = "X-Millrace-Complete"
_AT_ONCE = 64 * 1024  # bytes
STALLED_S = 60  # a client that takes nothing for so long is left

Pieces = Generator[bytes, None, None]
"""The parts of a file in their order."""


class Source(Protocol):
    """What the pieces of an answer are made of."""

    lines: int
    """How many were read."""

    def stop(self) -> None:
        """Ends the reading that another thread does, which then raises an error."""

    def close(self) -> None:
        """Gives back what was used."""


class CutError(Exception):
    """An answer was cut: it has begun, and cannot be made whole."""


class Streamed(StreamingResponse):
    """Sends ``pieces``, made of ``source`` in other threads, where one of ``slots`` is free.

    An error before the first piece is answered as any. After that it breaks the connection, by
    CutError: without the end of its last chunk an answer is none, and no client takes it for whole.
    Where the server can send trailers, X-Millrace-Complete is one, with the number of lines.
    """

    def __init__(
        self,
        pieces: Pieces,
        source: Source,
        slots: threading.Semaphore,
        *,
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__((), headers=headers, media_type=media_type)
        self._pieces, self._source, self._slots = pieces, source, slots
        self._is_begun = self._is_done = self._is_left = False
        self._error: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers; raises CutError where the answer was cut by anyone but the client."""
        if not self._slots.acquire(blocking=False):
            busy = problems.response(429, "as many exports run as may", {"Retry-After": "10"})
            await busy(scope, receive, send)
            return
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._watch, receive, group.cancel_scope)
                await self._send_all(scope, send)
                group.cancel_scope.cancel()
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._close)
            self._slots.release()
        self._tell(scope)

    async def _watch(self, receive: Receive, scope: CancelScope) -> None:
        """Ends the reading once the client has left."""
        while (await receive())["type"] != "http.disconnect":
            pass
        if not self._is_done:
            self._is_left = True
            await to_thread.run_sync(self._source.stop)
            scope.cancel()

    async def _send_all(self, scope: Scope, send: Send) -> None:
        has_trailers = "http.response.trailers" in scope.get("extensions", {})
        try:
            piece = await self._next()
            if has_trailers:
                self.headers["Trailer"] = COMPLETE
            start = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", "trailers": has_trailers, **start})
            self._is_begun = True
            while piece is not None:
                await _send_piece(send, piece)
                piece = await self._next()
            self._is_done = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            if has_trailers:
                trailer = (COMPLETE.lower().encode(), f"lines={self._source.lines}".encode())
                await send({"type": "http.response.trailers", "headers": [trailer]})
        except Exception as error:
            self._error = error

    async def _next(self) -> bytes | None:
        return await to_thread.run_sync(next, self._pieces, None)

    def _close(self) -> None:
        if not self._is_done:
            self._source.stop()
        with suppress(ValueError):  # A thread may still be at it, where the server was stopped.
            self._pieces.close()
        self._source.close()

    def _tell(self, scope: Scope) -> None:
        """Says for the log how it ended; raises what ended it early."""
        lines = self._source.lines
        scope["state"]["told"] = f"{lines} lines{', left by the client' if self._is_left else ''}"
        if self._is_left:
            return
        if self._error is not None and not self._is_begun:
            raise self._error
        if self._error is not None:
            raise CutError(f"cut after {lines} lines: {one_line(self._error)}") from None


async def _send_piece(send: Send, piece: bytes) -> None:
    for start in range(0, len(piece), _AT_ONCE):
        body = piece[start : start + _AT_ONCE]
        with anyio.move_on_after(STALLED_S) as waiting:
            await send({"type": "http.response.body", "body": body, "more_body": True})
        if waiting.cancelled_caught:
            raise TimeoutError(f"the client took nothing for {STALLED_S} s")
