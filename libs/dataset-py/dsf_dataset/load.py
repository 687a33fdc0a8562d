"""Reads `folder/datapackage.json`. Each refusal names the file, the JSON path and what was expected."""

import json
import re
from pathlib import Path
from typing import Any

from .cells import compile_reader
from .dataset import Computed, Dataset, Field, Geo
from .errors import DefinitionError
from .fields import field_named, read_fields
from .json_node import Node
from .watch import read_anomalies, read_trends

_ROLES = ("version", "eventTime", "type", "geo")
_STAGES_ONLY = ("simulate", "retentionDays", "dashboard")
_EXTENSION = ("lanes", "source", *_ROLES, *_STAGES_ONLY, "computed", "sinks", "anomalies", "trends")
_RESERVED = re.compile(r"dsf_.*|simulated|_[a-z].*", re.DOTALL)


def load_dataset(folder: Path) -> Dataset:
    """The dataset of a folder. What only stages read (simulation, dashboard, chunks) is passed over."""
    file = Path(folder) / "datapackage.json"
    package = Node(str(file), "", _parse(file))
    dataset = _resolve(package, Path(folder))
    for i, field in enumerate(dataset.fields):
        compile_reader(field, str(file), f"/resources/0/schema/fields/{i}")
    return dataset


def load_datasets(path: str) -> dict[str, Dataset]:
    """All datasets of a list of folders (colon-separated, as DATASETS_DIR), by name."""
    found: dict[str, Dataset] = {}
    for parent in filter(None, path.split(":")):
        if not Path(parent).is_dir():
            raise DefinitionError(parent, "", "the folder does not exist; see DATASETS_DIR")
        for file in sorted(Path(parent).glob("*/datapackage.json")):
            dataset = load_dataset(file.parent)
            if dataset.name in found:
                twin = found[dataset.name].folder
                expected = f'"{dataset.name}" is already defined in {twin}'
                raise DefinitionError(str(file.parent), "/name", expected)
            found[dataset.name] = dataset
    return found


def _parse(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DefinitionError(str(file), "", f"is not readable JSON: {error}") from error


def _resolve(package: Node, folder: Path) -> Dataset:
    name = _name(package.at("name"), folder)
    resources = package.at("resources").list()
    if len(resources) != 1:
        raise package.refuse("expected exactly one resource", "/resources")
    resource = resources[0]
    resource.at("encoding").choice("utf-8", "UTF-8", default="utf-8")
    delimiter, quote_char, skip_initial_space = _dialect(resource.at("dialect"))
    schema = resource.at("schema").without("uniqueKeys", "foreignKeys")
    ext = package.at("x-dsf").closed(*_EXTENSION)
    fields, key = read_fields(schema)
    computed = tuple(_computed(node) for node in ext.at("computed").list())
    _refuse_clashes(schema, ext, fields, computed)
    version_field = _role(fields, ext.at("version"), "integer", "datetime")
    if version_field and not version_field.required:
        raise ext.refuse(f'"{version_field.name}" must have constraints.required: true', "/version")
    event_time = _role(fields, ext.at("eventTime"), "date", "datetime")
    lake = ext.at("sinks").at("lake").closed("format", "compression", "period")
    source = ext.at("source").closed("url", "maxBytes", "maxRowBytes", "maxCompressionRatio")
    source.at("maxCompressionRatio").number(1, default=200)
    return Dataset(
        name=name,
        title=package.at("title").text(name),
        version=package.at("version").text("0.0.0"),
        folder=folder,
        lanes=ext.at("lanes").integer(1, 64, default=4),
        delimiter=delimiter,
        quote_char=quote_char,
        skip_initial_space=skip_initial_space,
        fields=fields,
        key=key,
        fields_match=schema.at("fieldsMatch").choice(
            "exact", "equal", "subset", "superset", "partial", default="exact"
        ),
        version_field=version_field,
        event_time=event_time,
        type_field=_role(fields, ext.at("type"), "string"),
        geo=_geo(fields, ext.at("geo")),
        computed=computed,
        source_url=source.at("url").text(None),
        max_bytes=source.at("maxBytes").integer(1, default=4 * 2**30),
        max_row_bytes=source.at("maxRowBytes").integer(1, default=65_536),
        lake_format=lake.at("format").choice("parquet", "jsonl", default="parquet"),
        lake_period=lake.at("period").choice("day", "month", "year", default="day"),
        anomalies=read_anomalies(ext.at("anomalies"), fields),
        trends=read_trends(ext.at("trends"), event_time),
    )


def _name(node: Node, folder: Path) -> str:
    name = node.text(pattern="[a-z][a-z0-9-]{0,62}", expected="lower-case letters, digits and dashes")
    if re.search(r"-v[0-9]+$", name):
        raise node.refuse("expected no version at the end, the index names carry one")
    if folder.absolute().name != name:
        raise node.refuse(f'is "{name}", expected the folder\'s name "{folder.absolute().name}"')
    return name


def _dialect(node: Node) -> tuple[str, str, bool]:
    node.without("escapeChar", "commentChar", "commentRows", "headerRows", "nullSequence")
    node.at("header").choice(True, default=True)
    node.at("doubleQuote").choice(True, default=True)
    skip_initial_space = node.at("skipInitialSpace").choice(False, True, default=False)
    one = {"pattern": "[\t -~]", "expected": "one ASCII character"}
    delimiter, quote_char = node.at("delimiter").text(",", **one), node.at("quoteChar").text('"', **one)
    if delimiter == quote_char:
        raise node.refuse("delimiter and quoteChar are the same")
    return delimiter, quote_char, skip_initial_space


def _computed(node: Node) -> Computed:
    node.closed("name", "type", "expression", "title", "unit")
    return Computed(
        name=node.at("name").text(
            pattern="[A-Za-z_][A-Za-z0-9_]*", expected="a letter or underscore, then also digits"
        ),
        type=node.at("type").choice("string", "integer", "number", "boolean"),
        expression=node.at("expression").text(pattern=".+"),
        title=node.at("title").text(None),
    )


def _refuse_clashes(
    schema: Node, ext: Node, fields: tuple[Field, ...], computed: tuple[Computed, ...]
) -> None:
    columns = [(f.column, f"{schema.path}/fields/{i}/name") for i, f in enumerate(fields)]
    columns += [(c.name, f"/x-dsf/computed/{i}/name") for i, c in enumerate(computed)]
    seen: set[str] = set()
    for column, path in columns:
        if _RESERVED.fullmatch(column) or (ext.at("geo") and column == "location"):
            raise DefinitionError(schema.file, path, f'"{column}" is a name kept for the pipeline')
        if column in seen:
            raise DefinitionError(schema.file, path, f'two fields become the column "{column}"')
        seen.add(column)


def _role(fields: tuple[Field, ...], node: Node, *types: str) -> Field | None:
    """The field of a role that only some types can play; None when the definition names none."""
    if not node:
        return None
    field = field_named(fields, node)
    if field.type not in types:
        raise node.refuse(f'"{field.name}" is of type {field.type}, expected {" or ".join(types)}')
    return field


def _geo(fields: tuple[Field, ...], node: Node) -> Geo | None:
    if not node:
        return None
    node.closed("latitude", "longitude")
    latitude, longitude = (_role(fields, node.at(axis), "number") for axis in ("latitude", "longitude"))
    if latitude is None or longitude is None:
        raise node.refuse("expected latitude and longitude")
    return Geo(latitude, longitude)
