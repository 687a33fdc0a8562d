"""
What a definition may look like, as the stages say it: words, types, bounds and defaults (`definition.json`, which
infra/schemas.ts writes from libs/dataset/src/definition/definition.ts).
"""

import json
import math
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any, cast

from .errors import Problem
from .words import OpenObject, nearest, unknown_word, word_problem

Shape = dict[str, Any]

SHAPE: Shape = json.loads((Path(__file__).parent / "definition.json").read_text("utf-8"))

_WRONG = object()
_LARGEST = 2**53 - 1
"""Whole numbers beyond are not the same in all languages."""
_NAMES = {
    "string": "a text",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
}


class Problems(list[Problem]):
    """Of a definition, the first one of each path."""

    def refuse(self, path: str, expected: str) -> None:
        if not self.is_wrong(path):
            self.append((path, expected))

    def is_wrong(self, path: str) -> bool:
        return any(path == other for other, _ in self)


def shaped(written: Any, problems: Problems) -> dict[str, Any]:
    """
    The words of a definition that are known, with their defaults. What is wrong is noted, and left out as if nobody had
    written it; an object of a list leaves None in its place.
    """
    read = _read(written, SHAPE, "", problems)
    return {} if read is _WRONG else read


def empty(*words: str) -> dict[str, Any]:
    """What an object (or each of a list) has by default of which nobody wrote a word."""
    return cast(dict[str, Any], _read({}, shape_of(*words), "", Problems()))


def shape_of(*words: str) -> Shape:
    """Of what stands below these words; of a list it is that of what is in it."""
    shape = SHAPE
    for word in words:
        shape = shape["properties"][word]
        shape = shape.get("items", shape)
    return shape


def _read(value: Any, shape: Shape, path: str, problems: Problems) -> Any:
    if "anyOf" in shape:
        return _any_of(value, shape, path, problems)
    if expected := _unfit(value, shape):
        problems.refuse(path, f"{shape.get('expected', expected)}{_meant(value, shape)}{_found(value)}")
        return _WRONG
    if isinstance(value, dict):
        return _object(value, shape, path, problems)
    if isinstance(value, list):
        return _list(value, shape, path, problems)
    # JSON has one kind of number: 2.0 is the whole number 2
    return int(value) if shape.get("type") == "integer" else value


def _any_of(value: Any, shape: Shape, path: str, problems: Problems) -> Any:
    for one in shape["anyOf"]:
        tried = Problems()
        read = _read(value, one, path, tried)
        if not tried:
            return read
    problems.refuse(path, f"{shape['expected']}{_found(value)}")
    return _WRONG


def _object(value: dict[str, Any], shape: Shape, path: str, problems: Problems) -> dict[str, Any]:
    known = shape.get("properties", {})
    read = {
        word: _other(word, one, shape, f"{path}/{word}", problems)
        for word, one in value.items()
        if word not in known
    }
    for word, one in known.items():
        at = f"{path}/{word}"
        read[word] = _read(value[word], one, at, problems) if word in value else _WRONG
        if word not in value and word in shape.get("required", ()):
            problems.refuse(at, f"is missing, {one.get('expected') or _expectation(one)}")
        if read[word] is _WRONG and "default" in one:
            read[word] = _read(one["default"], one, at, Problems())
    return {word: found for word, found in read.items() if found is not _WRONG}


def _other(word: str, value: Any, shape: Shape, path: str, problems: Problems) -> Any:
    """Of a word that has no name in the shape: of a record of such, or one that must not or need not be read."""
    names, others = shape.get("propertyNames", {}), shape["additionalProperties"]
    problem = _unfit(word, names) if others else _unknown(word, list(shape.get("properties", {})), shape)
    if problem:
        problems.refuse(path, problem)
    return _read(value, others, path, problems) if others and not problem else _WRONG


def _unknown(word: str, known: list[str], shape: Shape) -> str | None:
    if "open" in shape:
        return word_problem(word, OpenObject(known=known, **shape["open"]))
    return unknown_word(word, known)


def _list(value: list[Any], shape: Shape, path: str, problems: Problems) -> Any:
    tuples, rest = shape.get("prefixItems", []), shape["items"]
    shapes = [*tuples, *([rest] * (len(value) - len(tuples)))]
    read = [
        _read(one, of, f"{path}/{i}", problems) for i, (one, of) in enumerate(zip(value, shapes, strict=True))
    ]
    if rest and rest.get("type") == "object":
        return [None if one is _WRONG else one for one in read]
    return _WRONG if _WRONG in read else read


def _unfit(value: Any, shape: Shape) -> str | None:
    """What was expected of a value by itself; None when it fits."""
    if not _is_of(value, shape.get("type")) or not _is_allowed(value, shape) or not _is_within(value, shape):
        return _expectation(shape)
    if isinstance(value, list):
        fits = shape.get("minItems", 0) <= len(value) <= shape.get("maxItems", math.inf)
        return None if fits else _expectation(shape)
    if isinstance(value, str):
        if not shape.get("minLength", 0) <= len(value) <= shape.get("maxLength", math.inf):
            return _expectation(shape)
        return next((one["expected"] for one in shape.get("patterns", ()) if not _fits(value, one)), None)
    return None


def _is_of(value: Any, kind: str | list[str] | None) -> bool:
    if kind is None:
        return True
    if isinstance(kind, list):
        return any(_is_of(value, one) for one in kind)
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int | float):
        is_number = abs(value) <= sys.float_info.max
        return is_number and (kind == "number" or (kind == "integer" and value == int(value)))
    return isinstance(value, {"string": str, "object": dict, "array": list}.get(kind, ()))


def _is_allowed(value: Any, shape: Shape) -> bool:
    # the type is right, so nothing is equal that is not the same
    return value in shape.get("enum", [shape.get("const", value)])


def _is_within(value: Any, shape: Shape) -> bool:
    if not isinstance(value, int | float):
        return True
    least, most = shape.get("minimum", -math.inf), shape.get("maximum", math.inf)
    return least <= value <= most and value > shape.get("exclusiveMinimum", -math.inf)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _fits(value: str, one: Shape) -> bool:
    return _compiled(one["pattern"]).search(value) is not None


def _expectation(shape: Shape) -> str:
    allowed = [json.dumps(one) for one in shape.get("enum", [shape["const"]] if "const" in shape else [])]
    if allowed:
        return f"expected {'one of ' if len(allowed) > 1 else ''}{', '.join(allowed)}"
    kind = shape.get("type")
    if kind in ("integer", "number"):
        return f"expected {'a whole number' if kind == 'integer' else 'a number'}{_bounds(shape)}"
    if kind == "array" and ("minItems" in shape or "maxItems" in shape):
        least, most = shape.get("minItems", 0), shape.get("maxItems")
        return f"expected a list of {'exactly' if least == most else 'at least'} {least}"
    return f"expected {_NAMES.get(str(kind), 'another value')}"


def _bounds(shape: Shape) -> str:
    least, most = shape.get("minimum", -_LARGEST), shape.get("maximum", _LARGEST)
    if "exclusiveMinimum" in shape:
        return f" above {shape['exclusiveMinimum']}"
    if most == _LARGEST:
        return "" if least == -_LARGEST else f" from {least}"
    return f" from {least} to {most}"


def _meant(value: Any, shape: Shape) -> str:
    words = [one for one in shape.get("enum", ()) if isinstance(one, str)]
    word = nearest(value, words) if isinstance(value, str) else None
    return f' (did you mean "{word}"?)' if word else ""


def _found(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return f", found {text if len(text) <= 60 else f'{text[:60]}…'}"
