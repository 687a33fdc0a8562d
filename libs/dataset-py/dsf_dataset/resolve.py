"""From a definition of the right shape to a dataset: roles are fields, and what does not fit together is noted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .columns import MOST_COLUMNS, check_columns, named_columns
from .dataset import Computed, Dataset, Field, Geo
from .dialect import check_dialect, read_dialect
from .encodings import encoding_of
from .fields import check_rules, field_named, read_fields
from .geo_bounds import with_bounds
from .header_size import header_too_long
from .http_source import check_http
from .json_node import Node
from .row_number import check_row_number
from .source_url import check_pattern, check_url
from .watch import read_anomalies, read_trends


def resolve(package: Node, folder: Path) -> Dataset:
    """What of a definition of the right shape does not fit together is noted."""
    resources = package.at("resources").list()
    resource = resources[0] if resources else Node("/resources/0", None, package.problems)
    schema, dialect, ext = resource.at("schema"), resource.at("dialect"), package.at("x-dsf")
    source, lake = ext.at("source"), ext.at("sinks").at("lake")
    name = _name(package.at("name"), folder)
    fields, key, geo, computed = _columns(schema, ext)
    event_time = _role(fields, ext.at("eventTime"), "date", "datetime")
    check_dialect(dialect)
    check_row_number(
        fields,
        schema.at("fields").list(),
        key,
        source.at("url").value or "",
        is_row_key=bool(ext.at("key")),
    )
    _check_places(fields, schema.at("fieldsMatch"), dialect.at("header"))
    check_url(source.at("url"))
    check_pattern(source)
    check_http(source, resource, ext.at("reading"))
    dataset = Dataset(
        name=name,
        title=package.at("title").value or name,
        version=package.at("version").value,
        folder=folder,
        lanes=ext.at("lanes").value,
        **read_dialect(dialect, ext.at("reading")),
        encoding=encoding_of(resource.at("encoding").value or "utf-8") or "utf-8",
        innerpath=resource.at("innerpath").value,
        fields=fields,
        key=key,
        is_row_key=bool(ext.at("key")),
        fields_match=schema.at("fieldsMatch").value,
        version_field=_version_field(fields, ext.at("version")),
        event_time=event_time,
        type_field=_role(fields, ext.at("type"), "string"),
        geo=geo,
        computed=computed,
        source_url=source.at("url").value,
        max_bytes=source.at("maxBytes").value,
        max_row_bytes=source.at("maxRowBytes").value,
        max_refused_rows=source.at("maxRefusedRows").value,
        max_refused_share=source.at("maxRefusedShare").value,
        lake_format=lake.at("format").value,
        lake_period=lake.at("period").value,
        anomalies=read_anomalies(ext.at("anomalies"), fields),
        trends=read_trends(ext.at("trends"), event_time, is_named=bool(ext.at("eventTime"))),
    )
    is_known = dialect and source and not ext.is_wrong() and not source.is_wrong()
    if is_known and (problem := header_too_long(dataset)):
        source.refuse(problem, "/maxRowBytes")
    return dataset


def _columns(
    schema: Node, ext: Node
) -> tuple[tuple[Field, ...], tuple[Field, ...], Geo | None, tuple[Computed, ...]]:
    """The fields, those of the key, the place and the computed fields, once all their columns are checked."""
    nodes, of_computed = schema.at("fields").list(), ext.at("computed").list()
    is_row_key = _is_row_key(ext.at("key"), schema)
    fields, key = read_fields(schema, nodes, is_row_key=is_row_key)
    computed = tuple(_computed(node.value or {}) for node in of_computed)
    geo = _geo(fields, ext.at("geo"))
    if geo:
        fields, geo = with_bounds(fields, nodes, geo)
    type_field = _role(fields, ext.at("type"), "string")
    named = named_columns(fields, nodes, computed, of_computed)
    check_columns(named, has_place=geo is not None, type_field=type_field)
    if len(named) > MOST_COLUMNS:
        most = f"columns with the computed ones, expected at most {MOST_COLUMNS}"
        schema.refuse(f"{len(named)} {most}", "/fields")
    for node, field in zip(nodes, fields, strict=True):
        check_rules(node, field)
    _check_simulate(ext.at("simulate"), fields, key)
    return fields, tuple(next(f for f in fields if f.name == one.name) for one in key), geo, computed


def _is_row_key(key: Node, schema: Node) -> bool:
    """One of the two ways to say what a row is."""
    primary_key = schema.at("primaryKey")
    if primary_key and key:
        key.refuse("expected none beside a primaryKey: take one of them out")
    if schema and not primary_key and not key and not key.is_wrong():
        what = "the name of a field, or a list of them"
        primary_key.refuse(f'expected {what}; where no field tells the rows apart, take x-dsf.key: "row"')
    return bool(key)


def _version_field(fields: Sequence[Field], node: Node) -> Field | None:
    field = _role(fields, node, "integer", "datetime")
    if field and not field.required:
        node.refuse(f'"{field.name}" must have constraints.required: true')
    return field


def _name(node: Node, folder: Path) -> str:
    name = node.value or ""
    if name and folder.absolute().name != name:
        node.refuse(f'is "{name}", expected the folder\'s name "{folder.absolute().name}"')
    return name


def _check_places(fields: Sequence[Field], policy: Node, header: Node) -> None:
    """What is not told by its name is told by its place, which only one policy keeps."""
    if policy.value in ("exact", None):
        return
    if header.value is False:
        policy.refuse('expected "exact", because the file has no header')
        return
    headers = [field.in_file for field in fields if field.name and not field.is_row_number]
    if len(set(headers)) < len(headers):
        policy.refuse('expected "exact", because two fields are the same in the file\'s header')


def _check_simulate(node: Node, fields: Sequence[Field], key: Sequence[Field]) -> None:
    if not node:
        return
    if not any(field.type == "string" for field in key):
        node.refuse(
            "expected a string in the primary key, by which a simulated row is told from a measured one"
        )
    for name, width in node.at("jitter").items():
        _role(fields, Node(width.path, name, node.problems), "number")


def _computed(written: dict[str, Any]) -> Computed:
    return Computed(
        name=written.get("name", ""),
        type=written.get("type"),  # type: ignore[arg-type]
        expression=written.get("expression", ""),
        title=written.get("title"),
    )


def _role(fields: Sequence[Field], node: Node, *types: str) -> Field | None:
    """The field of a role that only some types can play; None when the definition names none."""
    field = field_named(fields, node)
    if field is None or field.type is None or field.type in types:
        return field
    node.refuse(f'"{field.name}" is of type {field.type}, expected {" or ".join(types)}')
    return None


def _geo(fields: tuple[Field, ...], node: Node) -> Geo | None:
    latitude, longitude = (_role(fields, node.at(axis), "number") for axis in ("latitude", "longitude"))
    return Geo(latitude, longitude) if latitude and longitude else None
