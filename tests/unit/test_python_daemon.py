"""Python workers look for modules in folders only."""

import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql.pandas.functions import pandas_udf

from millrace.runtime import python_daemon


def test_a_worker_has_no_archive_of_spark_on_its_path(spark: SparkSession) -> None:
    def places(ids: pd.Series) -> pd.Series:
        import sys

        path = ";".join([*sys.path, *sys.path_importer_cache])
        return pd.Series([path] * len(ids))

    seen = pandas_udf(places, "string")  # type: ignore[call-overload]
    path = spark.range(1).select(seen("id")).collect()[0][0].split(";")
    assert any(place.endswith("site-packages") for place in path)
    assert not [place for place in path if "spark" in place and place.endswith((".jar", ".zip"))]


def test_an_archive_stays_where_nothing_else_has_what_workers_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, jar, one, other = (tmp_path / name for name in ("folder", "a.jar", "b.zip", "c.zip"))
    (folder / "unpacked").mkdir(parents=True)
    (folder / "unpacked" / "__init__.py").touch()
    for archive, package in ((jar, "unpacked"), (one, "zipped"), (other, "zipped")):
        with zipfile.ZipFile(archive, "w") as content:
            content.writestr(f"{package}/__init__.py", "")
    monkeypatch.setattr(python_daemon, "_NEEDED", ("zipped", "unpacked"))
    monkeypatch.setattr(sys, "path", [str(place) for place in (jar, one, other, folder)])
    monkeypatch.setattr(sys, "path_importer_cache", dict(sys.path_importer_cache))
    python_daemon.forget_archives()
    assert sys.path == [str(folder), str(one)]
    assert str(jar) not in sys.path_importer_cache
