"""A stage that takes text inside a cell for a row, or shifts cells, is told by the audit."""

import json

import pandas as pd
import pytest
from audit.decide import decide
from audit.landing import read_landing
from audit.own import CELLS, CODES, KEY, LANE, OBJECT, OUTCOME, RAW, STAGE
from audit.stages import compare_processed, compare_quarantine
from dsf_dataset import load_dataset

FIELDS = [{"name": "id", "type": "string"}, *({"name": name, "type": "string"} for name in "ab")]
FIELDS.append({"name": "n", "type": "integer"})
SURPLUS = b'id,a,b,n\nph0,x,y,0\nph1,"mail:\nghost1,x,y,9\nend",y,1,surplus\nph3,x,y,3\n'
LONG = b'id,a,b,n\nlm1,x,y,1\nlm2,"' + b"ghost1,x,y,9\n" * 6000 + b'",y,2\nlm3,x,y,3\n'
SPACED = b'id,a,b,n\nsq0,x,y,0\nsq1, "left\nghost1,x,y,9\nright",5\nsq3,x,y,3\n'
SHIFTED = b'id,a,b,n\nsq0,x,y,0\nghost1, "left, right",9\nsq3,x,y,3\n'


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "ghosts"
    folder.mkdir()
    schema = {"primaryKey": "id", "fields": FIELDS}
    resource = {"name": "ghosts", "path": "sample.csv", "schema": schema}
    package = {"name": "ghosts", "resources": [resource], "x-dsf": {"lanes": 1}}
    (folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
    return load_dataset(folder)


@pytest.mark.parametrize(
    "content", [SURPLUS, LONG, SPACED, SHIFTED], ids=["46", "47", "09 lines", "09 cells"]
)
def test_a_ghost_is_a_difference(dataset, content):
    decision = decide(dataset, read_landing(content, dataset), {})
    assert list(decision.rows[OUTCOME]) == ["clean", "quarantined", "clean"]
    right = decision.of("clean")[[KEY, LANE, "id", "a", "b", "n"]]
    right["dsf_version"] = pd.Series([0, 1], index=right.index, dtype=object)
    assert compare_processed(dataset, decision, right) == []
    # what the old reader made of it: a row of the text inside the cell, under a number that another row has or none
    for number in (2, 4):
        ghost = right.iloc[:1].assign(**{KEY: "ghost1"}, id="ghost1", a="x", b="y", n=9, dsf_version=1)
        found = pd.concat([right, ghost.set_index(pd.Index([number], name="row"))]).sort_index()
        differences = compare_processed(dataset, decision, found)
        assert ("(row)", "there") in {(each.column, each.found) for each in differences}
        assert any("ghost1" in each.key for each in differences)


def test_a_refused_row_that_ends_with_its_first_line_is_a_difference(dataset):
    decision = decide(dataset, read_landing(SURPLUS, dataset), {})
    row = {KEY: None, LANE: 0, STAGE: "ingestor", CODES: [("", "unreadable")], CELLS: None}
    whole = b'ph1,"mail:\nghost1,x,y,9\nend",y,1,surplus'
    for raw, columns in [(whole, []), (whole.split(b"\n")[0], [RAW])]:
        found = pd.DataFrame([{**row, RAW: raw, OBJECT: "o"}], index=pd.Index([2], name="row"), dtype=object)
        differences = compare_quarantine(dataset, decision, found)
        assert [each.column for each in differences] == columns
