"""What mends a fault: each that a reconcile can find has something to do, and commands as typed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from millrace.proof.advice import advice
from millrace.proof.documents import Documents
from millrace.proof.figures import Compared
from millrace.proof.reconcile import Archive, Verdict
from millrace.proof.recount import Recount
from millrace.proof.unread import Unread
from millrace.records.ledger import OffsetRange
from millrace.records.reconciliations import Advice, Reconciliation

NOON = datetime(2026, 3, 1, 12)
SOME = [OffsetRange("app", "id", 0, 5, 7)]
DOCUMENTS = Documents("app", "id", SOME, SOME, 2, 0)
RECOUNT = Recount(Compared(windows=1), SOME, 2, None, NOON)
HOLDS = Verdict("app", SOME, [DOCUMENTS], Archive(2, [], []), RECOUNT)
FIRST = datetime(2026, 3, 1, 11, 0, 0, 250_000, tzinfo=UTC)
SPAN = (FIRST, FIRST + timedelta(seconds=3))
REPLAY = (
    "millrace replay --feed app --from 2026-03-01T11:00:00.250Z --to 2026-03-01T11:00:03.251Z"
    " --promote"
)
REVISE = "millrace revise --feed app --from-reconcile"
FROM_ARCHIVE = "./spark-submit.sh aggregate --from archive"


def of_documents(**found: object) -> Verdict:
    return replace(HOLDS, documents=[replace(DOCUMENTS, **found)])  # type: ignore[arg-type]


def of_figures(*starts: datetime, **more: object) -> Verdict:
    compared = Compared(windows=1, differing={("levels_by_minute", start): 1 for start in starts})
    return replace(HOLDS, recount=replace(RECOUNT, compared=compared), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verdict", "commands"),
    [
        (HOLDS, []),
        (of_documents(missing=SOME, to_replay=SPAN), [(("missing",), REPLAY)]),
        (
            of_documents(doubled=SOME, in_both=SOME, to_replay=SPAN),
            [(("doubled", "in_both"), REPLAY)],
        ),
        (of_documents(missing=SOME), [(("missing",), None)]),
        (of_documents(lost_of_expired=3), [(("missing",), None)]),
        (of_documents(extra=SOME, stray_ids=["a'b"]), [(("never_committed",), None)]),
        (replace(HOLDS, archive=Archive(2, SOME, [])), [(("missing",), None)]),
        (replace(HOLDS, archive=Archive(2, [], SOME)), [(("doubled",), None)]),
        (replace(HOLDS, forgotten={"archive": SOME}), [(("forgotten",), None)]),
        (
            replace(HOLDS, forgotten={"aggregate": SOME}),
            [
                (
                    ("forgotten", "differing", "uncompared"),
                    f"./spark-submit.sh archive --until-caught-up && {FROM_ARCHIVE}",
                )
            ],
        ),
        (
            replace(HOLDS, unread={"ingest": Unread(lost=SOME)}),
            [(("lost",), "./spark-submit.sh ingest --accept-loss")],
        ),
        (of_figures(NOON - timedelta(minutes=1)), [(("differing",), REVISE)]),
        (of_figures(NOON), [(("differing",), FROM_ARCHIVE)]),
        (
            of_figures(NOON - timedelta(minutes=1), lag={"archive": 4}),
            [
                (("differing",), "./spark-submit.sh archive --until-caught-up"),
                (("differing",), REVISE),
            ],
        ),
        (
            replace(HOLDS, recount=replace(RECOUNT, compared=Compared())),
            [(("uncompared",), FROM_ARCHIVE)],
        ),
    ],
)
def test_each_fault_has_what_mends_it(
    verdict: Verdict, commands: list[tuple[tuple[str, ...], str | None]]
) -> None:
    found = list(advice(verdict))
    assert [(one.faults, one.command) for one in found] == commands
    told = {fault for one in found for fault in one.faults}
    assert told >= {fault for fault, count in verdict.faults.items() if count}
    for one in found:
        assert one.command is None or one.command in one.text


def test_late_lines_are_revised_though_they_are_no_fault() -> None:
    compared = Compared(windows=1, late={NOON - timedelta(minutes=5): 3})
    (one,) = advice(replace(HOLDS, recount=replace(RECOUNT, compared=compared)))
    assert one == Advice((), f"fix: {REVISE}", REVISE)


def test_a_fault_without_advice_is_looked_at_again() -> None:
    """As of a reconcile of an earlier version, which kept none."""
    since = datetime(2026, 3, 1, tzinfo=UTC)
    told = Advice.to_run(("missing",), REPLAY)
    old = Reconciliation("app", since, since, False, {"missing": 1, "doubled": 2, "lost": 0})
    again = "millrace reconcile --feed app"
    assert [(one.faults, one.command) for one in old.mending] == [(("missing", "doubled"), again)]
    new = replace(old, advice=(told,))
    assert new.mending == [told, Advice.to_run(("doubled",), again)]
    assert replace(old, faults={"missing": 1}, advice=(told,)).mending == [told]
