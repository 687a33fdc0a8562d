"""The fields of a definition, and those of its primary key."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .cells import compile_reader
from .column_name import column_name
from .columns import COLUMN
from .dataset import Field
from .errors import DefinitionError
from .json_node import Node
from .places import FIELD

_TYPES = ("string", "integer", "number", "boolean", "date", "datetime")
_NAME = "a text without NUL, which no header can hold"
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def read_fields(schema: Node, nodes: Sequence[Node]) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """The fields, and those of the primary key, which are required whether or not the definition says so."""
    missing = schema.at("missingValues").texts(("",))
    authored = [_field(node, missing) for node in nodes]
    wanted = _key_nodes(schema.at("primaryKey"))
    key_names = [field.name for node in wanted if (field := field_named(authored, node))]
    fields = tuple(replace(f, required=True) if f.name in key_names else f for f in authored)
    for node, field in zip(nodes, fields, strict=True):
        is_key = field.name in key_names
        if is_key and field.default is not None:
            node.refuse("a field of the primary key can have no default", "/x-dsf/default")
        if (field.constraints or {}).get("unique") and not (is_key and len(key_names) == 1):
            node.refuse("only a primary key of one field can be unique", "/constraints/unique")
    return fields, tuple(field for node in wanted if (field := field_named(fields, node)))


def _key_nodes(node: Node) -> list[Node]:
    if isinstance(node.value, str):
        return [replace(node, path=f"{node.path}/0")]
    return node.list(least=1)


def _field(node: Node, missing: tuple[str, ...]) -> Field:
    node.open(FIELD)
    node.at("decimalChar").choice(".", default=".")
    node.at("bareNumber").choice(True, default=True)
    node.at("description").text(None)
    ext = node.at("x-dsf").closed("trim", "case", "default", "search", "column")
    ext.at("search").choice("keyword", "text", default="keyword")
    column = ext.at("column").text(None, pattern=COLUMN, expected="a letter or underscore, then also digits")
    name = node.at("name").text(pattern="[^\0]+", expected=_NAME) or ""
    return Field(
        name=name,
        column=column or column_name(name),
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
    allowed = node.at("enum")
    found = {
        "required": node.at("required").boolean(None),
        "unique": node.at("unique").boolean(None),
        "minLength": node.at("minLength").integer(0, default=None),
        "maxLength": node.at("maxLength").integer(0, default=None),
        **{bound: node.at(bound).scalar(boolean=False) for bound in _BOUNDS},
        "pattern": node.at("pattern").text(None),
        "enum": [one.scalar() for one in allowed.list(least=1)] if allowed else None,
    }
    return {word: value for word, value in found.items() if value is not None and value != []}


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
    wanted = node.text()
    for field in fields:
        if wanted is not None and field.name == wanted:
            return field
    if wanted is not None and fields and all(field.name for field in fields):
        known = ", ".join([*(field.name for field in fields[:30]), *(["…"] if len(fields) > 30 else [])])
        node.refuse(f'no field is named "{wanted}"; the fields are {known}')
    return None
