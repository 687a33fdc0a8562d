"""Reads `folder/datapackage.json`. A refusal names the file, and for each problem the JSON path and what was expected."""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .columns import MOST_COLUMNS, check_columns, named_columns
from .dataset import Computed, Dataset, Field, Geo
from .dialect import check_dialect, read_dialect
from .encodings import encoding_of
from .errors import DefinitionError, raise_all
from .fields import check_rules, field_named, read_fields
from .geo_bounds import with_bounds
from .header_size import header_too_long
from .http_source import check_http
from .json_node import Node
from .shape import Problems, shaped
from .watch import read_anomalies, read_trends

_LARGEST_DEFINITION = 8 * 2**20
_DEEPEST_DEFINITION = 100


def load_dataset(folder: Path) -> Dataset:
    """The dataset of a folder. What only stages read (dashboard, expressions) is passed over."""
    file = Path(folder) / "datapackage.json"
    problems = Problems()
    definition = shaped(_parse(file), problems)
    dataset = _resolve(Node("", definition, problems), Path(folder))
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
    """What of a definition of the right shape does not fit together is noted."""
    resources = package.at("resources").list()
    resource = resources[0] if resources else Node("/resources/0", None, package.problems)
    schema, dialect, ext = resource.at("schema"), resource.at("dialect"), package.at("x-dsf")
    source, lake = ext.at("source"), ext.at("sinks").at("lake")
    name = _name(package.at("name"), folder)
    fields, key, geo, computed = _columns(schema, ext)
    event_time = _role(fields, ext.at("eventTime"), "date", "datetime")
    check_dialect(dialect)
    _check_places(fields, schema.at("fieldsMatch"), dialect.at("header"))
    _check_url(source.at("url"))
    _check_pattern(source)
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
    headers = [field.in_file for field in fields if field.name]
    if len(set(headers)) < len(headers):
        policy.refuse('expected "exact", because two fields are the same in the file\'s header')


_SOURCE_URL = "|".join(
    (
        r"(?i:https?)://[^/?#\s]+.*",
        r"(?i:sftp|ftps?|s3)://[^/?#\s]+/[^?#{}]*[^?#{}/]",
        r"(?i:file):(//(?i:localhost)?)?/[^?]+",
    )
)


# the same as in libs/dataset/src/definition/source-dates.ts
_BRACES = re.compile(r"(?<!\$)\{([-_./:\sTa-zA-Z]{1,40})\}")


def _is_date(text: str) -> bool:
    rest = re.sub("yyyy|yy|MM|DDD|dd|HH", "", text)
    return re.search("[yMDdH]", text) is not None and re.fullmatch("[-_./T]*", rest) is not None


def _check_url(node: Node) -> None:
    """What can be fetched; the stages check the address itself."""
    url = node.value
    if url is None:
        return
    judged = _BRACES.sub(lambda found: "0" if _is_date(found[1]) else found[0], url)
    authority = re.split("[/?#]", url.partition("://")[2])[0]
    if not re.fullmatch(_SOURCE_URL, judged, re.DOTALL) or re.search(r"(?<!\$)\{|\*", authority):
        node.refuse("expected a URL that names one file, by http, sftp, ftp, s3 or file")
    if "@" in authority:
        node.refuse("expected no user or password: name a secret")
    if any(re.search("(?i)yy", text) for text in _BRACES.findall(judged)):
        node.refuse("expected a date of yyyy, yy, MM, dd, DDD, HH and -_./T, as in {yyyy-MM-dd}")
    if "${secret:" in url.split("?")[0]:
        node.refuse("expected `${secret:name}` in the query alone")
    if _is_pattern(url) and ("**" in url or judged != url):
        node.refuse("expected * within a name, and no date beside it")


# the same as in libs/dataset/src/definition/source-pattern.ts
_LISTING = re.compile(r"(?i)(file|sftp|ftps?|s3):(//[^/]*)?")


def _is_pattern(url: str) -> bool:
    listing = _LISTING.match(url)
    return listing is not None and "*" in url[listing.end() :]


def _check_pattern(source: Node) -> None:
    """Words of a source that say nothing of a single file."""
    if source.is_wrong() or _is_pattern(source.at("url").value or ""):
        return
    for word in ("order", "skip"):
        if source.at(word):
            source.at(word).refuse("expected a source.url with a * in its path, of whose files it is said")


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
