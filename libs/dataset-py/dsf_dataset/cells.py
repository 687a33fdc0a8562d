"""A cell's text to its value: cleaned, missing or default, cast, constrained; in this order."""

import re
import sys
from collections.abc import Callable

from .casts import Caster, Refuse, authored, compile_cast, complaint_of
from .constraints import Rule, first_problem, rules_of
from .dataset import Field
from .errors import DefinitionError
from .problems import Problem, Value, problem_of, shorten
from .texts import normalize_text, plain, significant_digits
from .times import compile_times

CellReader = Callable[[str | None], "Value | Problem"]


def compile_reader(field: Field, file: str = "field", path: str = "") -> CellReader:
    """
    The reader of a field's cells; a cell that the file does not have is None and counts as missing.
    @raise DefinitionError at `path` of `file`, for a format, bound, pattern or default that makes no sense
    """

    def refuse(at: str, expected: str) -> DefinitionError:
        return DefinitionError(file, (path or f"/{field.name}") + at, expected)

    caster = cast, complaint = compile_cast(field, refuse)
    rules = rules_of(field, caster, refuse)
    tokens = {normalize_text(token, field) for token in field.missing_values}
    absent = _absent(field, caster, rules, refuse)

    def read(text: str | None) -> Value | Problem:
        clean = None if text is None else normalize_text(text, field)
        if clean is None or clean in tokens:
            return absent
        value = cast(clean)
        if value is None:
            return problem_of(field, "type", f'"{shorten(clean)}" {complaint(clean)}')
        return first_problem(field, rules, value, clean) or value

    return read


def compile_key_reader(field: Field) -> CellReader:
    """
    The reader of a field of the key, also where that is the whole row: a cell with more digits than its type keeps is refused, because rows of
    different keys would become one.
    """
    read = compile_reader(field)
    if field.type not in ("number", "datetime"):
        return read
    times = compile_times("datetime", field.format, field) if field.type == "datetime" else None
    tokens = {normalize_text(token, field) for token in field.missing_values}

    def read_key(text: str | None) -> Value | Problem:
        value = read(text)
        if text is None or not isinstance(value, int | float):
            return value
        clean = normalize_text(text, field)
        if clean in tokens:
            return value
        exact = times.exact(clean) == value * 1_000_000 if times else _is_exact(clean, value)
        what = f"has more digits than a {field.type} keeps, so another key could become the same"
        return (
            value
            if exact
            else problem_of(field, "type", f'"{shorten(text)}" {what}; a primary key like this is a string')
        )

    return read_key


def _is_exact(text: str, value: float) -> bool:
    """
    To 15 digits no other number is read as the same double, but next to 0, where it has fewer; beyond, only the digits that
    programs write for it: the shortest ones, or 17 or 19 of its own.
    """
    digits = re.sub(r"(?<=[0-9.])[eE][+-]?[0-9].*|[^0-9]", "", text).strip("0")
    is_normal = abs(value) >= sys.float_info.min
    return (
        (is_normal and len(digits) <= 15)
        or digits == significant_digits(value)
        or any(digits == _printed(value, count) for count in _PRINTED_DIGITS)
    )


_PRINTED_DIGITS = (17, 19)
"""`%.17g` writes all digits that tell doubles apart, and `%.18e` is how NumPy writes them. Of other lengths more would be one by chance."""


def _printed(value: float, count: int) -> str:
    """Of a double's own digits so many, without zeros behind them."""
    return re.sub("e.*|[^0-9]", "", f"{value:.{count - 1}e}").strip("0")


def _absent(field: Field, caster: Caster, rules: list[Rule], refuse: Refuse) -> "Value | Problem":
    """What a missing cell is read as."""
    if field.default is None:
        return problem_of(field, "required", "is missing") if field.required else None
    value = authored(field, caster, field.default)
    if value is None:
        raise refuse("/x-dsf/default", complaint_of(caster, field, field.default))
    problem = first_problem(field, rules, value, plain(field.default))
    if problem:
        raise refuse("/x-dsf/default", problem.message)
    return value
