"""
The Avro schema of raw records, by which the audit reads them out of the quarantine: equal to `schemas/raw.avsc`. Whoever has the
registry takes its schemas.
"""

from typing import Any

from .dataset import Dataset

Schema = dict[str, Any]


def raw_schema(dataset: Dataset) -> Schema:
    """Text cells behind the place of the row."""
    provenance = [
        {"name": "dsf_run", "type": "string", "doc": "run that brought the row"},
        {"name": "dsf_row", "type": "long", "doc": "data row in the landing file, from 1"},
    ]
    cells = [{"name": field.column, "type": ["null", "string"], "default": None} for field in dataset.fields]
    return {
        "type": "record",
        "name": "Raw",
        "namespace": f"dsf.{dataset.name.replace('-', '_')}",
        "doc": "A row as read: text cells, null for a column that the file does not have.",
        "fields": [*provenance, *cells],
    }
