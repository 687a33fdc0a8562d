"""Numbers with marks of their own, as `1.234,5`."""

import re
from collections.abc import Callable

from .dataset import Field
from .errors import DefinitionError


def unmarker(
    field: Field, refuse: Callable[[str, str], DefinitionError]
) -> Callable[[str], str | None] | None:
    """
    Rewrites a number to the plain form; None for a text that is none. Between groups are three digits, or it is no group:
    `1,5` must not become 15. None instead of a function where nothing is to be rewritten.
    """
    decimal, group = field.decimal_char, field.group_char
    if decimal != "." and field.type != "number":
        raise refuse("/decimalChar", f"applies to numbers, not to a {field.type}")
    if group is not None and field.type not in ("number", "integer"):
        raise refuse("/groupChar", f"applies to numbers, not to a {field.type}")
    if group == decimal:
        raise refuse("/groupChar", "expected another one than decimalChar")
    if decimal == "." and group is None:
        return None
    groups = "" if group is None else f"|[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+"
    form = re.compile(rf"([+-]?(?:[0-9]+{groups})?)(?:{re.escape(decimal)}([0-9]*))?((?:[eE][+-]?[0-9]+)?)")

    def plain(text: str) -> str | None:
        match = form.fullmatch(text)
        if not match:
            return None
        whole = match[1] if group is None else match[1].replace(group, "")
        return f"{whole}{'' if match[2] is None else f'.{match[2]}'}{match[3]}"

    return plain
