"""How a file is written, and what of its lines is no row."""

from collections.abc import Sequence
from typing import Any

from .json_node import Node


def read_dialect(dialect: Node, reading: Node) -> dict[str, Any]:
    """The words of a dataset about it. What is not said is None."""
    return {
        "delimiter": dialect.at("delimiter").value,
        "quote_char": dialect.at("quoteChar").value,
        "escape_char": dialect.at("escapeChar").value,
        "skip_initial_space": dialect.at("skipInitialSpace").value,
        "has_header": dialect.at("header").value,
        "header_rows": _tuple(dialect.at("headerRows").value),
        "header_join": dialect.at("headerJoin").value,
        "comment_rows": _tuple(dialect.at("commentRows").value),
        "comment_char": dialect.at("commentChar").value,
        "has_cr_lines": dialect.at("lineTerminator").value == "\r",
        "footer": _tuple(reading.at("footer").value),
        "tolerate": _tuple(reading.at("tolerate").value),
    }


def _tuple(value: list[Any] | None) -> tuple[Any, ...] | None:
    return None if value is None else tuple(value)


def check_dialect(node: Node) -> None:
    """The lines of the header must be told from those that are none, and no row may stand between header and comment."""
    if not node:
        return
    dialect = node.value
    if dialect["delimiter"] == dialect["quoteChar"]:
        node.refuse("delimiter and quoteChar are the same")
        return
    _check_escape(node)
    rows, comments, char = (dialect.get(word) for word in ("headerRows", "commentRows", "commentChar"))
    if char and char[0] in (dialect["delimiter"], dialect["quoteChar"]):
        what = "expected another beginning than delimiter and quoteChar, or rows would be lost"
        node.refuse(what, "/commentChar")
    if rows and not dialect["header"]:
        node.refuse("expected none where header is false", "/headerRows")
        return
    if rows and sorted(set(rows)) != rows:
        node.refuse("expected each line once, in their order", "/headerRows")
    for line in comments or ():
        if line in (rows or ()):
            node.refuse(f"line {line} is one of headerRows", "/commentRows")
    if apart := _lines_apart(dialect["header"], rows, comments or ()):
        what = f"expected lines before the first row: line {apart[0]} has rows before it"
        node.refuse(f"{what}. Lines between rows are told by commentChar", "/commentRows")


def _check_escape(node: Node) -> None:
    dialect = node.value
    escape = dialect.get("escapeChar")
    if escape == dialect["quoteChar"]:
        what = "expected another one than quoteChar, which is doubled without a word about it"
        node.refuse(what, "/escapeChar")
    if escape == dialect["delimiter"]:
        node.refuse("expected another one than delimiter", "/escapeChar")


def _lines_apart(header: bool, rows: Sequence[int] | None, comments: Sequence[int]) -> list[int]:
    """Comments behind the header with a line before them that is none."""
    lines = range(1, max([0, *comments]) + 2)
    others = [line for line in lines if line not in comments]
    if rows:
        first = next((line for line in others if line > rows[-1]), rows[-1])
    else:
        first = others[1 if header and len(others) > 1 else 0]
    return [line for line in comments if line > first]
