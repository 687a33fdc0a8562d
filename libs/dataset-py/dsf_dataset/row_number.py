"""The number of a row as a field: it tells rows apart that nothing else does, and nothing more."""

from collections.abc import Sequence

from .dataset import Field
from .json_node import Node
from .source_url import is_pattern


def check_row_number(
    fields: Sequence[Field], nodes: Sequence[Node], key: Sequence[Field], url: str, *, is_row_key: bool
) -> None:
    first: Field | None = None
    for node, field in zip(nodes, fields, strict=True):
        if not field.is_row_number:
            continue
        if first:
            node.refuse(f'"{first.name}" is it already', "/x-dsf/rowNumber")
        first = first or field
        if field.type not in ("integer", None):
            node.refuse(f'"{field.name}" is of type {field.type}, expected integer', "/x-dsf/rowNumber")
        if field.header is not None:
            node.refuse("expected none beside x-dsf.header: the file has no column of it", "/x-dsf/rowNumber")
        if is_row_key or field.name not in [one.name for one in key]:
            node.refuse("expected in the primaryKey, which it is there for", "/x-dsf/rowNumber")
        if len(key) == 1 and is_pattern(url):
            what = "expected another field beside it in the primaryKey, because each file of the source begins with row 1"
            node.refuse(what, "/x-dsf/rowNumber")
