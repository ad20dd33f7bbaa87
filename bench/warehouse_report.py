"""What the runs of the warehouse came to: rows of a table, and goals."""

from collections.abc import Iterator, Sequence
from statistics import median

from bench.warehouse import Built

_MOST_S, _WITHIN = 120, 0.2


def line(one: Built) -> str:
    """One run, as it is told when it ends."""
    return (
        f"{one.archived:,} lines before: {one.lines:,} loaded in {one.load_s:.1f} s, built in"
        f" {one.build_s:.1f} s"
    )


def rows(found: Sequence[Built]) -> list[tuple[str, ...]]:
    """Seconds of each run, by how many lines were archived, loaded and built before."""
    made: list[tuple[str, ...]] = [
        ("lines before", "load s", "dbt s", "together s", "of the first", "database MB")
    ]
    for one in found:
        ratio = one.seconds / found[0].seconds
        seconds = (f"{value:.1f}" for value in (one.load_s, one.build_s, one.seconds))
        made.append((f"{one.archived:,}", *seconds, f"{ratio:.2f}", f"{one.database_mb:,}"))
    return made


def goals(found: Sequence[Built]) -> Iterator[str]:
    """The slowest run, and the median at the last mark against that at the first."""
    slowest = max(one.seconds for one in found)
    verdict = "reached" if slowest <= _MOST_S else "MISSED"
    yield (
        f"{found[0].lines:,} lines loaded and built: {slowest:.0f} s at most"
        f" (at most {_MOST_S}: {verdict})"
    )
    first, last = (
        median(one.seconds for one in found if one.mark == mark)
        for mark in (found[0].mark, found[-1].mark)
    )
    change = last / first - 1
    verdict = "reached" if abs(change) <= _WITHIN else "MISSED"
    yield (
        f"a run after {found[-1].mark:,} lines / after {found[0].mark:,}: {change:+.0%}"
        f" (within {_WITHIN:.0%}: {verdict})"
    )
