"""Python workers look for modules in folders only."""

import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql.pandas.functions import pandas_udf


def test_a_worker_has_no_archive_of_spark_on_its_path(spark: SparkSession) -> None:
    def places(ids: pd.Series) -> pd.Series:
        import sys

        path = ";".join([*sys.path, *sys.path_importer_cache])
        return pd.Series([path] * len(ids))

    seen = pandas_udf(places, "string")  # type: ignore[call-overload]
    path = spark.range(1).select(seen("id")).collect()[0][0].split(";")
    assert any(place.endswith("site-packages") for place in path)
    assert not [place for place in path if "spark" in place and place.endswith((".jar", ".zip"))]
