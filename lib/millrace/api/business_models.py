"""What answers with figures of the business look like; /openapi.json is made from these."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, create_model

from millrace.api.trust import Proof
from millrace.records.business import Figure

_R = TypeVar("_R", bound=BaseModel)


class Loaded(BaseModel):
    """How far a feed is in the warehouse.

    Its last load was committed at ``loaded_at``. The facts have what was loaded up to ``built_at``,
    null where nothing was built yet; ``waiting_rows`` were loaded since.
    """

    feed: str
    loaded_at: str
    built_at: str | None
    waiting_rows: int


class OfBusiness(BaseModel):
    """What each answer from the warehouse says of itself.

    ``proof`` is what the last `reconcile --warehouse` found.
    """

    freshness: list[Loaded]
    proof: list[Proof]
    took_ms: float


class Business(OfBusiness, Generic[_R]):
    """A figure of the business from ``since`` to ``until``; of ``step_s`` where it has steps."""

    figure: str
    since: str
    until: str
    step_s: int | None
    rows: list[_R]


class FigureOfBusiness(BaseModel):
    """One of the figures: what its rows have, and the least step that it is told in."""

    name: str
    title: str
    about: str
    columns: list[str]
    least_step_s: int | None


class FiguresOfBusiness(OfBusiness):
    """The figures of the business, and how far the warehouse is."""

    figures: list[FigureOfBusiness]


_SHOWN: dict[Any, Any] = {
    datetime: str,
    datetime | None: str | None,
    Decimal: str,
    Decimal | None: str | None,
}


def answer_of(figure: Figure) -> type[BaseModel]:
    """The model of an answer with that figure: times and money are text."""
    hints = figure.hints
    columns: dict[str, Any] = {name: (_SHOWN.get(hint, hint), ...) for name, hint in hints.items()}
    row = create_model(f"{figure.row.__name__}Row", __doc__=figure.row.__doc__, **columns)
    return create_model(
        f"Business{figure.row.__name__}",
        __base__=Business[row],  # type: ignore[valid-type]
        __doc__=f"{figure.title}, from the warehouse.",
    )
