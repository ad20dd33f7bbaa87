"""What all sections of a report are made of: tables, and what is said of how far to trust them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from millrace.report.markup import Child, element
from millrace.report.texts import counted
from millrace.report.values import Part, StepTrust, TableTrust

_PROOFS = {
    "equal": "equal to its lines",
    "late": "lacks late lines",
    "differs": "differs from its lines",
    "unknown": "not compared",
}
_TONES = {"equal": "good", "late": "warn", "unknown": "warn", "differs": "bad"}


@dataclass(frozen=True)
class Column:
    """The head of a column, and its kind.

    ``n`` is a number, ``t`` a time, ``name`` and ``said`` what a line says.
    """

    head: str
    kind: str = ""


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Child]]) -> Element:
    """A table that can be scrolled sideways where it is too wide; each row's first cell names it.

    What a line said is kept from changing the direction of anything around it.
    """
    heads = [
        element("th", column.head, scope="col", class_=_class(column.kind, is_head=True))
        for column in columns
    ]
    body = [
        element(
            "tr",
            [
                _cell(place, column.kind, value)
                for place, (column, value) in enumerate(zip(columns, row, strict=True))
            ],
        )
        for row in rows
    ]
    own = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", heads)),
        element("tbody", body),
    )
    # By keyboard it can be scrolled only where it can have the focus.
    return element("div", own, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _cell(place: int, kind: str, value: Child) -> Element:
    is_foreign = kind in ("said", "name") and isinstance(value, str)
    shown = element("bdi", value) if is_foreign else value
    if place == 0:
        return element("th", shown, scope="row", class_=_class(kind))
    return element("td", shown, class_=_class(kind))


def _class(kind: str, *, is_head: bool = False) -> str | None:
    return (None if is_head and kind not in ("n",) else kind) or None


def step_trust(one: StepTrust) -> Element:
    """State and proof of a step, in words."""
    told = _PROOFS[one.proof]
    if one.proof == "late":
        told = f"lacks {counted(one.late_lines, 'late line')}"
    return element("span", f"{one.state}, {told}", class_=f"trust {tone(one)}")


def tone(one: StepTrust) -> str:
    """Whether that is good, a warning or bad."""
    return "warn" if one.state == "open" and one.proof != "differs" else _TONES[one.proof]


def table_trust(name: str, trust: TableTrust | None) -> Element:
    """In a paragraph: how far the figures of a table can be trusted over the whole span."""
    if trust is None or trust.problem or not trust.steps:
        told = f" {trust.problem}." if trust and trust.problem else ""
        return element("p", f"Trust of {name}: unknown.{told}", class_="trust warn")
    states, proofs, count = trust.states, trust.proofs, len(trust.steps)
    named = [f"{states[state]} {state}" for state in ("closed", "revised", "open") if states[state]]
    found = [f"{proofs[proof]} {_PROOFS[proof]}" for proof in _PROOFS if proofs[proof]]
    lacking = ""
    if trust.late_lines:
        lacking = f" The figures lack {counted(trust.late_lines, 'line')} that came too late."
    worst = "bad" if proofs["differs"] else "warn"
    if proofs["equal"] == count and not states["open"]:
        worst = "good"
    sentence = f"Trust of {name}: of {counted(count, 'step')} {', '.join(named)}; by reconcile "
    return element("p", f"{sentence}{', '.join(found)}.{lacking}", class_=f"trust {worst}")


def remarks(part: Part, shown: int | None = None) -> list[Element]:
    """What has to be said of a part: that it could not be read, is empty, or has more rows."""
    if part.problem:
        return [element("p", f"This could not be read: {part.problem}.", class_="bad")]
    if not part.rows:
        return [element("p", "None in this time.", class_="soft")]
    if part.is_cut:
        told = f"There are more: these are the first {shown or len(part.rows):,}."
        return [element("p", told, class_="soft")]
    return []
