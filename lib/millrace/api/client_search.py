"""Lines that a client asked for: one by one, as a DataFrame, or as a table of Arrow's."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from millrace.api.connection import Connection
from millrace.api.exported import Exported, Progress, fetched

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Feeds = str | Sequence[str]


@dataclass(frozen=True)
class Asked:
    """What is asked for, and its parameters in a URL."""

    q: str
    from_: str
    to: str
    feeds: Feeds
    order: str = "newest"

    @property
    def parameters(self) -> dict[str, Any]:
        """They, as a URL has them."""
        times = {"from": self.from_, "to": self.to}
        return {"q": self.q, "feed": several(self.feeds), **times}


class Search:
    """Lines that match: one by one, as a DataFrame, or as a table of Arrow's."""

    def __init__(self, api: Connection, asked: Asked, size: int) -> None:
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

    def export(self, path: str | Path, progress: Progress = lambda size: None) -> Exported:
        """Writes all lines to a file, as ``Client.export`` does."""
        asked = self._asked.parameters | {"order": self._asked.order}
        return fetched(self._api, "/v1/logs/export", asked, path, progress)

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


def several(names: str | Sequence[str]) -> list[str]:
    """The names, where one or more are given."""
    return [names] if isinstance(names, str) else [*names]
