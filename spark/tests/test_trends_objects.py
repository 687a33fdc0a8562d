import datetime as dt
import io
import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
from dsf_spark.store import sha256
from dsf_spark.trends_objects import SCHEMA, objects_of

from .conftest import REPOSITORY

QUERY = "fac35faf-38a0-4074-9cd1-5dee5fc17f48"
DAY = dt.datetime(2018, 2, 6, tzinfo=dt.UTC)


def row(hour, kind, simulated=False, field="mag"):
    start = DAY + dt.timedelta(hours=hour)
    times = {"window_start": start, "window_end": start + dt.timedelta(hours=1)}
    numbers = {"events": 2, "values": 1, "mean": 1.5, "minimum": None, "maximum": 1.5}
    return {"dsf_version": 5, "type": kind, "simulated": simulated, **times, "field": field, **numbers}


def table(*rows):
    # as Spark hands them over: in microseconds, and in any order of columns
    micros = pa.timestamp("us", tz="UTC")
    types = {f.name: micros if pa.types.is_timestamp(f.type) else f.type for f in SCHEMA}
    return pa.table({name: pa.array([r[name] for r in rows], types[name]) for name in reversed(SCHEMA.names)})


def test_one_object_for_each_day_of_windows_in_their_order(earthquakes):
    rows = table(
        row(23, "b"), row(24, "a"), row(0, None), row(0, "b", True), row(0, "b"), row(0, "b", field="depth")
    )
    objects = objects_of(earthquakes, rows, QUERY, 12)
    folder = "lake/dataset=earthquakes/table=trends"
    assert [written.key for written in objects] == [
        f"{folder}/dt=2018-02-06/fac35faf-0000000000000012.parquet",
        f"{folder}/dt=2018-02-07/fac35faf-0000000000000012.parquet",
    ]
    found = pq.read_table(io.BytesIO(objects[0].content)).to_pylist()
    expected = [row(0, "b", field="depth"), row(0, "b"), row(0, "b", True), row(0, None), row(23, "b")]
    assert found == expected


def test_a_folder_is_a_date_of_four_digits_in_any_year(earthquakes):
    rows = [dict(row(0, "a")) for _ in range(4)]
    for one, first in zip(rows, ["0050-03-04", "0001-01-02", "9999-12-31", "1969-12-31"], strict=True):
        one["window_start"] = dt.datetime.fromisoformat(f"{first}T00:00:00+00:00")
    objects = objects_of(earthquakes, table(*rows), QUERY, 0)
    assert {written.dt for written in objects} == {"0050-03-04", "0001-01-02", "9999-12-31", "1969-12-31"}


def test_a_window_that_begins_before_the_first_day_lies_with_it(earthquakes):
    first = table(row(0, "a"))
    before = pa.scalar(-62_135_596_800_000_000 - 3 * 86_400_000_000, pa.timestamp("us", tz="UTC"))
    rows = first.set_column(
        first.schema.get_field_index("window_start"), "window_start", pa.array([before.value], before.type)
    )
    [written] = objects_of(replace(earthquakes, lake_period="month"), rows, QUERY, 0)
    assert written.dt == "0001-01-01"


def test_windows_of_a_dataset_with_longer_periods_share_an_object(earthquakes):
    yearly = replace(earthquakes, lake_period="year")
    [written] = objects_of(yearly, table(row(0, "a"), row(24, "a"), row(24 * 300, "a")), QUERY, 0)
    assert (written.dt, len(pq.read_table(io.BytesIO(written.content)))) == ("2018-01-01", 3)


def test_has_the_columns_of_the_table(earthquakes):
    [written] = objects_of(earthquakes, table(row(0, "a")), QUERY, 0)
    file = pq.ParquetFile(io.BytesIO(written.content))
    assert file.schema_arrow.remove_metadata() == SCHEMA
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_announces_what_is_in_the_store(earthquakes):
    [mine] = objects_of(earthquakes, table(row(0, "a")), QUERY, 3)
    [other] = objects_of(earthquakes, table(row(0, "a"), row(1, "a")), QUERY, 3)
    record = mine.announcement(other.content)
    assert (record["records"], record["bytes"]) == (2, len(other.content))
    assert record["sha256"] == sha256(other.content)
    assert (record["first_offset"], record["last_offset"], record["dt"]) == (3, 3, "2018-02-06")


def test_of_no_rows_writes_nothing(earthquakes):
    assert objects_of(earthquakes, table(row(0, "a")).slice(0, 0), QUERY, 0) == []


def test_the_table_has_the_columns_that_the_indexer_and_dashboards_know():
    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "datetime": pa.timestamp("ms", tz="UTC"),
    }
    columns = json.loads((REPOSITORY / "libs/dataset/vectors/trends.json").read_text("utf-8"))["columns"]
    wanted = [pa.field(one["name"], types[one["type"]], nullable=not one["required"]) for one in columns]
    assert pa.schema(wanted) == SCHEMA
