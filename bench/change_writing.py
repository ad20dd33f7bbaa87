"""Writers to the databases whose changes are captured, at a steady rate or as fast as they can."""

import threading
import time

from millrace.config import Config
from millrace.errors import SetupError
from millrace.records.entities import SOURCES, Source
from millrace.simulate.changes import Operation, Transaction, Verb
from millrace.simulate.databases import Table, table

TIMED = 10  # operations of a transaction that is timed
LARGE = 500  # of one that only fills


def written(conf: Config, count: int, rate: float | None, first: int, size: int) -> int:
    """Writes ``count`` rows to each database, half of them twice; how many changes in all."""
    done: list[int] = []

    def write(source: Source) -> None:
        done.append(_write(conf, source, count, rate, first, size))

    threads = [threading.Thread(target=write, args=(source,)) for source in SOURCES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(done) < len(SOURCES):
        raise SetupError("a database was not written to: see what was printed above")
    return sum(done)


def _write(
    conf: Config, source: Source, count: int, rate: float | None, first: int, size: int
) -> int:
    """Rows are inserted; every third change is an update of one that was inserted before."""
    assert conf.changes is not None
    with table(conf.changes, source) as opened:
        opened.keys()
        began, done, key = time.monotonic(), 0, first
        while done < count:
            key = _transaction(opened, source, key, size)
            done += size
            if rate:
                time.sleep(max(0.0, began + done / rate - time.monotonic()))
    return done


def _transaction(opened: Table, source: Source, key: int, size: int) -> int:
    """One transaction, whose rows say when it began; the next free key."""
    operations, now = [], time.time()
    for number in range(size):
        is_update = number % 3 == 2
        chosen = key - 1 if is_update else key
        key += not is_update
        verb: Verb = "update" if is_update else "insert"
        operations.append(Operation(verb, chosen, f"title of {chosen}", now))
    opened.apply(Transaction(source, tuple(operations)))
    return key
