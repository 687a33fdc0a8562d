"""Trends as a stream of micro-batches, against a Pandas computation that counts each key once, with its first version."""

import datetime as dt
import math
import random

import pandas as pd
import pytest
from dsf_spark.windows import measured_fields, once_per_key, trends

FIELDS = [
    {"name": "id", "type": "string"},
    {"name": "kind", "type": "string"},
    {"name": "when", "type": "datetime"},
    {"name": "lat", "type": "number"},
    {"name": "lon", "type": "number"},
    {"name": "size", "type": "number"},
    {"name": "count", "type": "integer"},
]
ROLES = {
    "eventTime": "when",
    "type": "kind",
    "geo": {"latitude": "lat", "longitude": "lon"},
    "trends": {"window": "6 hours", "watermark": "2 days"},
}
RECORD = "id string, kind string, `when` timestamp, lat double, lon double, size double, count bigint, simulated boolean"
START = dt.datetime(2026, 11, 1)


@pytest.fixture
def tiny(define):
    return define(FIELDS, ["id"], **ROLES)


def record(name, hours, size, simulated=False, kind="a"):
    return (name, kind, START + dt.timedelta(hours=hours), 1.0, 2.0, size, None, simulated)


def stream(spark, dataset, folder, batches):
    """Rows of each micro-batch as Spark gives them to foreachBatch, and the rows dropped in it."""
    source, rows = folder / "source", []
    for number, batch in enumerate(batches):
        frame = spark.createDataFrame(batch, RECORD).coalesce(1)
        frame.write.mode("append").parquet(str(source))
        query = (
            trends(once_per_key(spark.readStream.schema(RECORD).parquet(str(source)), dataset), dataset)
            .writeStream.outputMode("update")
            .option("checkpointLocation", str(folder / "checkpoint"))
            .trigger(availableNow=True)
            .foreachBatch(lambda found, _: rows.append(found.toPandas()))
            .start()
        )
        query.awaitTermination()
        state = query.lastProgress.stateOperators
        dropped = sum(o.numRowsDroppedByWatermark for o in state if o.operatorName.startswith("dedupe"))
        yield number, pd.concat(rows), dropped


def newest(rows: pd.DataFrame) -> dict:
    last = (
        rows.sort_values("dsf_version")
        .groupby(["window_start", "type", "simulated", "field"], dropna=False)
        .tail(1)
    )
    return {
        (row.window_start.to_pydatetime().replace(tzinfo=None), row.type, row.simulated, row.field): measured(
            row
        )
        for row in last.itertuples()
    }


def measured(row):
    return [row.events, row.values, row.mean, row.minimum, row.maximum]


def expected(dataset, batches) -> dict:
    columns = [field.split()[0].strip("`") for field in RECORD.split(", ")]
    rows = pd.DataFrame([row for batch in batches for row in batch], columns=columns)
    first = rows.drop_duplicates(["id", "simulated"], keep="first").assign(
        start=lambda r: r["when"].dt.floor("6h")
    )
    found = {}
    for (start, kind, simulated), group in first.groupby(["start", "kind", "simulated"], dropna=False):
        for field in measured_fields(dataset):
            values = group[field.column].astype(float).dropna()
            spread = [values.mean(), values.min(), values.max()] if len(values) else [math.nan] * 3
            kind_or_none = None if pd.isna(kind) else kind
            found[(start.to_pydatetime(), kind_or_none, simulated, field.column)] = [
                len(group),
                len(values),
                *spread,
            ]
    return found


def generated(seed: int, batches: int, rows: int):
    """Keys that come again, within a micro-batch and in later ones, with other values, times and types."""
    rand = random.Random(seed)
    return [
        [
            record(
                f"k{rand.randrange(60)}",
                rand.random() * 40,
                rand.choice([None, rand.gauss(0, 10)]),
                rand.random() < 0.2,
                rand.choice(["a", "b", None]),
            )
            for _ in range(rows)
        ]
        for _ in range(batches)
    ]


def test_the_newest_rows_count_each_key_once_with_its_first_version(spark, tiny, tmp_path):
    batches = generated(3, 3, 80)
    for number, rows, dropped in stream(spark, tiny, tmp_path, batches):
        found, wanted = newest(rows), expected(tiny, batches[: number + 1])
        assert found.keys() == wanted.keys()
        for key, values in wanted.items():
            assert found[key] == pytest.approx(values, rel=1e-9, nan_ok=True), key
        assert dropped == 0


def test_a_place_is_no_measure(tiny):
    assert [field.column for field in measured_fields(tiny)] == ["size", "count"]


def test_rows_behind_the_watermark_are_counted_and_not_in_the_table(spark, tiny, tmp_path):
    batches = [
        [record("old", 0, 1.0), record("new", 100, 2.0)],
        # what a micro-batch learns of time holds from the second one behind it
        [record("between", 1, 3.0)],
        # behind 100 h - 48 h: three rows; at its edge, and after it: counted
        [record("a", 1, 5.0), record("b", 51, 5.0), record("c", 52, 5.0), record("d", 53, 5.0)],
    ]
    results = list(stream(spark, tiny, tmp_path, batches))
    assert [dropped for _, _, dropped in results] == [0, 0, 3]
    found = newest(results[-1][1])
    events = {start: values[0] for (start, _, _, field), values in found.items() if field == "size"}
    hours = {(start - START) // dt.timedelta(hours=1): count for start, count in events.items()}
    assert hours == {0: 2, 48: 1, 96: 1}


def test_windows_begin_at_1970_and_hold_their_first_moment(spark, define, tmp_path):
    dataset = define(FIELDS, ["id"], eventTime="when", trends={"window": "1 day"})
    batches = [[record("a", 23.999, 1.0), record("b", 24, 1.0)]]
    [(_, rows, _)] = stream(spark, dataset, tmp_path, batches)
    starts = sorted(set(rows["window_start"]))
    assert [start.to_pydatetime().replace(tzinfo=None) for start in starts] == [
        START,
        START + dt.timedelta(days=1),
    ]
    assert set(rows["type"]) == {None}


def test_a_dataset_without_measures_counts_events(spark, define, tmp_path):
    fields = [field for field in FIELDS if field["name"] in ("id", "when")]
    dataset = define(fields, ["id"], eventTime="when")
    [(_, rows, _)] = stream(spark, dataset, tmp_path, [[record("a", 0, 1.0), record("b", 0.5, 1.0)]])
    assert rows[["field", "events", "values"]].values.tolist() == [["", 2, 0]]
