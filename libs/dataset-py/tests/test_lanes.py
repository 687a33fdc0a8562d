"""Keys take the lanes that Kafka's partitioner gives them: libs/dataset/vectors/lanes.json is the judge."""

import json

import pytest
from define import VECTORS, definition, load
from dsf_dataset import (
    Field,
    Problem,
    compile_key_reader,
    key_part,
    key_reader,
    lane_of,
    murmur2,
    record_key,
)

TABLE = json.loads((VECTORS / "lanes.json").read_text("utf-8"))


@pytest.mark.parametrize("row", TABLE["lanes"], ids=lambda row: row["key"][:20])
def test_a_key_has_its_hash_and_its_lanes(row):
    assert murmur2(row["key"].encode()) == row["murmur2"]
    for lanes, lane in row["lanes"].items():
        assert lane_of(row["key"], int(lanes)) == lane


@pytest.mark.parametrize("row", TABLE["keys"], ids=lambda row: row["key"])
def test_the_key_of_a_row(row, tmp_path):
    fields = [{"name": f"k{i}", "type": "string", "x-dsf": rules} for i, rules in enumerate(row["fields"])]
    changed = definition()
    changed["resources"][0]["schema"] = {"primaryKey": [f["name"] for f in fields], "fields": fields}
    changed["x-dsf"] = {}
    assert key_reader(load(changed, tmp_path), range(len(fields)))(row["cells"]) == row["key"]


@pytest.mark.parametrize("row", TABLE["rowKeys"], ids=lambda row: row["key"])
def test_the_key_of_a_whole_row(row, tmp_path):
    changed = definition()
    fields = [{"name": f"k{i}", **rules} for i, rules in enumerate(row["fields"])]
    changed["resources"][0]["schema"] = {"fields": fields}
    changed["x-dsf"] = {"key": "row"}
    dataset = load(changed, tmp_path)
    assert key_reader(dataset, range(len(fields)))(row["cells"]) == row["key"]
    values = [
        compile_key_reader(field)(cell) for field, cell in zip(dataset.fields, row["cells"], strict=True)
    ]
    if not any(isinstance(value, Problem) for value in values):
        assert record_key(dataset)(values) == row["key"]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("integer", 7, "7"),
        ("number", 4.0, "4"),
        ("number", 0.1, "0.1"),
        ("number", -12.5, "-12.5"),
        ("number", 1e21, "1e+21"),
        ("number", 1.5e300, "1.5e+300"),
        ("number", 123456789012345680000.0, "123456789012345680000"),
        ("number", 1e-6, "0.000001"),
        ("number", 1.25e-7, "1.25e-7"),
        ("boolean", True, "true"),
        ("date", 17569, "2018-02-07"),
        ("datetime", 1518027663040, "2018-02-07T18:21:03.040Z"),
        ("datetime", -1, "1969-12-31T23:59:59.999Z"),
        ("datetime", -62167219200000, "0000-01-01T00:00:00.000Z"),
        ("datetime", -62167219200001, "-000001-12-31T23:59:59.999Z"),
        ("datetime", 253402300800000, "+010000-01-01T00:00:00.000Z"),
    ],
)
def test_a_key_part_is_written_as_javascript_writes_it(kind, value, text):
    assert key_part(Field(name="k", column="k", type=kind), value) == text
