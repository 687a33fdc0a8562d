"""The profile against a Pandas computation over the same rows."""

import datetime as dt
import math
import random

import pandas as pd
import pytest
from dsf_dataset import Dataset
from dsf_spark.csv_source import csv_schema
from dsf_spark.profile import profile
from pyspark.sql import functions as F

from .conftest import kept_schema

AT = dt.datetime(2026, 11, 24, 10, 0, 0, 123000)
EPOCH = dt.datetime(1970, 1, 1)
FIELDS = [
    {"name": "id", "type": "string"},
    {"name": "part", "type": "integer"},
    {"name": "kind", "type": "string"},
    {"name": "when", "type": "datetime"},
    {"name": "Size (m)", "type": "number"},
    {"name": "count", "type": "integer"},
    {"name": "day", "type": "date"},
    {"name": "flag", "type": "boolean"},
    {"name": "nothing", "type": "number"},
]


def generated(dataset: Dataset, rows: int, seed: int = 7) -> pd.DataFrame:
    rand = random.Random(seed)
    made = {
        "string": lambda: rand.choice(["", "a", "b", "c"]),
        "integer": lambda: rand.randrange(-5, 30),
        "number": lambda: rand.choice([rand.gauss(0, 100), round(rand.random(), 1)]),
        "boolean": lambda: rand.random() < 0.3,
        "date": lambda: dt.date(2026, 1, 1) + dt.timedelta(days=rand.randrange(40)),
        "datetime": lambda: (
            dt.datetime(2026, 1, 30) + dt.timedelta(milliseconds=rand.randrange(5 * 86_400_000))
        ),
    }

    def cell(field):
        if field.column == "nothing" or (not field.required and rand.random() < 0.2):
            return None
        return made[field.type]()

    records = [
        {field.column: cell(field) for field in dataset.fields}
        | {"dsf_run": rand.choice(["r1", "r2"]), "dsf_row": row, "dsf_version": 1}
        for row in range(rows)
    ]
    return pd.DataFrame(records, dtype=object)


def of_spark(spark, dataset: Dataset, rows: pd.DataFrame) -> dict:
    source = spark.createDataFrame(rows.itertuples(index=False), csv_schema(dataset))
    found = profile(source.withColumn("dsf_at", F.lit(AT)), dataset).collect()
    by_key = {(r.dsf_run, r.type, r.window_start, r.field): r.asDict() for r in found}
    assert len(by_key) == len(found)
    return by_key


def start_of(period: str, time: dt.datetime | None) -> int | None:
    if time is None:
        return None
    day = dt.datetime(time.year, time.month if period != "year" else 1, time.day if period == "day" else 1)
    return (day - EPOCH) // dt.timedelta(milliseconds=1)


def of_pandas(dataset: Dataset, rows: pd.DataFrame) -> dict:
    kind = rows[dataset.type_field.column] if dataset.type_field else [None] * len(rows)
    starts = [None] * len(rows)
    if dataset.event_time:
        starts = [start_of(dataset.lake_period, time) for time in rows[dataset.event_time.column]]
    groups: dict = {}
    for i, group in enumerate(zip(rows["dsf_run"], kind, starts, strict=True)):
        groups.setdefault(group, []).append(i)
    keys = [field.column for field in dataset.key]
    return {
        (*group, field.column): measures(rows.iloc[of], field)
        | {"keys": len(rows.iloc[of].drop_duplicates(keys))}
        for group, of in groups.items()
        for field in dataset.fields
    }


def measures(rows: pd.DataFrame, field) -> dict:
    present = rows[field.column].dropna()
    counts = {"rows": len(rows), "nulls": len(rows) - len(present), "distinct": present.nunique()}
    numbers = present.astype(float) if field.type in ("integer", "number") else present.iloc[:0].astype(float)
    spread = {"minimum": numbers.min(), "maximum": numbers.max(), "mean": numbers.mean()}
    shares = {f"p{share:02d}": numbers.quantile(share / 100) for share in (5, 25, 50, 75, 95)}
    return counts | spread | shares


@pytest.mark.parametrize(
    "roles",
    [
        {"eventTime": "when", "type": "kind"},
        {"eventTime": "when", "sinks": {"lake": {"period": "month"}}},
        {"eventTime": "day", "type": "kind", "sinks": {"lake": {"period": "year"}}},
        {"type": "kind"},
        {},
    ],
)
def test_equals_pandas(spark, define, roles):
    dataset = define(FIELDS, ["id", "part"], **roles)
    rows = generated(dataset, 400)
    found, expected = of_spark(spark, dataset, rows), of_pandas(dataset, rows)
    assert found.keys() == expected.keys()
    for key, measured in expected.items():
        same = {name: math.nan if found[key][name] is None else found[key][name] for name in measured}
        assert same == pytest.approx(measured, rel=1e-12, nan_ok=True), key


def test_has_the_fields_of_the_record_and_the_time_of_the_batch(spark, define):
    dataset = define(FIELDS, ["id", "part"], eventTime="when", type="kind")
    found = of_spark(spark, dataset, generated(dataset, 5))
    at = (AT - EPOCH) // dt.timedelta(milliseconds=1)
    for record in found.values():
        assert list(record) == [field["name"] for field in kept_schema("profile")["fields"]]
        assert (record["at"], record["dsf_version"]) == (at, at)
        assert record["window_start"] is None or record["window_end"] - record["window_start"] == 86_400_000


def test_of_no_rows_is_empty(spark, define):
    dataset = define(FIELDS, ["id", "part"])
    assert of_spark(spark, dataset, generated(dataset, 1).iloc[:0]) == {}
