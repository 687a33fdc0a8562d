"""The fields of a definition, and those of its primary key."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .dataset import Field
from .json_node import Node

_TYPES = ("string", "integer", "number", "boolean", "date", "datetime")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def read_fields(schema: Node) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """The fields, and those of the primary key, which are required whether or not the definition says so."""
    missing = schema.at("missingValues").texts(("",))
    nodes = schema.at("fields").list(least=1)
    authored = [_field(node, missing) for node in nodes]
    wanted = _key_nodes(schema.at("primaryKey"))
    key_names = [field_named(authored, node).name for node in wanted]
    fields = tuple(replace(f, required=True) if f.name in key_names else f for f in authored)
    for node, field in zip(nodes, fields, strict=True):
        is_key = field.name in key_names
        if is_key and field.default is not None:
            raise node.refuse("a field of the primary key can have no default", "/x-dsf/default")
        if (field.constraints or {}).get("unique") and not (is_key and len(key_names) == 1):
            raise node.refuse("only a primary key of one field can be unique", "/constraints/unique")
    return fields, tuple(field_named(fields, node) for node in wanted)


def _key_nodes(node: Node) -> list[Node]:
    if isinstance(node.value, str):
        return [replace(node, path=f"{node.path}/0")]
    if not isinstance(node.value, list):
        raise node.refuse("expected the name of a field, or a list of them")
    return node.list(least=1)


def _field(node: Node, missing: tuple[str, ...]) -> Field:
    node.without("groupChar", "categories")
    node.at("decimalChar").choice(".", default=".")
    node.at("bareNumber").choice(True, default=True)
    ext = node.at("x-dsf").closed("trim", "case", "default", "search")
    ext.at("search").choice("keyword", "text", default="keyword")
    name = node.at("name").text(pattern=".+")
    return Field(
        name=name,
        column=column_name(name),
        type=node.at("type").choice(*_TYPES),
        format=node.at("format").text("default"),
        required=node.at("constraints").at("required").boolean(False),
        missing_values=node.at("missingValues").texts(missing),
        true_values=node.at("trueValues").texts(Field.true_values),
        false_values=node.at("falseValues").texts(Field.false_values),
        trim=ext.at("trim").boolean(True),
        case=ext.at("case").choice("keep", "lower", "upper", default="keep"),
        default=ext.at("default").scalar(),
        constraints=_constraints(node.at("constraints")),
        title=node.at("title").text(None),
        unit=node.at("unit").text(None),
    )


def _constraints(node: Node) -> dict[str, Any]:
    node.closed("required", "unique", "minLength", "maxLength", *_BOUNDS, "pattern", "enum")
    found = {
        "required": node.at("required").boolean(None),
        "unique": node.at("unique").boolean(None),
        "minLength": node.at("minLength").integer(0, default=None),
        "maxLength": node.at("maxLength").integer(0, default=None),
        **{bound: node.at(bound).scalar(boolean=False) for bound in _BOUNDS},
        "pattern": node.at("pattern").text(None),
        "enum": [one.scalar() for one in node.at("enum").list(least=1)] or None,
    }
    return {word: value for word, value in found.items() if value is not None}


def column_name(name: str) -> str:
    """A field's name with all but letters, digits and `_` replaced; beyond U+FFFF one counts as two."""
    column = re.sub("[^A-Za-z0-9_]", lambda found: "_" * (1 + (ord(found[0]) > 0xFFFF)), name)
    return f"_{column}" if column[:1].isdigit() else column


def field_named(fields: Sequence[Field], node: Node) -> Field:
    wanted = node.text()
    for field in fields:
        if field.name == wanted:
            return field
    known = ", ".join(field.name for field in fields)
    raise node.refuse(f'no field is named "{wanted}"; the fields are {known}')
