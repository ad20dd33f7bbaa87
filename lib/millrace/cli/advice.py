"""What to do about what a reconcile found."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from millrace.proof.reconcile import Verdict
from millrace.records.tables import WINDOW_S

_WINDOW = timedelta(seconds=WINDOW_S)


def advice(verdict: Verdict) -> Iterator[str]:
    """The commands that mend what a reconcile found, and what else there is to do."""
    feed = verdict.feed
    for found in verdict.documents:
        if found.to_replay:
            first, last = found.to_replay
            yield (
                f"mend: millrace replay --feed {feed} --from {_iso(first)}"
                f" --to {_iso(last + timedelta(milliseconds=1))} --promote"
            )
        elif found.missing:
            yield (
                "the archive has the missing lines: millrace replay --promote over the time in"
                " which they were received writes them"
            )
        if found.stray_ids:
            ids = json.dumps(found.stray_ids)
            removal = f"db.{feed}.deleteMany({{_id: {{$in: {ids}}}}})"
            yield f"documents of no line of their own, to be removed in mongosh: {removal}"
    for job in ("ingest", "archive"):
        if job == "ingest" and verdict.unread and verdict.unread[job].archived:
            yield f"mend: stop {job}, run ./spark-submit.sh {job} --from archive, start it"
        elif verdict.forgotten.get(job):
            yield (
                f"mend: stop {job}, remove its checkpoint {job}-{feed}, start it: it reads Kafka"
                " from the start, and what is stored stays as it is"
            )
    for job, unread in verdict.unread.items():
        if unread.lost:
            yield (
                f"Kafka deleted lines before {job} read them, and nothing has them. Accept the"
                f" loss: stop {job}, run ./spark-submit.sh {job} --accept-loss"
            )
    yield from _advice_on_figures(verdict)


def _advice_on_figures(verdict: Verdict) -> Iterator[str]:
    recount, feed = verdict.recount, verdict.feed
    if verdict.forgotten.get("aggregate"):
        # Not revise: it counts the lines that the ledger names, and would take away the others.
        yield (
            "mend: ./spark-submit.sh archive --until-caught-up"
            " && ./spark-submit.sh aggregate --from archive"
        )
        return
    wrong = {start for _, start in recount.compared.differing}
    closed = recount.closed_until
    open_still = {start for start in wrong if closed is None or start + _WINDOW > closed}
    if wrong - open_still or recount.compared.late:
        if verdict.lag.get("archive"):
            yield "mend: ./spark-submit.sh archive --until-caught-up, and then"
        yield f"mend: millrace revise --feed {feed} --from-reconcile"
    if open_still:
        yield (
            f"{len(open_still):,} of the windows are open still and can be revised once newer lines"
            " are counted; with aggregate stopped, ./spark-submit.sh aggregate --from archive mends"
            " them now"
        )


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
