"""Messages of the enriched topic, by whatever schema they were written."""

import io
import json

import fastavro
import pytest
from dsf_spark.enriched_source import COUNTED, UNKNOWN_SCHEMA, Writers, decoded, reader_schema
from dsf_spark.failure import TransientError
from dsf_spark.registry import frame

from .conftest import kept_schema

MESSAGES = "value binary, headers array<struct<key:string,value:binary>>"
RECEIPT = [("dsf-kind", b"receipt")]


def framed(schema_id: int, schema: dict, record: dict) -> bytes:
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, fastavro.parse_schema(schema), record)
    return frame(schema_id) + buffer.getvalue()


def a_day(date: int, **more) -> dict:
    numbers = {"precipitation": 0.5, "temp_max": 12.8, "temp_min": -5.0, "wind": None}
    return {
        **{
            "dsf_run": "r",
            "dsf_row": 1,
            "dsf_version": 2,
            "date": date,
            "weather": "rain",
            "simulated": False,
        },
        **numbers,
        **more,
    }


@pytest.fixture
def writers(weather) -> dict[int, dict]:
    """The schema of today, and the one of a time when there was no wind and a field more."""
    today = kept_schema("enriched", "seattle-weather")
    fields = [field for field in today["fields"] if field["name"] != "wind"]
    before = {**today, "fields": [{"name": "station", "type": "string"}, *fields]}
    return {7: today, 300: before}


def read(spark, weather, writers, messages):
    return decoded(spark.createDataFrame(messages, MESSAGES), weather, known(writers)).collect()


def known(writers, foreign=()):
    return Writers({number: json.dumps(schema) for number, schema in writers.items()}, frozenset(foreign))


def test_reads_each_record_by_the_schema_that_it_was_written_with(spark, weather, writers):
    now = framed(7, writers[7], a_day(15_340, wind=3.5))
    before = framed(300, writers[300], a_day(15_341, station="x"))
    rows = read(spark, weather, writers, [(now, None), (before, [("other", b"receipt")])])
    assert [str(row.date) for row in rows] == ["2012-01-01", "2012-01-02"]
    assert [(row.weather, row.wind, row.temp_min, row.simulated) for row in rows] == [
        ("rain", 3.5, -5.0, False),
        ("rain", None, -5.0, False),
    ]


def test_leaves_receipts_out(spark, weather, writers):
    receipt = {"run": "r", "dataset": "d", "lane": 0, "lanes": 1, "route": "", "counters": {}, "times": {}}
    messages = [(framed(9, kept_schema("receipts"), receipt), RECEIPT), (framed(7, writers[7], a_day(1)), [])]
    assert len(read(spark, weather, writers, messages)) == 1


def test_leaves_out_and_counts_what_is_no_record(spark, weather, writers, tmp_path):
    good = framed(7, writers[7], a_day(1))
    foreign = b"\0\0\0\0\x08rest"
    bad = [b"", None, b"{}", b"\1" + good[1:], good[:12], frame(300) + b"\2", foreign]
    messages = spark.createDataFrame([(value, None) for value in [good, *bad]], MESSAGES)
    messages.write.parquet(str(tmp_path / "messages"))
    found = []
    query = (
        decoded(
            spark.readStream.schema(MESSAGES).parquet(str(tmp_path / "messages")),
            weather,
            known(writers, {8}),
        )
        .writeStream.trigger(availableNow=True)
        .option("checkpointLocation", str(tmp_path / "checkpoint"))
        .foreachBatch(lambda rows, _: found.extend(rows.collect()))
        .start()
    )
    query.awaitTermination()
    assert len(found) == 1
    assert query.lastProgress.observedMetrics[COUNTED].asDict() == {"rows": 1, "unreadable": len(bad)}


def test_asks_for_a_schema_that_it_does_not_know(spark, weather, writers):
    with pytest.raises(Exception, match=UNKNOWN_SCHEMA + "0000000009"):
        read(spark, weather, writers, [(b"\0\0\0\0\x09rest", None)])


def test_decodes_what_trends_need_and_no_more(earthquakes):
    writers = known({1: kept_schema("enriched")})
    names = {field["name"] for field in reader_schema(earthquakes, writers)["fields"]}
    assert names >= {"id", "time", "type", "simulated", "mag", "depth", "nst"}
    assert not names & {"place", "latitude", "region", "dsf_run"}


def test_reads_as_the_newest_schema_that_has_what_trends_need(weather, writers):
    """A definition went back to the one before: its schema is not the last one of the registry."""
    before, now = writers[300], writers[7]
    assert "wind" in {field["name"] for field in reader_schema(weather, known({1: now, 2: before}))["fields"]}
    titled = [{**field, "doc": "newer"} if field["name"] == "wind" else field for field in now["fields"]]
    read_as = reader_schema(weather, known({1: now, 2: {**now, "fields": titled}}))
    assert "newer" in {field.get("doc") for field in read_as["fields"]}


def test_waits_for_the_schema_of_a_definition_that_no_stage_has_taken(weather, writers):
    with pytest.raises(TransientError, match=r"no schema of seattle-weather\.enriched has .*wind"):
        reader_schema(weather, known({300: writers[300]}))
