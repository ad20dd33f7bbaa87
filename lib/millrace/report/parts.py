"""What all sections of a report are made of: tables, and what is said of how far to trust them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from millrace.report.markup import Child, element
from millrace.report.texts import counted
from millrace.report.values import Part, Report, Row, StepTrust, TableTrust, worst

_PROOFS = {
    "equal": "equal to the lines",
    "late": "lacking late lines",
    "differs": "not equal to the lines",
    "unknown": "not compared",
}
_WRONG = ("differs", "late", "unknown")
_TONES = {"equal": "good", "late": "warn", "unknown": "warn", "differs": "bad"}


@dataclass(frozen=True)
class Column:
    """The head of a column, and its kind.

    ``n`` is a number, ``t`` a time, ``told`` what the report says, ``name`` and ``said`` what a
    line says.
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


def listed(
    part: Part, caption: str, columns: Sequence[Column], cells: Callable[[Row], Sequence[Child]]
) -> Iterator[Element]:
    """What has to be said of a part, and its rows as a table: none where there is no row."""
    yield from remarks(part)
    if part.rows:
        yield table(caption, columns, map(cells, part.rows))


def _cell(place: int, kind: str, value: Child) -> Element:
    is_foreign = kind in ("said", "name") and isinstance(value, str)
    shown = element("bdi", value) if is_foreign else value
    if place == 0:
        return element("th", shown, scope="row", class_=_class(kind))
    return element("td", shown, class_=_class(kind))


def _class(kind: str, *, is_head: bool = False) -> str | None:
    return (None if is_head and kind not in ("n", "told") else kind) or None


def step_trust(one: StepTrust) -> Element:
    """State and proof of a step, in words."""
    told = _PROOFS[one.proof]
    if one.proof == "late":
        told = f"lacking {counted(one.late_lines, 'late line')}"
    return element("span", f"{one.state}, {told}", class_=f"trust {tone(one)}")


def tone(one: StepTrust) -> str:
    """Whether that is good, a warning or bad."""
    return "warn" if one.state == "open" and one.proof != "differs" else _TONES[one.proof]


def span_trust(trust: TableTrust | None) -> Element:
    """In a few words: how far a number of the whole span can be trusted."""
    if trust is None or not trust.steps:
        return element("span", "trust unknown", class_="trust warn")
    states, proofs, count = trust.states, trust.proofs, len(trust.steps)
    if len(states) == len(proofs) == 1:
        return step_trust(worst(trust.steps))
    told = [f"{states['open']} open"] if states["open"] else ["all closed"]
    told += [f"{proofs[name]} {_PROOFS[name]}" for name in _WRONG if proofs[name]][:1]
    shown = f"of {count} steps {', '.join(told)}"
    return element("span", shown, class_=f"trust {_tone_of(trust)}")


def table_trust(report: Report, *tables: str) -> list[Element]:
    """In a paragraph: how far the figures of these tables can be trusted over the whole span.

    Those of which the same can be said share one.
    """
    sentences: dict[str, list[str]] = {}
    tones: dict[str, str] = {}
    for name in tables:
        if name in report.trust:
            sentence = _sentence(report.trust[name])
            sentences.setdefault(sentence, []).append(name)
            tones[sentence] = _tone_of(report.trust[name])
    return [
        element("p", f"Trust of {', '.join(names)}: {sentence}", class_=f"trust {tones[sentence]}")
        for sentence, names in sentences.items()
    ]


def _sentence(trust: TableTrust) -> str:
    if trust.problem or not trust.steps:
        return f"unknown: {trust.problem or 'nothing is known of it'}."
    states, proofs = trust.states, trust.proofs
    told = [f"{states[name]} {name}" for name in ("closed", "revised", "open") if states[name]]
    found = [f"{proofs[name]} {_PROOFS[name]}" for name in _PROOFS if proofs[name]]
    sentence = f"of {counted(len(trust.steps), 'step')} {', '.join(told)}; {', '.join(found)}."
    if trust.late_lines:
        sentence += f" The figures lack {counted(trust.late_lines, 'line')} that came too late."
    return sentence


def _tone_of(trust: TableTrust) -> str:
    """Whether that is good, a warning or bad."""
    if trust.proofs["differs"]:
        return "bad"
    is_good = trust.steps and trust.proofs["equal"] == len(trust.steps)
    return "good" if is_good and not trust.states["open"] else "warn"


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
