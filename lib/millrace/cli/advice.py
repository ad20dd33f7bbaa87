"""What to do about the faults that a reconcile found."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from millrace.records.tables import WINDOW_S

if TYPE_CHECKING:
    from millrace.proof.reconcile import Verdict

_WINDOW = timedelta(seconds=WINDOW_S)


def advice(verdict: "Verdict") -> Iterator[str]:
    """The commands that fix what a reconcile found, and other steps to take."""
    feed = verdict.feed
    for found in verdict.documents:
        if found.to_replay:
            first, last = found.to_replay
            yield (
                f"fix: millrace replay --feed {feed} --from {_iso(first)}"
                f" --to {_iso(last + timedelta(milliseconds=1))} --promote"
            )
        elif found.missing:
            yield (
                "fix: the archive has the missing lines; run millrace replay --promote for the"
                " time in which they were received"
            )
        if found.stray_ids:
            ids = json.dumps(found.stray_ids)
            removal = f"db.{feed}.deleteMany({{_id: {{$in: {ids}}}}})"
            yield f"fix: these documents belong to no line; remove them in mongosh: {removal}"
    for job in ("ingest", "archive"):
        if job == "ingest" and verdict.unread and verdict.unread[job].archived:
            yield f"fix: stop {job}, run ./spark-submit.sh {job} --from archive, start {job} again"
        elif verdict.forgotten.get(job):
            yield (
                f"fix: stop {job}, remove its checkpoint {job}-{feed}, start {job} again: it reads"
                " Kafka from the start and does not change what is stored"
            )
    for job, unread in verdict.unread.items():
        if unread.lost:
            yield (
                f"Kafka deleted lines before {job} read them, and no copy is left. Accept the"
                f" loss: stop {job}, run ./spark-submit.sh {job} --accept-loss"
            )
    yield from _advice_on_figures(verdict)


def _advice_on_figures(verdict: "Verdict") -> Iterator[str]:
    recount, feed = verdict.recount, verdict.feed
    if verdict.forgotten.get("aggregate"):
        # Not revise: it counts the lines that the ledger names, and would take away the others.
        yield (
            "fix: ./spark-submit.sh archive --until-caught-up"
            " && ./spark-submit.sh aggregate --from archive"
        )
        return
    wrong = {start for _, start in recount.compared.differing}
    closed = recount.closed_until
    open_still = {start for start in wrong if closed is None or start + _WINDOW > closed}
    if wrong - open_still or recount.compared.late:
        if verdict.lag.get("archive"):
            yield "fix: first ./spark-submit.sh archive --until-caught-up, then"
        yield f"fix: millrace revise --feed {feed} --from-reconcile"
    if open_still:
        yield (
            f"{len(open_still):,} of the windows are still open. Revise them once newer lines are"
            " counted, or fix them now: stop aggregate and run ./spark-submit.sh aggregate --from"
            " archive"
        )


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
