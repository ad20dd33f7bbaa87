"""The pipeline as tutorials show it: a regexp_extract a field, the streaming sink's defaults.

tutorial.py BROKERS TOPIC DATABASE CHECKPOINT; MONGO_URI is in the environment.
"""

import os
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

LINE = (
    r'^(\S+) (\S+) (\S+) \[([^\]]+)\] "(\S+) (\S+) (\S+)" (\d{3}) (\d+|-)'
    r' "([^"]*)" "([^"]*)" (\S+)'
)
FIELDS = (
    *("client_ip", "ident", "user", "time", "method", "path", "protocol"),
    *("status", "bytes", "referrer", "user_agent", "duration"),
)


def main(brokers: str, topic: str, database: str, checkpoint: str) -> None:
    """Runs until all lines that the topic had at the start are written."""
    spark = SparkSession.builder.appName("tutorial").getOrCreate()
    lines = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", brokers)
        .option("subscribe", topic)
        .option("startingOffsets", "earliest")
        .load()
        .selectExpr("cast(value as string) line")
    )
    fields = {name: F.regexp_extract("line", LINE, place) for place, name in enumerate(FIELDS, 1)}
    is_error, is_warning = F.col("status") >= 500, F.col("status") >= 400
    level = F.when(is_error, "ERROR").when(is_warning, "WARN").otherwise("INFO")
    records = (
        lines.select("line", *(column.alias(name) for name, column in fields.items()))
        .withColumn("timestamp", F.try_to_timestamp("time", F.lit("dd/MMM/yyyy:HH:mm:ss Z")))
        .withColumn("status", F.expr("try_cast(status as int)"))
        .withColumn("bytes", F.expr("try_cast(bytes as bigint)"))
        .withColumn("duration", F.expr("try_cast(duration as double)"))
        .withColumn("service_name", F.lit("web"))
        .withColumn("level", level)
        .drop("time")
    )
    query = (
        records.writeStream.format("mongodb")
        .option("spark.mongodb.connection.uri", os.environ["MONGO_URI"])
        .option("spark.mongodb.database", database)
        .option("spark.mongodb.collection", topic)
        .option("checkpointLocation", checkpoint)
        .outputMode("append")
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()


if __name__ == "__main__":
    main(*sys.argv[1:])
