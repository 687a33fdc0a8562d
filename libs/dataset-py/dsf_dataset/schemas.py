"""Avro schemas of a dataset's records, as the stages register them: equal to its `schemas/*.avsc`."""

from typing import Any

from .dataset import Computed, Dataset, Field

Schema = dict[str, Any]

_TIMESTAMP = {"type": "long", "logicalType": "timestamp-millis"}
_TYPES: dict[str, Any] = {
    "string": "string",
    "integer": "long",
    "number": "double",
    "boolean": "boolean",
    "date": {"type": "int", "logicalType": "date"},
    "datetime": _TIMESTAMP,
}


def _column(name: str, kind: Any, doc: str | None = None) -> Schema:
    return {"name": name, "type": kind} | ({"doc": doc} if doc is not None else {})


def _nullable(name: str, kind: Any, doc: str | None = None) -> Schema:
    return {"name": name, "type": ["null", kind], "default": None} | ({"doc": doc} if doc is not None else {})


_PROVENANCE = [
    _column("dsf_run", "string", "run that brought the row"),
    _column("dsf_row", "long", "data row in the landing file, from 1"),
]


def raw_schema(dataset: Dataset) -> Schema:
    cells = [_nullable(field.column, "string") for field in dataset.fields]
    doc = "A row as read: text cells, null for a column that the file does not have."
    return _record(dataset, "Raw", doc, [*_PROVENANCE, *cells])


def clean_schema(dataset: Dataset) -> Schema:
    return _record(
        dataset, "Clean", "A row that passed: typed, deduplicated, with its version.", _clean(dataset)
    )


def enriched_schema(dataset: Dataset) -> Schema:
    simulated = _column("simulated", "boolean", "true for a record that no source row stands behind")
    fields = [*_clean(dataset), simulated, *map(_computed_column, dataset.computed)]
    return _record(dataset, "Enriched", "A clean row with its computed fields, or a simulated one.", fields)


def _clean(dataset: Dataset) -> list[Schema]:
    version = _column("dsf_version", "long", "greater for a newer state of the same key")
    return [*_PROVENANCE, version, *map(_clean_column, dataset.fields)]


def _clean_column(field: Field) -> Schema:
    shape = _column if field.required else _nullable
    return shape(field.column, _TYPES[field.type], field.title)


def _computed_column(field: Computed) -> Schema:
    return _nullable(field.name, _TYPES[field.type], field.title or field.expression)


def object_schema(dataset: Dataset) -> Schema:
    """An object that is completely in the store."""
    route = (
        "processed, lake, quarantine, profile or trends; "
        "replay for an object of the lake that is announced again"
    )
    fields = [
        _column("dsf_run", "string"),
        _column("route", "string", route),
        _column("key", "string"),
        _column("format", "string", "csv, parquet or jsonl"),
        _nullable("type", "string"),
        _nullable("dt", "string"),
        _column("lane", "int"),
        _column("first_offset", "long", "of the chunk, in the topic that it came from"),
        _column("last_offset", "long"),
        _column("records", "long"),
        _column("bytes", "long"),
        _column("sha256", "string"),
    ]
    return _record(dataset, "ObjectWritten", "An object that is completely in the store.", fields)


def profile_schema(dataset: Dataset) -> Schema:
    """What a micro-batch of `csv_profile` says of a field in a window."""
    spread = ("minimum", "maximum", "mean", "p05", "p25", "p50", "p75", "p95")
    fields = [
        _column("dsf_run", "string", "run that brought the rows"),
        _column("dsf_version", "long", "ms since 1970 of the micro-batch: greater for a newer profile"),
        _column("at", _TIMESTAMP, "of the micro-batch, the same when it is repeated"),
        _nullable("type", "string"),
        _nullable("window_start", _TIMESTAMP, "the period of the lake that the event time lies in"),
        _nullable("window_end", _TIMESTAMP),
        _column("field", "string", "column of the clean record"),
        _column("rows", "long", "of the run, type and window"),
        _column("keys", "long", "distinct primary keys among them"),
        _column("nulls", "long", "rows without a value of the field"),
        _column("distinct", "long", "different values of the field"),
        *(_nullable(name, "double") for name in spread),
    ]
    doc = "Quality of the rows of a run that arrived together, by field."
    return _record(dataset, "Profile", doc, fields)


RECEIPT_SCHEMA: Schema = {
    "type": "record",
    "name": "Receipt",
    "namespace": "dsf",
    "doc": "Control record behind the last row of a run in a lane. Every stage adds its counters.",
    "fields": [
        _column("run", "string"),
        _column("dataset", "string"),
        _column("lane", "int"),
        _column("lanes", "int"),
        {"name": "route", "type": "string", "default": "", "doc": "processed or lake, once a sink wrote it"},
        _column("counters", {"type": "map", "values": "long"}),
        {
            "name": "times",
            "type": {"type": "map", "values": "long"},
            "default": {},
            "doc": "ms since 1970 at which the run was requested, and closed by each stage",
        },
    ],
}


def _record(dataset: Dataset, name: str, doc: str, fields: list[Schema]) -> Schema:
    namespace = f"dsf.{dataset.name.replace('-', '_')}"
    return {"type": "record", "name": name, "namespace": namespace, "doc": doc, "fields": fields}
