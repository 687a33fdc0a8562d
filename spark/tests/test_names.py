"""Columns of the data may have the names that the transforms have for their own."""

import datetime as dt

from dsf_spark.csv_source import csv_schema
from dsf_spark.profile import profile
from dsf_spark.windows import once_per_key, trends
from pyspark.sql import functions as F

NUMBERS = [
    "event_time",
    "value",
    "window",
    "type",
    "field",
    "count",
    "n",
    "position",
    "number",
    "events",
    "mean",
]
TEXTS = [
    "key",
    "cell",
    "text",
    "record",
    "headers",
    "at",
    "window_start",
    "window_end",
    "rows",
    "shares",
    "at_",
]
FIELDS = [
    *({"name": name, "type": "number"} for name in NUMBERS),
    *({"name": name, "type": "string"} for name in TEXTS),
    {"name": "time", "type": "datetime"},
]
TIME = dt.datetime(2026, 11, 1, 5)


def records(spark, names, numbers):
    schema = ", ".join(f"`{name}` {kind}" for name, kind in names)
    row = [*numbers, *TEXTS, TIME]
    return spark.createDataFrame([tuple(row)], schema)


def test_trends_are_of_the_data(spark, define, tmp_path):
    dataset = define(FIELDS, ["key"], eventTime="time")
    names = [*((n, "double") for n in NUMBERS), *((t, "string") for t in TEXTS), ("time", "timestamp")]
    numbers = [float(i) for i, _ in enumerate(NUMBERS)]
    frame = records(spark, names, numbers).withColumn("simulated", F.lit(False))
    frame.write.parquet(str(tmp_path / "source"))
    found = []
    source = spark.readStream.schema(frame.schema).parquet(str(tmp_path / "source"))
    query = (
        trends(once_per_key(source, dataset), dataset)
        .writeStream.outputMode("update")
        .option("checkpointLocation", str(tmp_path / "checkpoint"))
        .trigger(availableNow=True)
        .foreachBatch(lambda batch, _: found.extend(batch.collect()))
        .start()
    )
    query.awaitTermination()
    assert {row.field: (row.events, row.mean, row.type) for row in found} == {
        name: (1, number, None) for name, number in zip(NUMBERS, numbers, strict=True)
    }


def test_a_profile_is_of_the_data(spark, define):
    dataset = define(FIELDS, ["key"], eventTime="time")
    schema = [
        (word.strip("`"), kind)
        for word, kind in (part.split(" ") for part in csv_schema(dataset).split(", "))
    ]
    row = [*(float(i) for i, _ in enumerate(NUMBERS)), *TEXTS, TIME, "r", 1, 1]
    columns = ", ".join(f"`{name}` {kind}" for name, kind in schema)
    rows = spark.createDataFrame([tuple(row)], columns).withColumn("dsf_at", F.current_timestamp())
    found = {one.field: (one.rows, one.keys, one.nulls, one.mean) for one in profile(rows, dataset).collect()}
    assert found == {
        **{name: (1, 1, 0, float(i)) for i, name in enumerate(NUMBERS)},
        **{name: (1, 1, 0, None) for name in [*TEXTS, "time"]},
    }
