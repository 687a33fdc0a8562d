"""Computed fields: the null rule for any expression, and the value of those that are arithmetic."""

import ast
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from dsf_dataset import Computed, Dataset
from dsf_dataset.casts import cast_number

_COMMENT_OR_TEXT = re.compile(r"""//[^\n]*|[bBrR]?('{3}|"{3}|'|")(?:\\.|(?!\1).)*\1""", re.DOTALL)
_NAMES = re.compile(r"\.\s*[A-Za-z_]\w*|(?<!\w)([A-Za-z_]\w*)(?!\w|\s*\()")
_WORDS = {"in", "true", "false", "null"}
"""Of the language, though columns may have these names too."""
_LARGEST_INTEGER = 2**52

Numbers = np.ndarray


def _rounded(value: Numbers) -> Numbers:
    """To the nearest, halves up. Adding a half would round before anything is cut off."""
    below = np.floor(value)
    return np.where(value - below >= 0.5, below + 1, below)


def _power(base: Numbers, exponent: Numbers) -> Numbers:
    """As the stages have it: one to the power of nothing is nothing."""
    nothing = np.isnan(exponent) | ((np.abs(base) == 1) & np.isinf(exponent))
    return np.where(nothing, np.nan, np.power(base, exponent))


_OPERATORS: dict[type, Callable[[Numbers, Numbers], Numbers]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
}
_FUNCTIONS: dict[str, Callable[..., Numbers]] = {
    "pow": _power,
    "log10": np.log10,
    "ln": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": _rounded,
    "double": lambda value: value,
}


def columns_used(dataset: Dataset, computed: Computed) -> list[str]:
    """Columns whose null makes the result null."""
    known = {field.column for field in dataset.fields} | {field.name for field in dataset.computed}
    names = dict.fromkeys(_NAMES.findall(_bare(computed.expression)))
    return [name for name in names if name in known and name not in _WORDS]


def _bare(expression: str) -> str:
    """Without what its comments and texts say."""
    return _COMMENT_OR_TEXT.sub(lambda found: "''" if found[1] else " ", expression).strip()


def evaluate(computed: Computed, rows: pd.DataFrame) -> pd.Series | None:
    """
    The values of a computed field over rows that have what it uses, NaN where there is none; None for an expression
    that is more than arithmetic, which nobody here can work out.
    """
    if computed.type not in ("number", "integer"):
        return None
    try:
        tree = ast.parse(_bare(computed.expression), mode="eval")
        with np.errstate(all="ignore"):
            values = np.broadcast_to(_value(tree.body, rows), (len(rows),)).astype("float64")
    except (SyntaxError, KeyError, TypeError, ValueError):
        return None
    values = np.where(np.isfinite(values), values, np.nan)
    if computed.type == "integer":
        values = _rounded(values)
        values = np.where(np.abs(values) <= _LARGEST_INTEGER, values, np.nan)
    return pd.Series(values, index=rows.index)


def _value(node: ast.expr, rows: pd.DataFrame) -> Numbers:
    """@raise KeyError or TypeError for what is no arithmetic"""
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return np.asarray(node.value, dtype="float64")
    if isinstance(node, ast.Name):
        return rows[node.id].map(_number).to_numpy(dtype="float64", na_value=np.nan)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, rows)
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, rows), _value(node.right, rows))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _FUNCTIONS[node.func.id](*(_value(argument, rows) for argument in node.args))
    raise TypeError(f"{ast.dump(node)} is no arithmetic")


def _number(value: Any) -> Any:
    """A text stands where a number does inside of `double` only."""
    return cast_number(value) if isinstance(value, str) else value
