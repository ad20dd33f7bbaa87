"""The API for Python: lines and figures as DataFrames, and files that are whole or an error."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from millrace import config
from millrace.api.captured import Captured
from millrace.api.client_search import Asked, Feeds, Search, several
from millrace.api.connection import ApiError, Connection
from millrace.api.downloads import placed
from millrace.api.exported import Exported, Progress, fetched
from millrace.config import Config
from millrace.errors import one_line
from millrace.records.business import FIGURES
from millrace.records.tables import MEASURES, TABLES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ApiError", "Client", "Exported", "Search"]

# Columns of figures that come as text, so that no digit of them is lost.
_DECIMALS = sorted(
    {name for table in TABLES for name, m in table.figures.items() if "DECIMAL" in MEASURES[m]}
    | {key.name for table in TABLES for key in table.keys if not key.characters}
)


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

    @property
    def captured(self) -> Captured:
        """The rows of captured tables."""
        return Captured(self._api)

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
        return Search(self._api, Asked(q, from_, to, feeds, order), size)

    def explain(
        self, q: str = "", from_: str = "now-1h", to: str = "now", feeds: Feeds = ()
    ) -> dict[str, Any]:
        """What a query means (``sentence``), what it costs (``plan``), and what is ``narrower``."""
        return self._api.json(
            "POST", "/v1/logs/explain", json=Asked(q, from_, to, feeds).parameters
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

        answer = self.figures_answer(table, from_, to, feeds, by, step, **keys)
        frame = pd.DataFrame(answer["rows"])
        for name in frame.columns.intersection(_DECIMALS):
            frame[name] = pd.to_numeric(frame[name])
        if not frame.empty:
            frame["window_start"] = pd.to_datetime(frame["window_start"])
        frame.attrs |= {name: answer[name] for name in ("freshness", "proof", "buckets")}
        return frame

    def figures_answer(
        self,
        table: str,
        from_: str = "now-1h",
        to: str = "now",
        feeds: Feeds = (),
        by: Sequence[str] = (),
        step: str = "1m",
        **keys: str | Sequence[str],
    ) -> dict[str, Any]:
        """The same as /v1/figures answers it: ``rows``, ``buckets`` and more; raises ApiError."""
        asked = _figures(from_, to, feeds, by, step) | keys
        return self._api.json("GET", _address(table), params=asked)

    def export_figures(
        self,
        path: str | Path,
        table: str,
        from_: str = "now-1h",
        to: str = "now",
        feeds: Feeds = (),
        by: Sequence[str] = (),
        step: str = "1m",
        progress: Progress = lambda size: None,
        **keys: str | Sequence[str],
    ) -> Exported:
        """Writes all of what ``figures`` gives to ``path``, without a limit: as ``export`` does.

        Each row has how far to trust its step; money is exact.
        """
        asked = _figures(from_, to, feeds, by, step) | keys
        return fetched(self._api, f"{_address(table)}/export", asked, path, progress)

    def business(
        self, figure: str, from_: str = "now-24h", to: str = "now", step: str = "1h"
    ) -> "pd.DataFrame":
        """A figure of the business from the warehouse; raises ApiError.

        ``step`` counts where the figure has steps. How far the facts are, and what the last
        reconcile found, is in its ``attrs``, ``freshness`` and ``proof``.
        """
        import pandas as pd

        asked = {"from": from_, "to": to, "step": step}
        answer = self._api.json("GET", f"/v1/business/{quote(figure, safe='')}", params=asked)
        types = next((one.types for one in FIGURES if one.name == figure), {})
        frame = pd.DataFrame(answer["rows"], columns=[*types] or None)
        for name, type in types.items():
            if type.name == "decimal":
                frame[name] = pd.to_numeric(frame[name])
            elif type.name == "timestamp":
                frame[name] = pd.to_datetime(frame[name])
        frame.attrs |= {name: answer[name] for name in ("freshness", "proof")}
        return frame

    def export_business(
        self,
        path: str | Path,
        figure: str,
        from_: str = "now-24h",
        to: str = "now",
        step: str = "1h",
        progress: Progress = lambda size: None,
    ) -> Exported:
        """Writes all of what ``business`` gives to ``path``, as ``export`` does; money is exact."""
        asked = {"from": from_, "to": to, "step": step}
        address = f"/v1/business/{quote(figure, safe='')}/export"
        return fetched(self._api, address, asked, path, progress)

    def export(
        self,
        path: str | Path,
        q: str = "",
        from_: str = "now-1h",
        to: str = "now",
        feeds: Feeds = (),
        order: str = "newest",
        progress: Progress = lambda size: None,
    ) -> Exported:
        """Writes all lines that match to ``path``: .ndjson, .csv or .parquet.

        What is there is replaced once the file is whole. ``progress`` is called with the bytes that
        came so far. Raises ApiError where the file cannot be had whole, or not be written.
        """
        return self.search(q, from_, to, feeds, order=order).export(path, progress)

    def report(
        self,
        path: str | Path,
        from_: str = "now-24h",
        to: str = "now",
        feeds: Feeds = (),
        tz: str = "UTC",
    ) -> None:
        """Writes the report of that time to ``path``, as one HTML document.

        What is there is replaced once the file is whole. Raises ApiError where it cannot be had
        whole, or not be written.
        """
        asked = {"from": from_, "to": to, "feed": several(feeds), "tz": tz}
        with self._api.answer("GET", "/v1/report", params=asked) as response:
            content = response.read()
        try:
            with placed(Path(path)) as part:
                part.write_bytes(content)
        except OSError as error:
            raise ApiError(f"{path}: {one_line(error)}") from None


def _figures(
    from_: str, to: str, feeds: Feeds, by: Sequence[str], step: str
) -> dict[str, str | Sequence[str]]:
    times = {"from": from_, "to": to, "step": step}
    return {"feed": several(feeds), "by": several(by), **times}


def _address(table: str) -> str:
    return f"/v1/figures/{quote(table, safe='')}"
