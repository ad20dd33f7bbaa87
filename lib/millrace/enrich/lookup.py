"""Values looked up once for each distinct one of a batch, without an object a row."""

from collections.abc import Iterable, Sequence

import pandas as pd
import pyarrow as pa
from pandas.arrays import ArrowExtensionArray


def encoded(values: pd.Series) -> pa.DictionaryArray:
    """The strings of a batch as their distinct ones and where each stands; nulls stand nowhere."""
    return pa.array(values, pa.string(), from_pandas=True).dictionary_encode()


def distinct(values: pa.DictionaryArray) -> list[str]:
    """The distinct strings, in the order that ``spread`` takes their answers in."""
    found: list[str] = values.dictionary.to_pylist()
    return found


def spread(answers: Iterable[str | None], values: pa.DictionaryArray) -> pd.Series:
    """The answer of each row's string, null where it has none, as Arrow's column to send back."""
    column = pa.array(answers, pa.string()).take(values.indices)
    return pd.Series(ArrowExtensionArray(column))


def spread_all(
    names: Sequence[str], answers: Sequence[tuple[str | None, ...]], values: pa.DictionaryArray
) -> pd.DataFrame:
    """A column by each of ``names``, of the answers' parts in their order."""
    parts = zip(*answers, strict=True) if answers else ([] for _ in names)
    return pd.DataFrame(
        {name: spread(part, values) for name, part in zip(names, parts, strict=True)}
    )
