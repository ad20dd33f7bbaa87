"""The API for Python: lines and figures as DataFrames, and files that are whole or an error."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from millrace import config
from millrace.api.connection import ApiError, Connection
from millrace.api.downloads import FORMATS, IncompleteError, saved
from millrace.config import Config
from millrace.errors import one_line
from millrace.records.tables import MEASURES, TABLES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["ApiError", "Client", "Exported", "Search"]

# Columns of figures that come as text, so that no digit of them is lost.
_DECIMALS = sorted(
    {name for table in TABLES for name, m in table.figures.items() if "DECIMAL" in MEASURES[m]}
    | {key.name for table in TABLES for key in table.keys if not key.characters}
)
_TIMEOUT = httpx.Timeout(600, connect=10)  # of an export: where few lines match, it waits for them

Feeds = str | Sequence[str]


@dataclass(frozen=True)
class Exported:
    """A file of all lines that matched between two times, and how far to trust it."""

    path: Path
    lines: int
    since: str
    until: str
    freshness: list[dict[str, Any]]
    proof: list[dict[str, Any]]


@dataclass(frozen=True)
class _Asked:
    """What is asked for, and its parameters in a URL."""

    q: str
    from_: str
    to: str
    feeds: Feeds
    order: str = "newest"

    @property
    def parameters(self) -> dict[str, Any]:
        times = {"from": self.from_, "to": self.to}
        return {"q": self.q, "feed": _several(self.feeds), **times}


class Client:
    """Asks the API at ``address``, or at that of the configuration ``conf``, given or in a file.

    The token is that of the environment (MILLRACE__API__READ_TOKEN) where none is given, and for
    the configuration's own address that which the API made on this machine. Raises
    ConfigurationError where there is none.
    """

    def __init__(
        self,
        address: str | None = None,
        token: str | None = None,
        conf: Config | Path = config.DEFAULT_FILE,
    ) -> None:
        self._api = Connection(address, token, conf)

    def __enter__(self) -> "Client":
        """The client, closed as the context ends."""
        return self

    def __exit__(self, *error: object) -> None:
        """Closes the connections."""
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._api.close()

    def search(
        self,
        q: str = "",
        from_: str = "now-1h",
        to: str = "now",
        feeds: Feeds = (),
        size: int = 1_000,
        order: str = "newest",
    ) -> "Search":
        """The lines that match, asked for as they are read, ``size`` at once."""
        return Search(self._api, _Asked(q, from_, to, feeds, order), size)

    def explain(
        self, q: str = "", from_: str = "now-1h", to: str = "now", feeds: Feeds = ()
    ) -> dict[str, Any]:
        """What a query means (``sentence``), what it costs (``plan``), and what is ``narrower``."""
        return self._api.json(
            "POST", "/v1/logs/explain", json=_Asked(q, from_, to, feeds).parameters
        )

    def figures(
        self,
        table: str,
        from_: str = "now-1h",
        to: str = "now",
        feeds: Feeds = (),
        by: Sequence[str] = (),
        step: str = "1m",
        **keys: str | Sequence[str],
    ) -> "pd.DataFrame":
        """The figures of a table in steps of time, for each value of ``by``; raises ApiError.

        ``keys`` are the values that the table's keys are to have. How far to trust it is in its
        ``attrs``, ``freshness`` and ``proof``, and of each step in ``buckets``.
        """
        import pandas as pd

        asked = {"from": from_, "to": to, "feed": _several(feeds), "by": _several(by), "step": step}
        answer = self._api.json("GET", f"/v1/figures/{quote(table, safe='')}", params=asked | keys)
        frame = pd.DataFrame(answer["rows"])
        for name in frame.columns.intersection(_DECIMALS):
            frame[name] = pd.to_numeric(frame[name])
        if not frame.empty:
            frame["window_start"] = pd.to_datetime(frame["window_start"])
        frame.attrs |= {name: answer[name] for name in ("freshness", "proof", "buckets")}
        return frame

    def export(
        self,
        path: str | Path,
        q: str = "",
        from_: str = "now-1h",
        to: str = "now",
        feeds: Feeds = (),
        order: str = "newest",
        progress: Callable[[int], object] = lambda size: None,
    ) -> Exported:
        """Writes all lines that match to ``path``: .ndjson, .csv or .parquet.

        What is there is replaced once the file is whole. ``progress`` is called with the bytes that
        came so far. Raises ApiError where the file cannot be had whole, or not be written.
        """
        return self.search(q, from_, to, feeds, order=order).export(path, progress)


class Search:
    """Lines that match: one by one, as a DataFrame, or as a table of Arrow's."""

    def __init__(self, api: Connection, asked: _Asked, size: int) -> None:
        self._api, self._asked, self._size = api, asked, size

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Each line of all pages, as JSON has it; raises ApiError."""
        for page in self.pages():
            yield from page["items"]

    def pages(self) -> Iterator[dict[str, Any]]:
        """Each answer of /v1/logs: ``items``, ``total``, ``proof`` and more; raises ApiError.

        One may have few lines, or none, with more to follow.
        """
        asked = self._asked.parameters | {"order": self._asked.order, "size": self._size}
        return self._api.pages("/v1/logs", asked)

    def export(
        self, path: str | Path, progress: Callable[[int], object] = lambda size: None
    ) -> Exported:
        """Writes all lines to a file, as ``Client.export`` does."""
        path, asked = Path(path), self._asked
        if path.suffix not in FORMATS:
            raise ApiError(f"{path}: expected a name that ends in {', '.join(FORMATS)}")
        wanted = asked.parameters | {"order": asked.order, "format": FORMATS[path.suffix]}
        answer = self._api.answer("GET", "/v1/logs/export", params=wanted, timeout=_TIMEOUT)
        try:
            with answer as response:
                exported = _about(path, response.headers)
                lines = saved(path, _counted(response, progress))
        except (IncompleteError, OSError) as error:
            raise ApiError(f"{path}: {one_line(error)}") from None
        return replace(exported, lines=lines)

    def table(self) -> "pa.Table":
        """All lines, with a column for each field of the feeds; raises ApiError.

        The metadata of its schema says how far to trust it.
        """
        import pyarrow.parquet as pq

        with TemporaryDirectory(prefix="millrace-") as folder:
            path = Path(folder, "lines.parquet")
            self.export(path)
            return pq.read_table(path)

    def frame(self) -> "pd.DataFrame":
        """The same as pandas has it: whole numbers also where some are missing, maps as dicts.

        How far to trust it is in its ``attrs``, ``freshness`` and ``proof``.
        """
        import pandas as pd
        import pyarrow as pa

        whole = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype()}
        table = self.table()
        frame: pd.DataFrame = table.to_pandas(types_mapper=whole.get, maps_as_pydicts="strict")
        for name in ("freshness", "proof"):
            frame.attrs[name] = json.loads(
                table.schema.metadata[f"X-Millrace-{name.title()}".encode()]
            )
        return frame


def _several(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else [*names]


def _counted(response: httpx.Response, progress: Callable[[int], object]) -> Iterator[bytes]:
    size = 0
    for piece in response.iter_bytes():
        yield piece
        size += len(piece)
        progress(size)


def _about(path: Path, headers: httpx.Headers) -> Exported:
    """What an export says of itself before it begins; raises ApiError where it is none."""
    if not {"transfer-encoding", "content-length"} & headers.keys():
        raise ApiError("a proxy hides where the answer ends: it could not be seen to be cut")
    try:
        since, until, freshness, proof = (
            headers[f"X-Millrace-{name}"] for name in ("From", "To", "Freshness", "Proof")
        )
    except KeyError:
        raise ApiError("an answer, but not of the API: is the address right?") from None
    return Exported(path, 0, since, until, json.loads(freshness), json.loads(proof))
