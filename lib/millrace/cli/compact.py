"""The command ``compact``: merges the archive's small files."""

from typing import Annotated

import typer

from millrace import config
from millrace.cli.options import ConfFile

# What Delta itself keeps at least: a reader that began before may still need the old files.
_KEEP_HOURS = 168


def compact(
    feed: Annotated[str | None, typer.Option(help="Only this feed.")] = None,
    keep_hours: Annotated[
        int,
        typer.Option(min=_KEEP_HOURS, help="Keep files that versions of the last N hours need."),
    ] = _KEEP_HOURS,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Merge the archive's small files, and delete files that are no longer needed."""
    from millrace.io import delta
    from millrace.runtime.session import spark_session

    loaded = config.load(conf)
    feeds = [loaded.feed(feed)] if feed else list(loaded.feeds)
    spark = spark_session("millrace-compact", loaded)
    for chosen in feeds:
        if not delta.exists(spark, loaded.storage.archive, chosen):
            print(f"{chosen.name}: the archive is empty")
            continue
        small, large = delta.compact(spark, loaded.storage.archive, chosen, keep_hours)
        print(f"{chosen.name}: {small:,} small files merged into {large:,}")
