"""The fields of a definition, and those of its primary key."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .cells import compile_reader
from .column_name import column_name
from .dataset import Field
from .errors import DefinitionError
from .json_node import Node
from .shape import empty


def read_fields(
    schema: Node, nodes: Sequence[Node], *, is_row_key: bool
) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """The fields, and those of the primary key, which are required whether or not the definition says so."""
    missing = (schema.value or {}).get("missingValues", [])
    authored = [_field(node.value or _NOTHING, missing) for node in nodes]
    wanted = [] if is_row_key else _key_nodes(schema.at("primaryKey"))
    key_names = [field.name for node in wanted if (field := field_named(authored, node))]
    fields = tuple(replace(f, required=True) if f.name in key_names else f for f in authored)
    for node, field in zip(nodes, fields, strict=True):
        is_key = field.name in key_names
        if is_key and field.default is not None:
            node.refuse("a field of the primary key can have no default", "/x-dsf/default")
        if (field.constraints or {}).get("unique") and not (is_key and len(key_names) == 1):
            node.refuse("only a primary key of one field can be unique", "/constraints/unique")
    return fields, fields if is_row_key else tuple(
        field for node in wanted if (field := field_named(fields, node))
    )


def _key_nodes(node: Node) -> list[Node]:
    if isinstance(node.value, str):
        return [replace(node, path=f"{node.path}/0")]
    return node.list()


_NOTHING = empty("resources", "schema", "fields")
"""In the place of a field that is none."""


def _field(written: dict[str, Any], missing: list[str]) -> Field:
    name, ext = written.get("name", ""), written["x-dsf"]
    return Field(
        name=name,
        column=ext.get("column") or column_name(name),
        type=written.get("type"),  # type: ignore[arg-type]
        format=written.get("format", "default"),
        required=written["constraints"].get("required", False),
        missing_values=tuple(written.get("missingValues", missing)),
        true_values=tuple(written["trueValues"]),
        false_values=tuple(written["falseValues"]),
        decimal_char=written["decimalChar"],
        group_char=written.get("groupChar"),
        bare_number=written.get("bareNumber", True),
        trim=ext["trim"],
        case=ext["case"],
        default=ext.get("default"),
        constraints=written["constraints"],
        title=written.get("title"),
        unit=written.get("unit"),
        header=ext.get("header"),
        locale=ext.get("locale"),
        zone=ext.get("zone"),
        odd_hours=ext.get("oddHours"),
        is_row_number=ext.get("rowNumber", False),
    )


def check_rules(node: Node, field: Field) -> None:
    """Refuses every rule of a field that makes no sense: its format, then each constraint by itself, then the default."""
    if field.type is None:
        return
    plain = replace(field, constraints={}, default=None)
    if not _compiles(node, plain):
        return
    rules = {
        word: rule for word, rule in (field.constraints or {}).items() if word not in ("required", "unique")
    }
    fine = {
        word: rule
        for word, rule in rules.items()
        if _compiles(node, replace(plain, constraints={word: rule}))
    }
    _compiles(node, replace(field, constraints=fine))


def _compiles(node: Node, field: Field) -> bool:
    try:
        compile_reader(field, "", node.path)
    except DefinitionError as error:
        for path, expected in error.problems:
            node.refuse(expected, path.removeprefix(node.path))
        return False
    return True


def field_named(fields: Sequence[Field], node: Node) -> Field | None:
    """The field that stands at a node; None for what is no name, and what nobody has."""
    wanted = node.value
    for field in fields:
        if wanted is not None and field.name == wanted:
            return field
    if wanted is not None and fields and all(field.name for field in fields):
        known = ", ".join([*(field.name for field in fields[:30]), *(["…"] if len(fields) > 30 else [])])
        node.refuse(f'no field is named "{wanted}"; the fields are {known}')
    return None
