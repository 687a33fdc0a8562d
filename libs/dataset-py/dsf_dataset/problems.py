"""What a cell is read as, or why it is refused."""

from dataclasses import dataclass
from typing import Literal

from .dataset import Field

Value = str | int | float | bool | None
"""Numbers for numbers, milliseconds for datetimes, days since 1970 for dates, None when missing."""

Code = Literal["required", "type", "minimum", "maximum", "enum", "pattern", "length"]


@dataclass(frozen=True)
class Problem:
    """Why a cell is refused. Receipts count by code."""

    field: str
    code: Code
    message: str


def problem_of(field: Field, code: Code, what: str) -> Problem:
    return Problem(field.name, code, f"{field.name} {what}")


def shorten(text: str) -> str:
    """The beginning of a long text, in the units by which JavaScript counts."""
    units = text.encode("utf-16-le")
    return text if len(units) <= 160 else units[:160].decode("utf-16-le", "surrogatepass") + "…"
