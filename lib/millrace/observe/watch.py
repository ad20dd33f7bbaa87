"""What a job looks at from time to time beside its queries: lag, storage, the last proof."""

import logging
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from millrace.config import Storage
from millrace.errors import one_line
from millrace.observe import metrics

_log = logging.getLogger(__name__)


def every(interval_s: float, looks: Sequence[Callable[[], None]]) -> Callable[[], None]:
    """Calls each of ``looks`` every so many seconds in a thread of its own; a function ends it.

    One that fails is said once until it goes well again, and called all the same: a look never ends
    a job.
    """
    ended = threading.Event()

    def watch() -> None:
        said: set[int] = set()
        while not ended.is_set():
            for number, look in enumerate(looks):
                try:
                    look()
                    said.discard(number)
                except Exception as error:
                    if number not in said:
                        _log.warning(
                            "look %d at what surrounds the job: %s", number, one_line(error)
                        )
                    said.add(number)
            ended.wait(interval_s)

    threading.Thread(target=watch, name="watch", daemon=True).start()
    return ended.set


def storage(places: Storage) -> None:
    """Sets the space that is free where checkpoints and archive lie, of those on a disk here."""
    for name, place in (("checkpoints", places.checkpoints), ("archive", places.archive)):
        folder = _nearest(place)
        if folder is None:
            continue
        usage = shutil.disk_usage(folder)
        metrics.STORAGE_SIZE.labels(name).set(usage.total)
        metrics.STORAGE_FREE.labels(name).set(usage.free)


def _nearest(place: str) -> Path | None:
    """The folder itself, or the nearest above it that is there; none of an object store."""
    if "://" in place:
        return None
    folder = Path(place).resolve()
    return next(path for path in (folder, *folder.parents) if path.exists())
