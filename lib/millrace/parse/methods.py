"""The size of the methods that Spark generates."""

from pyspark.sql import DataFrame

_MORE_THAN_THERE_ARE = 2**31 - 1


def own_method(df: DataFrame) -> DataFrame:
    """The same rows; what follows becomes a method of its own.

    Spark makes one method of all steps between two operators that it generates no code for. From
    some 14,000 bytecodes on the JVM's compilers may both give it up ("out of virtual registers",
    "out of nodes" under -XX:+PrintCompilation), and it stays interpreted, four times slower, for
    as long as the program runs. Coalescing into more partitions than there are is such an
    operator, and does nothing else.
    """
    return df.coalesce(_MORE_THAN_THERE_ARE)
