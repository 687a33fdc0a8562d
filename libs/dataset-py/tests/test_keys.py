"""Names of objects and of topics. Of a value as a step of a key libs/dataset/vectors/segments.json is the judge."""

import json

import pytest
from define import VECTORS
from dsf_dataset import (
    ObjectName,
    audit_key,
    known_key,
    landing_prefix,
    object_key,
    object_name,
    path_segment,
    table_prefix,
    topic_name,
    trends_key,
)

SEGMENTS = json.loads((VECTORS / "segments.json").read_text("utf-8"))["segments"]


@pytest.mark.parametrize(("value", "segment"), [(case["value"], case["segment"]) for case in SEGMENTS])
def test_a_value_as_a_step_of_a_key(value, segment):
    assert path_segment(value) == segment


def test_objects_are_named_by_lane_and_first_record():
    assert (
        object_key("processed", "quakes", ObjectName(3, 9, "csv"))
        == "processed/dataset=quakes/03-0000000000000009.csv"
    )
    assert (
        object_key(
            "lake", "quakes", ObjectName(0, 12, "parquet"), [("type", "quarry blast"), ("dt", "2018-02-07")]
        )
        == "lake/dataset=quakes/type=quarry%20blast/dt=2018-02-07/00-0000000000000012.parquet"
    )


def test_names_beside_the_rows():
    assert landing_prefix("quakes", "run 1") == "landing/dataset=quakes/run%201."
    assert landing_prefix("quakes", "../x") == "landing/dataset=quakes/..%2Fx."
    assert table_prefix("quakes", "profile") == "lake/dataset=quakes/table=profile/"
    assert (
        trends_key("quakes", "2018-02-07", "0f3c9a1e-77", 5)
        == "lake/dataset=quakes/table=trends/dt=2018-02-07/0f3c9a1e-0000000000000005.parquet"
    )
    assert audit_key("quakes", "r1") == "audit/dataset=quakes/r1.html"
    assert known_key("quakes", "lake") == "audit/dataset=quakes/known-lake.parquet"
    assert topic_name("quakes", "raw") == "quakes.raw"


def test_a_key_says_which_records_it_holds():
    key = "lake/dataset=quakes/type=a/dt=2018-02-07/00-0000000000000012.parquet"
    assert object_name(key) == ObjectName(0, 12, "parquet")
    assert (
        object_name("lake/dataset=quakes/table=trends/dt=2018-02-07/0f3c9a1e-0000000000000005.parquet")
        is None
    )
