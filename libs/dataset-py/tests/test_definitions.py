"""Definitions are accepted, or refused with the same paths as in the stages: libs/dataset/vectors/definitions.json is the judge of both."""

import copy
import json

import pytest
from define import VECTORS, load
from dsf_dataset import DefinitionError, column_name

TABLE = json.loads((VECTORS / "definitions.json").read_text("utf-8"))


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["what"])
def test_a_definition_is_accepted_or_refused_with_all_that_is_wrong(case, tmp_path):
    whole = copy.deepcopy(TABLE["base"])
    for pointer, value in case.get("set", {}).items():
        parent, key = at(whole, pointer)
        if isinstance(parent, list) and key == len(parent):
            parent.append(value)
        else:
            parent[key] = value
    for pointer in case.get("remove", []):
        parent, key = at(whole, pointer)
        del parent[key]
    refused = [] if case.get("stagesOnly") else case["refused"]
    assert paths_of(whole, tmp_path) == sorted(refused)


def test_a_footer_of_half_a_character_is_refused_because_no_file_has_it(tmp_path):
    whole = copy.deepcopy(TABLE["base"])
    whole["x-dsf"]["reading"] = {"footer": ["Total", "a\ud800"]}
    assert paths_of(whole, tmp_path) == ["/x-dsf/reading/footer/1"]


@pytest.mark.parametrize(("name", "column"), TABLE["columns"].items())
def test_a_header_is_a_column(name, column):
    assert column_name(name) == column


def at(whole, pointer):
    *steps, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    for step in steps:
        whole = whole[step]
    return whole, last


def paths_of(whole, folder):
    try:
        load(whole, folder)
    except DefinitionError as error:
        return sorted(path for path, _ in error.problems)
    return []
