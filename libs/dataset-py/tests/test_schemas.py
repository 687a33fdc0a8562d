"""The schema of raw records is the one that the stages register: the files in git are the judge of both."""

import json

import pytest
from define import ROOT
from dsf_dataset import load_datasets, raw_schema

DATASETS = load_datasets(str(ROOT / "datasets"))


@pytest.mark.parametrize("name", DATASETS)
def test_the_schema_of_raw_records_is_the_one_in_git(name):
    kept = json.loads((ROOT / f"datasets/{name}/schemas/raw.avsc").read_text("utf-8"))
    assert raw_schema(DATASETS[name]) == kept
