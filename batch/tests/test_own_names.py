"""Columns of the data may have the names that the audit has for its own."""

import json

import pandas as pd
import pytest
from audit.compare import Difference
from audit.decide import decide, keys_of
from audit.landing import read_landing
from audit.objects import read_csv
from audit.own import KEY, LANE, OBJECT
from audit.report import report_of
from audit.spark_tables import expected_profile
from audit.stages import compare_lake, compare_processed
from audit.trends_table import _counted, _windows
from dsf_dataset import load_dataset

NAMES = [
    "key",
    "lane",
    "outcome",
    "codes",
    "cells",
    "raw",
    "row",
    "stage",
    "object",
    "folder",
    "mark",
    "window",
    "window_start",
    "window_end",
    "field",
    "value",
    "values",
    "events",
    "count",
    "mean",
    "index",
    "name",
    "columns",
    "dtype",
    "size",
    "type",
    "simulate",
    "time",
    "event_time",
]


@pytest.fixture
def dataset(tmp_path):
    fields = [{"name": name, "type": "string"} for name in NAMES]
    fields[NAMES.index("value")]["type"] = "number"
    fields[NAMES.index("type")]["type"] = "number"
    fields[NAMES.index("time")]["type"] = "datetime"
    schema = {"primaryKey": ["key"], "fields": fields}
    package = {
        "name": "names",
        "resources": [{"name": "names", "path": "x.csv", "schema": schema}],
        "x-dsf": {"eventTime": "time", "lanes": 2},
    }
    (tmp_path / "names").mkdir()
    (tmp_path / "names/datapackage.json").write_text(json.dumps(package), "utf-8")
    return load_dataset(tmp_path / "names")


def row(key, word):
    cells = dict.fromkeys(NAMES, word) | {
        "key": key,
        "value": "1.5",
        "type": "2",
        "time": "2024-05-06T07:08:09Z",
    }
    return ",".join(cells.values())


@pytest.fixture
def decision(dataset):
    rows = [row("1", "left"), row("2", "right"), row("2", "right"), "3,too,short"]
    return decide(dataset, read_landing("\n".join([",".join(NAMES), *rows]).encode(), dataset), {})


def test_rows_are_decided_as_with_any_other_names(decision):
    assert list(decision.rows["(outcome)"]) == ["clean", "clean", "duplicate", "quarantined"]
    assert list(decision.rows["lane"])[:2] == ["left", "right"]
    assert list(decision.rows["raw"])[:2] == ["left", "right"]
    assert list(decision.rows["(key)"]) == ["1", "2", "2", None]


def test_what_the_stages_left_is_equal_and_a_difference_is_one(dataset, decision):
    found = processed(dataset, decision)
    assert compare_processed(dataset, decision, found) == []
    lake = found.assign(simulated=False)
    lake[OBJECT] = "lake/dataset=names/dt=2024-05-06/00-0000000000000000.parquet"
    assert compare_lake(dataset, decision, lake) == []
    lake.loc[1, "lane"] = "other"
    assert compare_lake(dataset, decision, lake) == [Difference("lake", "lane", "1 (row 1)", "left", "other")]


def test_tables_and_report_take_them(dataset, decision):
    profile = expected_profile(dataset, decision.of("clean"))
    assert set(profile["field"]) == set(NAMES)
    assert set(profile["rows"]) == {2}
    rows = processed(dataset, decision)
    levels = pd.DataFrame({"window_start": _windows(dataset, rows), "type": None, "simulated": False})
    counted = _counted(levels, rows["type"].astype("float64"), "type")
    assert counted[["events", "values", "mean", "field"]].to_numpy().tolist() == [[2, 2, 2.0, "type"]]
    assert "agree on all 4 rows" in report_of(dataset, "r", decision, [], [])


def processed(dataset, decision):
    """The processed object of the clean rows, read again."""
    clean = decision.of("clean")
    cells = clean[NAMES].assign(time="2024-05-06T07:08:09.000Z")
    lines = [
        ",".join([*map(str, values), "r", str(number), str(number - 1)])
        for number, values in zip(clean.index, cells.to_numpy(), strict=True)
    ]
    content = "\n".join([",".join([*NAMES, "dsf_run", "dsf_row", "dsf_version"]), *lines, ""]).encode()
    rows = read_csv(dataset, "processed/x.csv", content)
    rows = rows.set_index(pd.Index(rows["dsf_row"].astype("int64"), name="row"))
    rows[LANE] = clean[LANE]
    rows[KEY] = keys_of(dataset, rows)
    return rows
