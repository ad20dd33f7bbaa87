"""What to do about the faults that a reconcile found."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from millrace.records.reconciliations import Advice, Fault
from millrace.records.tables import WINDOW_S

if TYPE_CHECKING:
    from millrace.proof.documents import Documents
    from millrace.proof.reconcile import Verdict

_WINDOW = timedelta(seconds=WINDOW_S)
_ARCHIVE = "./spark-submit.sh archive --until-caught-up"
_FROM_ARCHIVE = "./spark-submit.sh aggregate --from archive"
_OF_DOCUMENTS: tuple[Fault, ...] = ("missing", "doubled", "in_both", "never_committed")


def advice(verdict: "Verdict") -> Iterator[Advice]:
    """The commands that fix what a reconcile found, and other steps to take."""
    feed = verdict.feed
    for found in verdict.documents:
        yield from _on_documents(found, feed)
    yield from _on_archive(verdict)
    for job in ("ingest", "archive"):
        if job == "ingest" and verdict.unread and verdict.unread[job].archived:
            told = f"stop {job}, run ./spark-submit.sh {job} --from archive, start {job} again"
            yield Advice(("missing",), f"fix: {told}", f"./spark-submit.sh {job} --from archive")
        elif verdict.forgotten.get(job):
            yield Advice(
                ("forgotten",),
                f"fix: stop {job}, remove its checkpoint {job}-{feed}, start {job} again: it reads"
                " Kafka from the start and does not change what is stored",
            )
    for job, unread in verdict.unread.items():
        if unread.lost:
            yield Advice(
                ("lost",),
                f"Kafka deleted lines before {job} read them, and no copy is left. Accept the"
                f" loss: stop {job}, run ./spark-submit.sh {job} --accept-loss",
                f"./spark-submit.sh {job} --accept-loss",
            )
    yield from _on_figures(verdict)


def _on_documents(found: "Documents", feed: str) -> Iterator[Advice]:
    wrong = {
        "missing": found.missing or found.lost_of_expired,
        "doubled": found.doubled,
        "in_both": found.in_both,
        "never_committed": found.extra,
    }
    if found.to_replay:
        first, last = found.to_replay
        yield Advice.to_run(
            tuple(fault for fault in _OF_DOCUMENTS if wrong[fault]),
            f"millrace replay --feed {feed} --from {_iso(first)}"
            f" --to {_iso(last + timedelta(milliseconds=1))} --promote",
        )
    elif found.missing:
        yield Advice(
            ("missing",),
            "fix: the archive has the missing lines; run millrace replay --promote for the time in"
            " which they were received",
        )
    if found.lost_of_expired:
        told = "neither Kafka nor the archive has the lost lines any more: they cannot be restored"
        yield Advice(("missing",), told)
    if found.stray_ids:
        ids = json.dumps(found.stray_ids)
        removal = f"db.{feed}.deleteMany({{_id: {{$in: {ids}}}}})"
        yield Advice(
            tuple(fault for fault in ("doubled", "never_committed") if wrong[fault]),
            f"fix: these documents belong to no line; remove them in mongosh: {removal}",
        )


def _on_archive(verdict: "Verdict") -> Iterator[Advice]:
    if verdict.archive and verdict.archive.missing and not verdict.forgotten.get("archive"):
        yield Advice(
            ("missing",),
            f"fix: stop archive, remove its checkpoint archive-{verdict.feed}, start archive again:"
            " it archives the lines that Kafka still has",
        )
    if verdict.archive and verdict.archive.doubled:
        yield Advice(
            ("doubled",),
            "the archive has lines more than once: no command fixes it; keep the output of"
            f" millrace reconcile --feed {verdict.feed} --json",
        )


def _on_figures(verdict: "Verdict") -> Iterator[Advice]:
    recount, feed = verdict.recount, verdict.feed
    if verdict.forgotten.get("aggregate"):
        # Not revise: it counts the lines that the ledger names, and would take away the others.
        yield Advice.to_run(
            ("forgotten", "differing", "uncompared"), f"{_ARCHIVE} && {_FROM_ARCHIVE}"
        )
        return
    wrong = {start for _, start in recount.compared.differing}
    closed = recount.closed_until
    open_still = {start for start in wrong if closed is None or start + _WINDOW > closed}
    if wrong - open_still or recount.compared.late:
        # Late lines are no fault, but revise counts them.
        faults: tuple[Fault, ...] = ("differing",) if wrong - open_still else ()
        if verdict.lag.get("archive"):
            yield Advice(faults, f"fix: first {_ARCHIVE}, then", _ARCHIVE)
        yield Advice.to_run(faults, f"millrace revise --feed {feed} --from-reconcile")
    if open_still:
        yield Advice(
            ("differing",),
            f"{len(open_still):,} of the windows are still open. Revise them once newer lines are"
            " counted, or fix them now: stop aggregate and run ./spark-submit.sh aggregate --from"
            " archive",
            _FROM_ARCHIVE,
        )
    if verdict.is_nothing_compared:
        told = f"fix: stop aggregate, run {_FROM_ARCHIVE}, start aggregate again"
        yield Advice(("uncompared",), told, _FROM_ARCHIVE)


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
