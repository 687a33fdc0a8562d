"""Text as JavaScript has it: white space, and numbers written out. The lane of a key depends on both."""

import re
from typing import Any

from .dataset import Field

SPACE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
SPACE += "\u2028\u2029\u202f\u205f\u3000\ufeff"


def normalize_text(text: str, field: Field) -> str:
    """A cell's text as it is compared and stored. Python's own `strip` takes other characters for space."""
    trimmed = text.strip(SPACE) if field.trim else text
    if field.case == "keep":
        return trimmed
    return trimmed.lower() if field.case == "lower" else trimmed.upper()


def plain(value: Any) -> str:
    """`String(value)` of a text, a boolean or a number: 4.0 is `4`, 1e21 is `1e+21`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else _number(float(value))


def _number(value: float) -> str:
    if value == 0:
        return "0"
    sign, digits, exponent = _shortest(value)
    point = len(digits) + exponent
    if 0 < point <= 21:
        whole, fraction = digits[:point].ljust(point, "0"), digits[point:]
    elif -6 < point <= 0:
        whole, fraction = "0", digits.rjust(len(digits) - point, "0")
    else:
        scientific = f"{digits[0]}.{digits[1:]}".rstrip(".")
        return f"{sign}{scientific}e{point - 1:+d}"
    return f"{sign}{whole}.{fraction}".rstrip(".")


def significant_digits(value: float) -> str:
    """Of the shortest decimal, without zeros around them."""
    return _shortest(float(value))[1] if value else ""


def _shortest(value: float) -> tuple[str, str, int]:
    """Sign, significant digits and exponent of the shortest decimal that reads back as `value`."""
    parts = re.fullmatch(r"(-?)(\d+)(?:\.(\d+))?(?:e(.+))?", repr(value))
    assert parts, f"{value} is finite"
    sign, whole, fraction, exponent = parts.groups("")
    digits = (whole + fraction).lstrip("0")
    short = digits.rstrip("0")
    return sign, short, int(exponent or 0) - len(fraction) + len(digits) - len(short)
