"""Definitions for tests, written to a folder and loaded as a stage would."""

import json
from pathlib import Path
from typing import Any

from dsf_dataset import Dataset, Field, load_dataset

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "libs/dataset/vectors"


def definition() -> dict[str, Any]:
    """The smallest one that has every role."""
    fields = [
        {"name": "id", "type": "string"},
        {"name": "mag", "type": "number"},
        {"name": "stations", "type": "integer"},
        {"name": "kind", "type": "string"},
        {"name": "day", "type": "date"},
        {"name": "time", "type": "datetime"},
        {"name": "updated", "type": "datetime", "constraints": {"required": True}},
        {"name": "lat", "type": "number"},
        {"name": "lon", "type": "number"},
    ]
    roles = {
        "version": "updated",
        "eventTime": "time",
        "type": "kind",
        "geo": {"latitude": "lat", "longitude": "lon"},
    }
    schema = {"primaryKey": ["id"], "fields": fields}
    resource = {"name": "quakes", "path": "sample.csv", "schema": schema}
    return {"name": "quakes", "resources": [resource], "x-dsf": roles}


def load(json_value: Any, folder: Path, name: str = "quakes") -> Dataset:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "datapackage.json").write_text(json.dumps(json_value), "utf-8")
    return load_dataset(folder / name)


def field_of(field: dict[str, Any], folder: Path) -> Field:
    """The field of interest of a dataset that has it beside a key."""
    changed = definition()
    changed["resources"][0]["schema"] = {
        "primaryKey": "key",
        "fields": [{"name": "key", "type": "string"}, {"name": "cell", **field}],
    }
    changed["x-dsf"] = {}
    return load(changed, folder).fields[1]
