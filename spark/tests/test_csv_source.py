"""The CSV as apps/sink-minio/src/encode-csv.ts writes it, cell by cell."""

import datetime as dt
import json
from pathlib import Path

import pytest
from dsf_dataset import Dataset
from dsf_spark.csv_source import CSV_OPTIONS, SQL_TYPES, csv_schema
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from .conftest import REPOSITORY

FIELDS = [
    {"name": "id", "type": "string"},
    {"name": "text", "type": "string"},
    {"name": "whole", "type": "integer"},
    {"name": "number", "type": "number"},
    {"name": "flag", "type": "boolean"},
    {"name": "day", "type": "date"},
    {"name": "at", "type": "datetime"},
]
HEADER = b"id,text,whole,number,flag,day,at,dsf_run,dsf_row,dsf_version\n"


@pytest.fixture
def tiny(define) -> Dataset:
    return define(FIELDS, ["id"])


def read(spark: SparkSession, dataset: Dataset, folder: Path, lines: bytes, header: bytes = HEADER):
    (folder / "00.csv").write_bytes(header + lines)
    rows = spark.read.schema(csv_schema(dataset)).options(**CSV_OPTIONS).csv(str(folder / "00.csv"))
    return rows.withColumn("at", F.unix_millis("at")).withColumn("day", F.unix_date("day")).collect()


def test_tells_an_empty_text_from_a_missing_value(spark, tiny, tmp_path):
    rows = read(spark, tiny, tmp_path, b'a,"",,,,,,r,1,1\nb,,,,,,,r,2,1\n')
    assert [row.text for row in rows] == ["", None]
    assert rows[1][2:7] == (None, None, None, None, None)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (b'"a,b"', "a,b"),
        (b'"a""b"', 'a"b'),
        (b'"""a"""', '"a"'),
        (b'"a\nb"', "a\nb"),
        (b'"a\r\nb"', "a\r\nb"),
        (b'"a\rb"', "a\rb"),
        (b'"\n"', "\n"),
        (b"\\", "\\"),
        (b'"\\"""', '\\"'),
        (b"#no comment", "#no comment"),
        (b" white ", " white "),
        (b"=1+1", "=1+1"),
        (b"null", "null"),
        ("é😀".encode(), "é😀"),
    ],
)
def test_keeps_a_text_as_it_was(spark, tiny, tmp_path, cell, text):
    rows = read(spark, tiny, tmp_path, b"a," + cell + b",,,,,,r,1,1\nb,behind,,,,,,r,2,1\n")
    assert [row.text for row in rows] == [text, "behind"]


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"]
)
def test_reads_numbers_and_times_as_written(spark, tiny, tmp_path, at):
    line = f"a,,{2**52},1e-7,true,1582-10-10,{at},r,1,9\n".encode()
    [row] = read(spark, tiny, tmp_path, line)
    ms = round(
        (dt.datetime.fromisoformat(at) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
        / dt.timedelta(milliseconds=1)
    )
    days = (dt.date(1582, 10, 10) - dt.date(1970, 1, 1)).days
    assert tuple(row)[2:] == (2**52, 1e-7, True, days, ms, "r", 1, 9)


@pytest.mark.parametrize(
    "line", [b"a,,x,,,,,r,1,1\n", b"a,,1.5,,,,,r,1,1\n", b"a,,,,,,yesterday,r,1,1\n", b"a,b\n"]
)
def test_fails_at_a_row_that_is_not_of_the_schema(spark, tiny, tmp_path, line):
    with pytest.raises(Exception, match="MALFORMED_RECORD"):
        read(spark, tiny, tmp_path, line)


def test_fails_at_columns_of_another_definition(spark, tiny, tmp_path):
    with pytest.raises(Exception, match="header does not conform"):
        read(spark, tiny, tmp_path, b"a,,,,,,,r,1,1\n", HEADER.replace(b"whole", b"other"))


def test_the_columns_are_those_of_clean_records_ours_last(earthquakes):
    kept = json.loads((REPOSITORY / "datasets/earthquakes/schemas/resolved.json").read_text("utf-8"))
    of_file = [one for one in kept["columns"] if one["by"] == "file"]
    ours = [one for one in kept["columns"] if one["by"] == "pipeline" and one["name"] != "simulated"]
    expected = ", ".join(f"`{one['name']}` {SQL_TYPES[one['type']]}" for one in [*of_file, *ours])
    assert csv_schema(earthquakes) == expected
