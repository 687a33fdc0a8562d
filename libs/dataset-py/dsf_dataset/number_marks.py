"""Numbers with marks of their own, as `1.234,5`, or with something beside them."""

import re
from collections.abc import Callable

from .dataset import Field
from .errors import DefinitionError

_BESIDE = r"[^\d()+\u002d\u2010-\u2015\u2212\ufe63\uff0d]*"
"""What may stand beside a number: no digits, and nothing that could be its sign, as brackets are and dashes of any kind."""
_BEHIND_TEXT = re.compile(rf"([+-]?){_BESIDE}(?<![.,])([+-]?)(?=[0-9])")
"""A mark before the first digit may be one of the number, or of what stands before it."""

_Refuse = Callable[[str, str], DefinitionError]
_Unmark = Callable[[str], str | None]


def unmarker(field: Field, refuse: _Refuse) -> _Unmark | None:
    """
    Rewrites a number to the plain form; None for a text that is none. Between groups are three digits, or it is no group:
    `1,5` must not become 15. None instead of a function where nothing is to be rewritten.
    """
    _check(field, refuse)
    decimal, group = field.decimal_char, field.group_char
    if decimal == "." and group is None and field.bare_number:
        return None
    groups = "" if group is None else f"|[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+"
    # an integer has no decimal mark, so groups may have it
    fraction = rf"(?:{re.escape(decimal)}([0-9]*)){'{0}' if group == decimal else '?'}"
    number = rf"([+-]?(?:[0-9]+{groups})?){fraction}((?:[eE][+-]?[0-9]+)?)"
    form = re.compile(number if field.bare_number else number + _BESIDE)

    def plain(text: str) -> str | None:
        match = form.fullmatch(text)
        if not match:
            return None
        whole = match[1] if group is None else match[1].replace(group, "")
        return f"{whole}{'' if match[2] is None else f'.{match[2]}'}{match[3]}"

    def behind_text(text: str) -> str | None:
        found = _BEHIND_TEXT.match(text)
        if found is None or found[0] == found[1]:
            return plain(text)
        return plain(found[1] + found[2] + text[found.end() :])

    return plain if field.bare_number else behind_text


def _check(field: Field, refuse: _Refuse) -> None:
    is_number = field.type in ("number", "integer")
    if field.decimal_char != "." and field.type != "number":
        raise refuse("/decimalChar", f'applies to a "number", and this is of type "{field.type}"')
    if field.group_char is not None and not is_number:
        raise refuse("/groupChar", f"applies to numbers, not to a {field.type}")
    if field.group_char == field.decimal_char and field.type == "number":
        raise refuse("/groupChar", "expected another one than decimalChar")
    if not field.bare_number and not is_number:
        raise refuse("/bareNumber", f"applies to numbers, not to a {field.type}")
