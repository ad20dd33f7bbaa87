"""Errors of the JVM are told from others by their class, and shown by the cause at their root."""

import pytest
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from millrace.errors import is_py4j_error, one_line


def test_an_error_of_the_jvm_is_told_by_its_root(spark: SparkSession) -> None:
    with pytest.raises(Py4JJavaError) as raised:
        spark._jvm.java.util.Optional.empty().get()  # type: ignore[union-attr]
    assert is_py4j_error(raised.value)
    assert one_line(raised.value) == "NoSuchElementException: No value present"


def test_an_error_that_carries_one_of_the_jvm_is_told_by_its_own_words() -> None:
    error = ValueError("its own words")
    error.java_exception = object()  # type: ignore[attr-defined]
    assert not is_py4j_error(error)
    assert one_line(error) == "ValueError: its own words"
