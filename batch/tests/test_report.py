"""The page of an audit is made whatever the fields are called."""

import copy

from audit.decide import decide
from audit.landing import read_landing
from audit.report import report_of
from dirty_csv import VERSIONED, written


def test_a_name_that_looks_like_a_formula_is_text(tmp_path):
    definition = copy.deepcopy(VERSIONED)
    name = "$\\frac{ cost $"
    definition["resources"][0]["schema"]["fields"][2]["name"] = name
    dataset = written(tmp_path, definition)
    header = ",".join(field.name for field in dataset.fields)
    content = f"{header}\na,2024-01-01,1.5,1,A,x,1\nb,2024-01-01,2.5,1,A,x,1\n".encode()
    page = report_of(dataset, "r", decide(dataset, read_landing(content, dataset), {}), [], [])
    assert page.count("<img ") == 3
