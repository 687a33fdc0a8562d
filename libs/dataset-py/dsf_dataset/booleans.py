"""The tokens of a boolean field."""

from collections.abc import Sequence

from .dataset import Field
from .texts import normalize_text


def boolean_tokens(field: Field) -> dict[str, bool]:
    """
    Trimmed and cased like a cell, and what each means.
    @raise ValueError for a token that would be both
    """
    values = {normalize_text(token, field): True for token in field.true_values}
    falsehoods = dict.fromkeys((normalize_text(token, field) for token in field.false_values), False)
    both = [token for token in falsehoods if token in values]
    if both:
        raise ValueError(_in_both(both))
    return values | falsehoods


def authored_list(field: Field) -> str:
    """The list to be looked at: the one that is not the usual one."""
    return "trueValues" if field.false_values == Field.false_values else "falseValues"


def _in_both(tokens: Sequence[str]) -> str:
    usual = f"{_list(Field.true_values)} and {_list(Field.false_values)}"
    way_out = f"take it out of trueValues or falseValues, which are {usual} where they are not said"
    return f"{_list(tokens)} would be both true and false; {way_out}"


def _list(tokens: Sequence[str]) -> str:
    return ", ".join(f'"{token}"' for token in tokens)
