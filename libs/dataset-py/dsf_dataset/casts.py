"""A cleaned text to the value of its type, and what to say of one that is none."""

import math
import re
import sys
from collections.abc import Callable
from typing import Any

from .booleans import authored_list, boolean_tokens
from .check_times import check_times
from .dataset import Field
from .errors import DefinitionError
from .number_marks import unmarker
from .problems import Value
from .texts import normalize_text, plain
from .times import compile_times

Refuse = Callable[[str, str], DefinitionError]
Cast = Callable[[str], Value]
Caster = tuple[Cast, Callable[[str], str]]


def compile_cast(field: Field, refuse: Refuse) -> Caster:
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
    unmark: Callable[[str], str | None] | None, cast: Cast, complaint: Callable[[str], str]
) -> Caster:
    if unmark is None:
        return cast, complaint

    def cast_marked(text: str) -> Value:
        plain_text = unmark(text)
        return None if plain_text is None else cast(plain_text)

    return cast_marked, lambda text: complaint(unmark(text) or "")


def _boolean_cast(field: Field, refuse: Refuse) -> Cast:
    try:
        return boolean_tokens(field).get
    except ValueError as error:
        raise refuse(f"/{authored_list(field)}", str(error)) from error


def _time_caster(field: Field, refuse: Refuse) -> Caster:
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


def authored(field: Field, caster: Caster, value: Any) -> Value:
    """A value that stands in the definition, as the cell of that text would be read."""
    if field.type == "boolean" and isinstance(value, bool):
        return value
    # a number of JSON has no marks of a file
    if isinstance(value, int | float) and not isinstance(value, bool):
        if field.type == "number":
            return cast_number(plain(value))
        if field.type == "integer":
            return cast_integer(plain(value))
    cast, _ = caster
    return cast(normalize_text(plain(value), field))


def complaint_of(caster: Caster, field: Field, value: Any) -> str:
    """Why a value that stands in the definition is none of the field's: a whole number in all its digits, which `1e21` has not."""
    _, complaint = caster
    is_whole = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
    text = str(int(float(value))) if is_whole else plain(value)
    return f'"{plain(value)}" {complaint(normalize_text(text, field))}'
