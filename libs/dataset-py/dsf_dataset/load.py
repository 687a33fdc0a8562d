"""Reads `folder/datapackage.json`. A refusal names the file, and for each problem the JSON path and what was expected."""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .columns import COLUMN, MOST_COLUMNS, check_columns, named_columns
from .dataset import Computed, Dataset, Field, Geo
from .errors import DefinitionError, Problem, raise_all
from .fields import check_rules, field_named, read_fields
from .geo_bounds import with_bounds
from .header_size import LARGEST_ROW, header_too_long
from .json_node import Node
from .places import DIALECT, EXTENSION, PACKAGE, RESOURCE, SCHEMA
from .stages_only import check_stages_only
from .watch import read_anomalies, read_trends

_OF_SOURCE = (
    "url",
    "headers",
    "maxBytes",
    "maxRowBytes",
    "maxCompressionRatio",
    "connectSeconds",
    "firstByteSeconds",
    "idleSeconds",
    "maxSeconds",
    "minBytesPerSecond",
    "maxRefusedShare",
    "maxRefusedRows",
)
_LARGEST_SOURCE = 10_000 * 8 * 2**20
_LARGEST_DEFINITION = 8 * 2**20
_DEEPEST_DEFINITION = 100
_OUR_NAMES = re.compile("dsf(-.*)?|receipts|pipeline|trends", re.DOTALL)


def load_dataset(folder: Path) -> Dataset:
    """The dataset of a folder. What only stages read (dashboard, expressions) is passed over."""
    file = Path(folder) / "datapackage.json"
    problems: list[Problem] = []
    dataset = _resolve(Node("", _parse(file), problems), Path(folder))
    raise_all(str(file), problems)
    return dataset


@dataclass(frozen=True)
class Refused:
    """A definition that cannot be used."""

    name: str
    """Of the folder, which is what the dataset would be named."""
    folder: Path
    problems: list[str]
    """A line for each."""

    def __str__(self) -> str:
        return f"the dataset {self.name} is left out, because {self.folder}/datapackage.json cannot be used: {'; '.join(self.problems)}"


class Datasets(dict[str, Dataset]):
    """By name; and the definitions beside them that cannot be used, which keep no other from being used."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[Refused] = []


def load_datasets(path: str) -> Datasets:
    """
    All datasets of a list of folders (colon-separated, as DATASETS_DIR), by name. Of two of one name the first one is
    used, in the order of the list; the other one is refused.
    @raise DefinitionError for a folder of the list that is not there: that is no dataset's fault
    """
    found = Datasets()
    for parent in filter(None, path.split(":")):
        if not Path(parent).is_dir():
            raise DefinitionError(parent, "", "the folder does not exist; see DATASETS_DIR")
        for folder in sorted(Path(parent).glob("*")):
            # a link to nothing is one too: whoever made it wants to hear that it cannot be read
            if os.path.lexists(folder / "datapackage.json"):
                _add(found, folder)
    return found


def _add(found: Datasets, folder: Path) -> None:
    name = folder.absolute().name
    try:
        if name in found:
            expected = f'"{name}" is already defined in {found[name].folder}'
            raise DefinitionError(str(folder), "/name", expected)
        found[name] = load_dataset(folder)
    except DefinitionError as error:
        found.refused.append(Refused(name, folder, error.sentences))
    except (
        Exception
    ) as error:  # what nobody foresaw about a definition is that dataset's trouble all the same
        found.refused.append(Refused(name, folder, [f"cannot be read: {type(error).__name__}: {error}"]))


def _parse(file: Path) -> Any:
    try:
        size = file.stat().st_size
        if size > _LARGEST_DEFINITION:
            raise ValueError(f"it has {size} bytes, expected at most {_LARGEST_DEFINITION}")
        whole = json.loads(file.read_text("utf-8-sig"), parse_constant=_no_constant)
        _refuse_deep(whole)
        return whole
    except (OSError, ValueError, RecursionError) as error:
        raise DefinitionError(str(file), "", f"is not readable JSON: {error}") from error


def _refuse_deep(whole: Any) -> None:
    level = [whole]
    for _ in range(_DEEPEST_DEFINITION + 1):
        inside = [
            value.values() if isinstance(value, dict) else value
            for value in level
            if isinstance(value, dict | list)
        ]
        level = [value for values in inside for value in values]
    if level:
        raise ValueError(f"it is nested more than {_DEEPEST_DEFINITION} levels deep")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _resolve(package: Node, folder: Path) -> Dataset:
    name = _name(package.open(PACKAGE).at("name"), folder)
    package.at("description").text(None)
    schema, delimiter, quote_char, skip_initial_space = _resource(package)
    ext = package.at("x-dsf").closed(*EXTENSION)
    nodes = schema.at("fields").list(least=1)
    fields, key = read_fields(schema, nodes)
    of_computed = ext.at("computed").list()
    computed = tuple(_computed(node) for node in of_computed)
    event_time = _role(fields, ext.at("eventTime"), "date", "datetime")
    type_field = _role(fields, ext.at("type"), "string")
    version_field = _role(fields, ext.at("version"), "integer", "datetime")
    if version_field and not version_field.required:
        ext.refuse(f'"{version_field.name}" must have constraints.required: true', "/version")
    geo = _geo(fields, ext.at("geo"))
    if geo:
        fields, geo = with_bounds(fields, nodes, geo)
    lake_format, lake_period = _lake(ext.at("sinks"))
    check_columns(
        named_columns(fields, nodes, computed, of_computed),
        has_place=geo is not None,
        type_field=type_field,
    )
    if len(fields) + len(computed) > MOST_COLUMNS:
        most = f"columns with the computed ones, expected at most {MOST_COLUMNS}"
        schema.refuse(f"{len(fields) + len(computed)} {most}", "/fields")
    for node, field in zip(nodes, fields, strict=True):
        check_rules(node, field)
    check_stages_only(ext, fields, key)
    source = ext.at("source").closed(*_OF_SOURCE)
    _check_fetching(source)
    dataset = Dataset(
        name=name,
        title=package.at("title").text(name),
        version=package.at("version").text("0.0.0"),
        folder=folder,
        lanes=ext.at("lanes").integer(1, 64, default=4),
        delimiter=delimiter,
        quote_char=quote_char,
        skip_initial_space=skip_initial_space,
        fields=fields,
        key=tuple(next(f for f in fields if f.name == one.name) for one in key),
        fields_match=schema.at("fieldsMatch").choice(
            "exact", "equal", "subset", "superset", "partial", default="exact"
        ),
        version_field=version_field,
        event_time=event_time,
        type_field=type_field,
        geo=geo,
        computed=computed,
        source_url=_source_url(source.at("url")),
        max_bytes=source.at("maxBytes").integer(1, _LARGEST_SOURCE, default=4 * 2**30),
        max_row_bytes=source.at("maxRowBytes").integer(1, LARGEST_ROW, default=65_536),
        max_refused_rows=source.at("maxRefusedRows").integer(0, default=100),
        max_refused_share=source.at("maxRefusedShare").number(0, 1, default=0.05),
        lake_format=lake_format,
        lake_period=lake_period,
        anomalies=read_anomalies(ext.at("anomalies"), fields),
        trends=read_trends(ext.at("trends"), event_time, is_named=bool(ext.at("eventTime"))),
    )
    if not ext.is_wrong() and not source.is_wrong() and (problem := header_too_long(dataset)):
        source.refuse(problem, "/maxRowBytes")
    return dataset


def _check_fetching(source: Node) -> None:
    """Bounds that the stages alone keep."""
    _check_headers(source.at("headers"))
    source.at("maxCompressionRatio").number(1, default=200)
    source.at("connectSeconds").integer(1, 86_400, default=10)
    source.at("firstByteSeconds").integer(1, 86_400, default=10)
    source.at("idleSeconds").integer(1, 86_400, default=30)
    source.at("maxSeconds").integer(1, 86_400, default=1800)
    source.at("minBytesPerSecond").integer(0, default=1000)


def _name(node: Node, folder: Path) -> str:
    name = node.text(pattern="[a-z][a-z0-9-]{0,62}", expected="lower-case letters, digits and dashes") or ""
    if re.search(r"-v[0-9]+$", name):
        node.refuse("expected no version at the end, the index names carry one")
    if _OUR_NAMES.fullmatch(name):
        node.refuse("is a name of our own: indices, templates and dashboards have it")
    if name and folder.absolute().name != name:
        node.refuse(f'is "{name}", expected the folder\'s name "{folder.absolute().name}"')
    return name


def _resource(package: Node) -> tuple[Node, str, str, bool]:
    """The schema of the only resource, and its dialect."""
    resources = package.at("resources").list(least=1)
    if len(resources) > 1:
        package.refuse("expected exactly one resource", "/resources")
    resource = resources[0] if resources else Node("/resources/0", {}, [])
    resource.open(RESOURCE)
    for word in ("name", "path"):
        resource.at(word).text(pattern=".+")
    resource.at("type").choice("table", default="table")
    resource.at("format").choice("csv", default="csv")
    resource.at("compression").choice("gz", "gzip", default="gz")
    resource.at("mediatype").text(None, pattern="(?i:text/csv(; ?charset=utf-8)?)", expected='"text/csv"')
    resource.at("encoding").text("utf-8", pattern="(?i:utf-?8)", expected='"utf-8"')
    return resource.at("schema").open(SCHEMA), *_dialect(resource.at("dialect").open(DIALECT))


def _dialect(node: Node) -> tuple[str, str, bool]:
    node.at("header").choice(True, default=True)
    node.at("doubleQuote").choice(True, default=True)
    skip_initial_space = node.at("skipInitialSpace").choice(False, True, default=False)
    node.at("lineTerminator").choice("\n", "\r\n", default="\n")
    node.at("caseSensitiveHeader").choice(True, default=True)
    one = {"pattern": "[\t -~]", "expected": "one ASCII character"}
    delimiter, quote_char = node.at("delimiter").text(",", **one), node.at("quoteChar").text('"', **one)
    if delimiter == quote_char:
        node.refuse("delimiter and quoteChar are the same")
    return delimiter, quote_char, skip_initial_space


def _lake(sinks: Node) -> tuple[Any, Any]:
    sinks.closed("lake", "chunk")
    lake = sinks.at("lake").closed("format", "compression", "period", "partitions")
    lake.at("compression").choice("zstd", "snappy", default="zstd")
    form = lake.at("format").choice("parquet", "jsonl", default="parquet")
    return form, lake.at("period").choice("day", "month", "year", default="day")


def _source_url(node: Node) -> str | None:
    """What can be fetched; the stages check the address itself."""
    web, file = r"(?i:https?)://[^/?#\s]+.*", r"(?i:file):(//(?i:localhost)?)?/[^*?]+"
    url = node.text(
        None, pattern=f"{web}|{file}", expected="a URL that begins with http://, https:// or file:///"
    )
    if url and "@" in re.split("[/?#]", url.partition("://")[2])[0]:
        node.refuse("expected no user or password: name a secret")
    if url and "${secret:" in url.split("?")[0]:
        node.refuse("expected `${secret:name}` in the query alone")
    return url


def _check_headers(node: Node) -> None:
    """They are for the stage that fetches; their secrets are read there."""
    for name, text in node.items():
        if not re.fullmatch("[A-Za-z][A-Za-z0-9-]{0,63}", name):
            node.refuse("expected the name of a header", f"/{name}")
        text.text(pattern="[ -~]{0,4096}", expected="a line of ASCII")


def _computed(node: Node) -> Computed:
    node.closed("name", "type", "expression", "title", "unit")
    node.at("unit").text(None)
    return Computed(
        name=node.at("name").text(pattern=COLUMN, expected="a letter or underscore, then also digits") or "",
        type=node.at("type").choice("string", "integer", "number", "boolean"),
        expression=node.at("expression").text(pattern=".+"),
        title=node.at("title").text(None),
    )


def _role(fields: Sequence[Field], node: Node, *types: str) -> Field | None:
    """The field of a role that only some types can play; None when the definition names none."""
    field = field_named(fields, node) if node else None
    if field is None or field.type is None or field.type in types:
        return field
    node.refuse(f'"{field.name}" is of type {field.type}, expected {" or ".join(types)}')
    return None


def _geo(fields: tuple[Field, ...], node: Node) -> Geo | None:
    if not node:
        return None
    node.closed("latitude", "longitude")
    for axis in ("latitude", "longitude"):
        node.at(axis).text()
    latitude, longitude = (_role(fields, node.at(axis), "number") for axis in ("latitude", "longitude"))
    return Geo(latitude, longitude) if latitude and longitude else None
