"""Which columns cannot be used, because readers or servers could not tell them from others."""

import re
from collections.abc import Sequence

from .dataset import Computed, Field
from .json_node import Node

MOST_COLUMNS = 2000

_OURS = re.compile(r"dsf_.*|simulated", re.IGNORECASE)
_KEPT_BY_OTHERS = re.compile(r"_[a-z].*|__proto__")
"""By Elasticsearch (`_id`, `_source`, …) and by the language of the stages."""
COLUMN = r"[A-Za-z_][A-Za-z0-9_]*"


def check_columns(
    named: Sequence[tuple[str, Node]],
    *,
    has_place: bool,
    type_field: Field | None,
    day_of_folder: Field | None,
) -> None:
    """
    Columns share a space with our own, with the folders' names, and with each other whatever their case: DuckDB and
    Spark take `Ab` and `ab` for the same. `day_of_folder`: the event time, where `dt=` has the same value.
    """
    seen: dict[str, str] = {}
    for column, node in named:
        lower = column.lower()
        if (
            _OURS.fullmatch(column)
            or _KEPT_BY_OTHERS.fullmatch(column)
            or (has_place and lower == "location")
        ):
            node.refuse(f'"{column}" is a name kept for the pipeline; {_WAY_OUT}')
        elif _is_hidden(column, type_field, day_of_folder):
            node.refuse(f'"{column}" would be hidden by the folders {lower}= of the objects; {_WAY_OUT}')
        elif lower in seen and seen[lower] != column:
            twins = f'"{seen[lower]}" and "{column}"'
            node.refuse(
                f"the columns {twins} differ only in case, and readers take them for the same; {_WAY_OUT}"
            )
        elif lower in seen:
            node.refuse(f'two fields become the column "{column}"; {_WAY_OUT}')
        seen.setdefault(lower, column)


_WAY_OUT = "give it a column of another name (x-dsf.column)"


def _is_hidden(column: str, type_field: Field | None, day_of_folder: Field | None) -> bool:
    """Who reads the lake gets the folder's value for a column of that name."""
    name = column.lower()
    if name == "type":
        return type_field is not None and type_field.column != column
    if name == "dt":
        return day_of_folder is None or day_of_folder.column != column
    return name in ("dataset", "table")


def named_columns(
    fields: Sequence[Field], nodes: Sequence[Node], computed: Sequence[Computed], of_computed: Sequence[Node]
) -> list[tuple[str, Node]]:
    """Each column, and where the definition says its name."""
    return [
        *((field.column, _name_of(node)) for field, node in zip(fields, nodes, strict=True) if field.name),
        *((one.name, node.at("name")) for one, node in zip(computed, of_computed, strict=True) if one.name),
    ]


def _name_of(node: Node) -> Node:
    own = node.at("x-dsf").at("column")
    return own if own else node.at("name")
