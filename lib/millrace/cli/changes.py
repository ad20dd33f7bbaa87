"""What `simulate` and `reconcile` do with changes of databases instead of lines."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from millrace.cli.options import FAILED, console, end, say
from millrace.config import Config, ConfigurationError, entities
from millrace.errors import JobError
from millrace.records.printable import printable_json
from millrace.records.reconciliations import ALL, Advice, Fault, Reconciliation

if TYPE_CHECKING:
    from millrace.proof.changes import Compared

_NAMED = 20
_PATIENCE_S = 120.0


def simulate(loaded: Config, count: int, rate: float | None, seed: int) -> None:
    """Does ``count`` operations to the tables of the databases, and says how many there were."""
    from millrace.simulate.working import work

    if loaded.changes is None:
        raise ConfigurationError(f"{loaded.file}: changes: this section is missing")
    done = work(loaded.changes, count, rate, seed)
    say(f"{done.operations} changes, {done.rolled_back} of them rolled back (--seed {seed})")


def reconcile(loaded: Config, entity: str | None, *, mend: bool, as_json: bool) -> None:
    """Compares entities with their databases, prints what was found, and ends with 1 if unequal.

    The verdict on each is stored where those on feeds are.
    """
    from millrace.io import mongo
    from millrace.io.mongo import reconciliations
    from millrace.proof.changes import compare

    captured = entities.of(loaded)
    chosen = [captured.entity(entity)] if entity else captured.all
    is_equal = True
    for one in chosen:
        try:
            with console.status(one.name):
                compared = compare(loaded, one, mend=mend, patience_s=_PATIENCE_S)
        except JobError as error:
            end(str(error), FAILED)
        is_equal &= compared.is_equal
        reconciliations.save(mongo.database(loaded.mongo), _verdict(compared))
        if as_json:
            print(printable_json(json.dumps(_plain(compared), ensure_ascii=False)))
        else:
            _tell(compared)
    sys.exit(0 if is_equal else FAILED)


def _verdict(compared: "Compared") -> Reconciliation:
    faults: dict[Fault, int] = {
        "missing": len(compared.missing),
        "differing": len(compared.differing),
        "undeleted": len(compared.undeleted),
    }
    command = f"millrace reconcile --changes --feed {compared.entity} --mend"
    found = tuple(fault for fault, keys in faults.items() if keys)
    advice = (Advice.to_run(found, command),) if found else ()
    now = datetime.now(UTC)
    return Reconciliation(compared.entity, ALL, now, compared.is_equal, faults, advice)


def _tell(compared: "Compared") -> None:
    lists = {
        "missing": compared.missing,
        "differing": compared.differing,
        "undeleted": compared.undeleted,
    }
    counts = ", ".join(f"{len(keys)} {name}" for name, keys in lists.items())
    say(f"{compared.entity}: {compared.rows:,} rows; {counts}")
    for name, keys in lists.items():
        if keys:
            say(f"  {name}: {_named(keys)}")
    for key, reason in list(compared.rejected.items())[:_NAMED]:
        say(f"  not carried: {key}: {reason}")
    if compared.changing:
        say(f"  {compared.changing} keys kept changing, and were not judged")
    if compared.mended:
        say(f"  {compared.mended} mended")


def _named(keys: Sequence[Any]) -> str:
    named = ", ".join(map(str, keys[:_NAMED]))
    return named + (f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else "")


def _plain(compared: "Compared") -> dict[str, Any]:
    return {
        "entity": compared.entity,
        "rows": compared.rows,
        "missing": list(map(str, compared.missing)),
        "differing": list(map(str, compared.differing)),
        "undeleted": list(map(str, compared.undeleted)),
        "not_carried": compared.rejected,
        "changing": compared.changing,
        "mended": compared.mended,
        "is_equal": compared.is_equal,
    }
