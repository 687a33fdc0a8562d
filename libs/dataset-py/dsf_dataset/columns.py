"""Which columns cannot be used, because readers or servers could not tell them from others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .dataset import Computed, Field
from .json_node import Node

MOST_COLUMNS = 2000

_OURS = re.compile(r"dsf_.*|simulated", re.IGNORECASE)
_KEPT_BY_OTHERS = re.compile(r"_[a-z].*|__proto__")
"""By Elasticsearch (`_id`, `_source`, …) and by the language of the stages."""


@dataclass(frozen=True)
class NamedColumn:
    """A column, and where the definition says its name."""

    column: str
    node: Node
    name: str | None = None
    """The field's, as in the file; none of a computed field."""
    name_node: Node | None = None


def check_columns(named: Sequence[NamedColumn], *, has_place: bool, type_field: Field | None) -> None:
    """
    Columns share a space with our own, with the folders' names, and with each other whatever their case: DuckDB and
    Spark take `Ab` and `ab` for the same.
    """
    seen: dict[str, str] = {}
    names: set[str] = set()
    for one in named:
        lower = one.column.lower()
        if one.name_node and one.name in names:
            one.name_node.refuse(_same_name(one.name))
        elif problem := _problem(one.column, seen.get(lower), has_place=has_place, type_field=type_field):
            one.node.refuse(f"{problem}; {_WAY_OUT}")
        seen.setdefault(lower, one.column)
        names |= {one.name} if one.name else set()


_WAY_OUT = "give it a column of another name (x-dsf.column)"


def _problem(column: str, twin: str | None, *, has_place: bool, type_field: Field | None) -> str | None:
    lower = column.lower()
    is_place = has_place and lower == "location"
    if _OURS.fullmatch(column) or _KEPT_BY_OTHERS.fullmatch(column) or is_place:
        return f'"{column}" is a name kept for the pipeline'
    if _is_hidden(column, type_field):
        return f'"{column}" would be hidden by the folders {lower}= of the objects'
    if twin == column:
        return f'two fields become the column "{column}"'
    if twin is not None:
        return f'the columns "{twin}" and "{column}" differ only in case, and readers take them for the same'
    return None


def _same_name(name: str) -> str:
    """Another column would not help: nobody can say which of the file's two is meant."""
    way_out = "rename one as the file's header has it"
    return f'two fields are named "{name}"; {way_out}. A file whose header has "{name}" twice cannot be read'


def _is_hidden(column: str, type_field: Field | None) -> bool:
    """
    Who reads the lake gets the folder's value for a column of that name. Of the field of the role `type` that is a form of
    its own value; a day in `dt=` is a text for pyarrow, which then reads none of both.
    """
    name = column.lower()
    if name == "type":
        return type_field is not None and type_field.column != column
    return name in ("dataset", "table", "dt")


def named_columns(
    fields: Sequence[Field], nodes: Sequence[Node], computed: Sequence[Computed], of_computed: Sequence[Node]
) -> list[NamedColumn]:
    return [
        *(_of_field(field, node) for field, node in zip(fields, nodes, strict=True) if field.name),
        *(
            NamedColumn(one.name, node.at("name"))
            for one, node in zip(computed, of_computed, strict=True)
            if one.name
        ),
    ]


def _of_field(field: Field, node: Node) -> NamedColumn:
    own, name = node.at("x-dsf").at("column"), node.at("name")
    return NamedColumn(field.column, own if own else name, field.name, name)
