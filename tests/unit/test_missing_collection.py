"""A collection that another process makes at the same moment is there: no reason to fail."""

from typing import Any

import pytest
from pymongo.errors import CollectionInvalid, OperationFailure

from millrace.io.mongo.client import create_missing

_UNAUTHORIZED = 13
_NAMESPACE_EXISTS = 48


class _Refusing:
    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def create_collection(self, name: str, **options: Any) -> None:
        if self.error:
            raise self.error


@pytest.mark.parametrize(
    ("error", "made"),
    [
        (None, True),
        (CollectionInvalid("pymongo saw it"), False),
        (OperationFailure("Collection millrace.batches already exists.", _NAMESPACE_EXISTS), False),
    ],
)
def test_a_collection_is_made_or_there_already(error: Exception | None, made: bool) -> None:
    db: Any = _Refusing(error)
    assert create_missing(db, "batches") is made


def test_any_other_refusal_is_told() -> None:
    db: Any = _Refusing(OperationFailure("not authorized", _UNAUTHORIZED))
    with pytest.raises(OperationFailure):
        create_missing(db, "batches")
