"""What is read of the shape of a definition is all that there is in it."""

import re
from typing import Any

import pytest
from dsf_dataset.shape import SHAPE, Problems, shaped

KNOWN = {
    *("type", "enum", "const", "anyOf", "default", "expected", "patterns", "open"),
    *("properties", "required", "additionalProperties", "propertyNames"),
    *("items", "prefixItems", "minItems", "maxItems", "minLength", "maxLength"),
    *("minimum", "maximum", "exclusiveMinimum"),
}


def shapes(shape: Any):
    """A shape and all that stand in it."""
    if not isinstance(shape, dict):
        return
    yield shape
    parts = [*shape.get("properties", {}).values(), *shape.get("anyOf", []), *shape.get("prefixItems", [])]
    for part in [*parts, *(shape.get(word) for word in ("items", "additionalProperties", "propertyNames"))]:
        yield from shapes(part)


def test_no_word_of_the_shape_is_passed_over():
    assert {word for shape in shapes(SHAPE) for word in shape} == KNOWN


def test_patterns_mean_the_same_in_both_languages():
    patterns = {one["pattern"] for shape in shapes(SHAPE) for one in shape.get("patterns", [])}
    assert len(patterns) > 5
    for pattern in patterns:
        re.compile(pattern)
        assert not re.search(r"\\[sSwWbB]|\(\?<|\$$", pattern), pattern


@pytest.mark.parametrize("written", [None, [], "x", {"resources": [None]}, {"resources": [{"schema": []}]}])
def test_whatever_is_written_is_read(written):
    problems = Problems()
    assert isinstance(shaped(written, problems), dict)
    assert problems


def test_problems_stand_in_the_order_of_the_definition():
    problems = Problems()
    shaped({"name": "a", "resources": [], "x-dsf": {"nobody": 1, "knows": 2, "lanes": "four"}}, problems)
    assert [path for path, _ in problems][-3:] == ["/x-dsf/nobody", "/x-dsf/knows", "/x-dsf/lanes"]
