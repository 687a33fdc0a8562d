"""Schemas are those that the stages register: the files in git are the judge of both."""

import json

import pytest
from define import ROOT, VECTORS
from dsf_dataset import (
    RECEIPT_SCHEMA,
    clean_schema,
    enriched_schema,
    load_datasets,
    object_schema,
    profile_schema,
    raw_schema,
)
from fastavro import parse_schema

DATASETS = load_datasets(str(ROOT / "datasets"))
KINDS = {
    "raw": raw_schema,
    "clean": clean_schema,
    "enriched": enriched_schema,
    "objects": object_schema,
    "profile": profile_schema,
}


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_those_in_git(name, kind):
    kept = json.loads((ROOT / f"datasets/{name}/schemas/{kind}.avsc").read_text("utf-8"))
    assert KINDS[kind](DATASETS[name]) == kept


def test_the_receipt_is_that_of_the_stages():
    assert json.loads((VECTORS / "receipt.json").read_text("utf-8")) == RECEIPT_SCHEMA
    assert parse_schema(RECEIPT_SCHEMA)["name"] == "dsf.Receipt"
