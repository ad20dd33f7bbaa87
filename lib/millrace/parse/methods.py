"""Where Spark computes what, and the size of the methods that it generates."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

_MORE_THAN_THERE_ARE = 2**31 - 1


def computed_once(value: Column) -> Column:
    """The same value, in a form that Spark takes for not deterministic.

    So it is computed where it stands: no filter on it is moved to the source and takes what it is
    made of along, and it is not written out again in each later step that uses it.
    """
    return F.when(F.spark_partition_id() >= 0, value)


def own_method(df: DataFrame) -> DataFrame:
    """The same rows; what follows becomes a method of its own.

    Spark makes one method of all steps between two operators that it generates no code for. From
    some 14,000 bytecodes on the JVM's compilers may both give it up ("out of virtual registers",
    "out of nodes" under -XX:+PrintCompilation), and it stays interpreted, four times slower, for
    as long as the program runs. Coalescing into more partitions than there are is such an
    operator, and does nothing else.
    """
    return df.coalesce(_MORE_THAN_THERE_ARE)
