"""A TCP proxy before a server, by which single connections go wrong while the server is well."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK_BYTES = 65_536


class Proxy:
    """Listens on a port of its own and forwards, until ``spoil`` names where it goes wrong."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.is_spoiled = threading.Event()
        self._target_port = target_port
        self._marker: bytes | None = None
        self._cut_after_s: float | None = None

    def spoil(self, marker: bytes, cut_after_s: float | None = None) -> None:
        """The next connection that sends ``marker`` gets no answer any more.

        It is left open for good, or cut after some seconds. Others are served as before.
        """
        self._marker, self._cut_after_s = marker, cut_after_s

    async def serve(self) -> None:
        """Serves until it is cancelled."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            await server.serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            to_server = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.close()
            return
        answers = asyncio.ensure_future(_forward(to_server[0], writer))
        try:
            while data := await reader.read(_CHUNK_BYTES):
                if self._marker and self._marker in data:
                    self._marker = None
                    self.is_spoiled.set()
                    answers.cancel()
                    if self._cut_after_s is None:
                        await asyncio.Event().wait()
                    await asyncio.sleep(self._cut_after_s or 0)
                    break
                to_server[1].write(data)
                await to_server[1].drain()
        except ConnectionError:
            pass
        finally:
            to_server[1].close()
            writer.close()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
        writer.close()


@contextmanager
def proxy(target_port: int) -> Iterator[Proxy]:
    """A proxy before the server at that port of this machine."""
    made, loop = Proxy(target_port), asyncio.new_event_loop()
    serving = loop.create_task(made.serve())

    def run() -> None:
        asyncio.set_event_loop(loop)
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(serving)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while not made.port:
            assert thread.is_alive(), "the proxy does not serve"
            threading.Event().wait(0.01)
        yield made
    finally:
        loop.call_soon_threadsafe(serving.cancel)
        thread.join()
