"""A cell's text to its value: cleaned, missing or default, cast, constrained; in this order."""

import math
import operator
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .booleans import authored_list, boolean_tokens
from .check_times import check_times
from .dataset import Field
from .errors import DefinitionError
from .number_marks import unmarker
from .patterns import compile_pattern, units
from .texts import normalize_text, plain, significant_digits
from .times import compile_times

Value = str | int | float | bool | None
"""Numbers for numbers, milliseconds for datetimes, days since 1970 for dates, None when missing."""

Code = Literal["required", "type", "minimum", "maximum", "enum", "pattern", "length"]


@dataclass(frozen=True)
class Problem:
    """Why a cell is refused. Receipts count by code."""

    field: str
    code: Code
    message: str


CellReader = Callable[[str | None], "Value | Problem"]
_Cast = Callable[[str], Value]
_Caster = tuple[_Cast, Callable[[str], str]]
_Refuse = Callable[[str, str], DefinitionError]


@dataclass(frozen=True)
class _Rule:
    """One constraint, and what to say of a cleaned text that does not hold to it."""

    code: Code
    holds: Callable[[Any], bool]
    complaint: Callable[[str], str]


def compile_reader(field: Field, file: str = "field", path: str = "") -> CellReader:
    """
    The reader of a field's cells; a cell that the file does not have is None and counts as missing.
    @raise DefinitionError at `path` of `file`, for a format, bound, pattern or default that makes no sense
    """

    def refuse(at: str, expected: str) -> DefinitionError:
        return DefinitionError(file, (path or f"/{field.name}") + at, expected)

    caster = cast, complaint = _caster(field, refuse)
    rules = [*_bounds(field, caster, refuse), *_enum(field, caster, refuse), *_text_rules(field, refuse)]
    tokens = {normalize_text(token, field) for token in field.missing_values}
    absent = _absent(field, caster, rules, refuse)

    def read(text: str | None) -> Value | Problem:
        clean = None if text is None else normalize_text(text, field)
        if clean is None or clean in tokens:
            return absent
        value = cast(clean)
        if value is None:
            return _problem(field, "type", f'"{_shorten(clean)}" {complaint(clean)}')
        return _first_problem(field, rules, value, clean) or value

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
            else _problem(field, "type", f'"{_shorten(text)}" {what}; a primary key like this is a string')
        )

    return read_key


def _is_exact(text: str, value: float) -> bool:
    """
    To 15 digits no other text is read as the same double, but next to 0, where it has fewer; beyond, only the digits that
    programs write for it.
    """
    digits = re.sub("[eE].*|[^0-9]", "", text).strip("0")
    is_normal = abs(value) >= sys.float_info.min
    return (is_normal and len(digits) <= 15) or digits == significant_digits(value)


def _absent(field: Field, caster: _Caster, rules: list[_Rule], refuse: _Refuse) -> "Value | Problem":
    """What a missing cell is read as."""
    if field.default is None:
        return _problem(field, "required", "is missing") if field.required else None
    value = _authored(field, caster, field.default)
    if value is None:
        raise refuse("/x-dsf/default", _complaint_of(caster, field, field.default))
    problem = _first_problem(field, rules, value, plain(field.default))
    if problem:
        raise refuse("/x-dsf/default", problem.message)
    return value


def _problem(field: Field, code: Code, what: str) -> Problem:
    return Problem(field.name, code, f"{field.name} {what}")


def _first_problem(field: Field, rules: list[_Rule], value: Value, text: str) -> Problem | None:
    for rule in rules:
        if not rule.holds(value):
            return _problem(field, rule.code, rule.complaint(text))
    return None


def _shorten(text: str) -> str:
    """The beginning of a long text, in the units by which JavaScript counts."""
    units = text.encode("utf-16-le")
    return text if len(units) <= 160 else units[:160].decode("utf-16-le", "surrogatepass") + "…"


def _caster(field: Field, refuse: _Refuse) -> _Caster:
    """A cast, and what to say of a text that it gives nothing for."""
    unmark = unmarker(field, refuse)
    check_times(field, refuse)
    if field.type in ("date", "datetime"):
        return _time_caster(field, refuse)
    if field.format != "default":
        raise refuse("/format", f'"{field.format}" is not supported for a {field.type}')
    if field.type == "boolean":
        return _boolean_cast(field, refuse), lambda _: "is no boolean"
    if field.type == "string":
        return lambda text: text, lambda _: "is no string"
    if field.type == "integer":
        return _unmarked(
            unmark, cast_integer, lambda text: _too_large(_WHOLE, text, LARGEST_INTEGER, "an integer")
        )
    return _unmarked(
        unmark, cast_number, lambda text: _too_large(_DECIMAL, text, sys.float_info.max, "a number")
    )


def _unmarked(
    unmark: Callable[[str], str | None] | None, cast: _Cast, complaint: Callable[[str], str]
) -> _Caster:
    if unmark is None:
        return cast, complaint

    def cast_marked(text: str) -> Value:
        plain_text = unmark(text)
        return None if plain_text is None else cast(plain_text)

    return cast_marked, lambda text: complaint(unmark(text) or "")


def _boolean_cast(field: Field, refuse: _Refuse) -> _Cast:
    try:
        return boolean_tokens(field).get
    except ValueError as error:
        raise refuse(f"/{authored_list(field)}", str(error)) from error


def _time_caster(field: Field, refuse: _Refuse) -> _Caster:
    try:
        times = compile_times(field.type, field.format, field)
    except ValueError as error:
        raise refuse("/format", str(error)) from error
    hint = "" if field.format == "default" else f" of the format {field.format}"
    outside = "is in UTC no time of the years 0001 to 9999"
    of_zone = {
        "twice": f"is twice in {field.zone}, where the clock was put back: x-dsf.oddHours of the field may say which one is meant",
        "never": f"is not in {field.zone}, where the clock was put forward: x-dsf.oddHours of the field may say what is meant",
    }

    def complaint(text: str) -> str:
        if times.is_outside(text):
            return outside
        odd = times.odd(text)
        return of_zone[odd] if odd else f"is no {field.type}{hint}"

    return times.read, complaint


def _too_large(form: re.Pattern[str], text: str, largest: float, kind: str) -> str:
    if form.fullmatch(text):
        return f"is too large for {kind}, which is at most {plain(largest)} in size"
    return f"is no {kind.split()[1]}"


_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"([+-]?)([0-9]+)")
LARGEST_INTEGER = 2**52


def cast_number(text: str) -> float | None:
    """Finite decimal numbers only; -0 is 0."""
    if not _DECIMAL.fullmatch(text):
        return None
    value = float(text)
    return value + 0.0 if math.isfinite(value) else None


def cast_integer(text: str) -> int | None:
    """Digits only, and not beyond 2^52, from where on the stages could not keep it."""
    match = _WHOLE.fullmatch(text)
    digits = match[2].lstrip("0") if match else ""
    if not match or len(digits) > 16:
        return None
    value = int(match[1] + (digits or "0"))
    return value if abs(value) <= LARGEST_INTEGER else None


def _authored(field: Field, caster: _Caster, value: Any) -> Value:
    """A value that stands in the definition, as the cell of that text would be read."""
    if field.type == "boolean" and isinstance(value, bool):
        return value
    # a number of JSON has no marks of a file
    if isinstance(value, int | float) and not isinstance(value, bool) and field.type == "number":
        return cast_number(plain(value))
    cast, _ = caster
    return cast(normalize_text(plain(value), field))


def _complaint_of(caster: _Caster, field: Field, value: Any) -> str:
    """Why a value that stands in the definition is none of the field's: a whole number in all its digits, which `1e21` has not."""
    _, complaint = caster
    is_whole = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
    text = str(int(float(value))) if is_whole else plain(value)
    return f'"{plain(value)}" {complaint(normalize_text(text, field))}'


@dataclass(frozen=True)
class _BoundKind:
    """A way to be bounded: on which side, and whether the bound itself is allowed."""

    word: str
    code: Code
    where: str
    holds: Callable[[Any, Any], bool]


_BOUNDS = (
    _BoundKind("minimum", "minimum", "below", operator.ge),
    _BoundKind("maximum", "maximum", "above", operator.le),
    _BoundKind("exclusiveMinimum", "minimum", "not above", operator.gt),
    _BoundKind("exclusiveMaximum", "maximum", "not below", operator.lt),
)


def _bounds(field: Field, caster: _Caster, refuse: _Refuse) -> list[_Rule]:
    return [_bound(field, caster, refuse, kind) for kind in _BOUNDS if kind.word in (field.constraints or {})]


def _bound(field: Field, caster: _Caster, refuse: _Refuse, kind: _BoundKind) -> _Rule:
    written = (field.constraints or {})[kind.word]
    if field.type in ("string", "boolean"):
        raise refuse(f"/constraints/{kind.word}", f"applies to numbers and times, not to a {field.type}")
    bound = _authored(field, caster, written)
    if bound is None:
        raise refuse(f"/constraints/{kind.word}", _complaint_of(caster, field, written))
    return _Rule(
        kind.code,
        lambda value: kind.holds(value, bound),
        lambda text: f"{_shorten(text)} is {kind.where} {plain(written)}",
    )


def _enum(field: Field, caster: _Caster, refuse: _Refuse) -> list[_Rule]:
    written = (field.constraints or {}).get("enum")
    if written is None:
        return []
    allowed = [_authored(field, caster, value) for value in written]
    for i, value in enumerate(allowed):
        if value is None:
            raise refuse(f"/constraints/enum/{i}", _complaint_of(caster, field, written[i]))
    values = frozenset(allowed)
    return [
        _Rule("enum", values.__contains__, lambda text: f'"{_shorten(text)}" is none of the allowed values')
    ]


def _text_rules(field: Field, refuse: _Refuse) -> list[_Rule]:
    constraints = field.constraints or {}
    found = {word: constraints[word] for word in ("pattern", "minLength", "maxLength") if word in constraints}
    for word in found:
        if field.type != "string":
            raise refuse(f"/constraints/{word}", f"applies to strings, not to a {field.type}")
    rules: list[_Rule] = []
    if "pattern" in found:
        rules.append(_pattern_rule(found["pattern"], refuse))
    if "minLength" in found or "maxLength" in found:
        rules.append(_length_rule(found.get("minLength", 0), found.get("maxLength", math.inf)))
    return rules


def _pattern_rule(pattern: str, refuse: _Refuse) -> _Rule:
    try:
        compiled = compile_pattern(pattern)
    except ValueError as error:
        raise refuse("/constraints/pattern", str(error)) from error

    def complaint(text: str) -> str:
        if units(text) > compiled.longest:
            return f"has {units(text)} characters, and the pattern {pattern} is tried on at most {compiled.longest}"
        return f'"{_shorten(text)}" does not match {pattern}'

    return _Rule("pattern", compiled.matches, complaint)


def _length_rule(least: int, most: float) -> _Rule:
    """Counts characters, as Frictionless does."""
    allowed = f"{least} to {'any number' if most == math.inf else most}"
    return _Rule(
        "length",
        lambda value: least <= len(value) <= most,
        lambda text: f"has {len(text)} characters, allowed are {allowed}",
    )
