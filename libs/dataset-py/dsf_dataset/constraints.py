"""What a value must hold to beside its type."""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .casts import Caster, Refuse, authored, complaint_of
from .dataset import Field
from .patterns import compile_pattern, units
from .problems import Code, Problem, Value, problem_of, shorten
from .texts import plain


@dataclass(frozen=True)
class Rule:
    """One constraint, and what to say of a cleaned text that does not hold to it."""

    code: Code
    holds: Callable[[Any], bool]
    complaint: Callable[[str], str]


def first_problem(field: Field, rules: list[Rule], value: Value, text: str) -> Problem | None:
    for rule in rules:
        if not rule.holds(value):
            return problem_of(field, rule.code, rule.complaint(text))
    return None


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


def rules_of(field: Field, caster: Caster, refuse: Refuse) -> list[Rule]:
    return [*_bounds(field, caster, refuse), *_enum(field, caster, refuse), *_text_rules(field, refuse)]


def _bounds(field: Field, caster: Caster, refuse: Refuse) -> list[Rule]:
    return [_bound(field, caster, refuse, kind) for kind in _BOUNDS if kind.word in (field.constraints or {})]


def _bound(field: Field, caster: Caster, refuse: Refuse, kind: _BoundKind) -> Rule:
    written = (field.constraints or {})[kind.word]
    if field.type in ("string", "boolean"):
        raise refuse(f"/constraints/{kind.word}", f"applies to numbers and times, not to a {field.type}")
    bound = authored(field, caster, written)
    if bound is None:
        raise refuse(f"/constraints/{kind.word}", complaint_of(caster, field, written))
    return Rule(
        kind.code,
        lambda value: kind.holds(value, bound),
        lambda text: f"{shorten(text)} is {kind.where} {plain(written)}",
    )


def _enum(field: Field, caster: Caster, refuse: Refuse) -> list[Rule]:
    written = (field.constraints or {}).get("enum")
    if written is None:
        return []
    allowed = [authored(field, caster, value) for value in written]
    for i, value in enumerate(allowed):
        if value is None:
            raise refuse(f"/constraints/enum/{i}", complaint_of(caster, field, written[i]))
    values = frozenset(allowed)
    return [
        Rule("enum", values.__contains__, lambda text: f'"{shorten(text)}" is none of the allowed values')
    ]


def _text_rules(field: Field, refuse: Refuse) -> list[Rule]:
    constraints = field.constraints or {}
    found = {word: constraints[word] for word in ("pattern", "minLength", "maxLength") if word in constraints}
    for word in found:
        if field.type != "string":
            raise refuse(f"/constraints/{word}", f"applies to strings, not to a {field.type}")
    rules: list[Rule] = []
    if "pattern" in found:
        rules.append(_pattern_rule(found["pattern"], refuse))
    if "minLength" in found or "maxLength" in found:
        rules.append(_length_rule(found.get("minLength", 0), found.get("maxLength", math.inf)))
    return rules


def _pattern_rule(pattern: str, refuse: Refuse) -> Rule:
    try:
        compiled = compile_pattern(pattern)
    except ValueError as error:
        raise refuse("/constraints/pattern", str(error)) from error

    def complaint(text: str) -> str:
        if units(text) > compiled.longest:
            return f"has {units(text)} characters, and the pattern {pattern} is tried on at most {compiled.longest}"
        return f'"{shorten(text)}" does not match {pattern}'

    return Rule("pattern", compiled.matches, complaint)


def _length_rule(least: int, most: float) -> Rule:
    """Counts characters, as Frictionless does."""
    allowed = f"{least} to {'any number' if most == math.inf else most}"
    return Rule(
        "length",
        lambda value: least <= len(value) <= most,
        lambda text: f"has {len(text)} characters, allowed are {allowed}",
    )
