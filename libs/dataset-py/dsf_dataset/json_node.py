"""A JSON value that knows where it stands, so that what is wrong with it can be said in one line."""

import json
import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .errors import Problem
from .words import OpenObject, nearest, unknown_word, word_problem

_ABSENT = object()
_LARGEST = 2**53 - 1
"""Whole numbers beyond are not the same in all languages."""


@dataclass(frozen=True)
class Node:
    """
    A value of the definition. Every reader notes what is wrong with it, and gives its default then, or None: so that all
    problems of a definition are told at once.
    """

    path: str
    value: Any
    problems: list[Problem]
    """Of the whole definition, the first one of each path."""

    def refuse(self, expected: str, at: str = "") -> None:
        if not self.is_wrong(at):
            self.problems.append((self.path + at, expected))

    def is_wrong(self, at: str = "") -> bool:
        return any(path == self.path + at for path, _ in self.problems)

    def __bool__(self) -> bool:
        """Is it there at all?"""
        return self.value is not _ABSENT

    def at(self, key: str) -> "Node":
        """The value of a key; absent when there is none, and below what is absent."""
        return Node(f"{self.path}/{key}", self.mapping().get(key, _ABSENT), self.problems)

    def mapping(self) -> dict[str, Any]:
        if isinstance(self.value, dict):
            return self.value
        if self:
            self.refuse("expected an object")
        return {}

    def closed(self, *known: str) -> "Node":
        """Refuses keys that are not known: here a typo would silently change data."""
        for key in self.mapping():
            if key not in known:
                self.refuse(unknown_word(key, known), f"/{key}")
        return self

    def open(self, place: OpenObject) -> "Node":
        """Refuses keys that cannot be passed over."""
        for key in self.mapping():
            if problem := word_problem(key, place):
                self.refuse(problem, f"/{key}")
        return self

    def items(self) -> Iterator[tuple[str, "Node"]]:
        for key in self.mapping():
            yield key, self.at(key)

    def list(self, least: int = 0) -> "list[Node]":
        if not self and not least:
            return []
        if not isinstance(self.value, list) or len(self.value) < least:
            self._expected(f"a list{f' of at least {least}' if least else ''}")
            return []
        return [Node(f"{self.path}/{i}", value, self.problems) for i, value in enumerate(self.value)]

    def text(self, default: Any = _ABSENT, pattern: str = ".*", expected: str = "a text") -> Any:
        return self._read(default, isinstance(self.value, str) and self._fits(pattern), expected)

    def texts(self, default: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(node.text() for node in self.list()) if self else default

    def choice(self, *allowed: Any, default: Any = _ABSENT) -> Any:
        is_one = any(self.value is one or (one == self.value and isinstance(one, str)) for one in allowed)
        written = [json.dumps(one) for one in allowed]
        meant = (
            nearest(self.value, [one for one in allowed if isinstance(one, str)])
            if isinstance(self.value, str)
            else None
        )
        hint = f' (did you mean "{meant}"?)' if meant else ""
        return self._read(
            default, is_one, ("one of " if len(written) > 1 else "") + ", ".join(written) + hint
        )

    def integer(self, least: int, most: int = _LARGEST, default: Any = _ABSENT) -> Any:
        whole = self._is_number() and self.value == int(self.value) and least <= self.value <= most
        allowed = f"a whole number from {least}" + ("" if most == _LARGEST else f" to {most}")
        value = self._read(default, whole, allowed)
        return value if value is None or value is default else int(value)

    def number(self, least: float = -math.inf, most: float = math.inf, default: Any = _ABSENT) -> Any:
        fits = self._is_number() and least <= self.value <= most
        bounds = "" if math.isinf(least) and math.isinf(most) else f" from {least} to {most}"
        return self._read(default, fits, f"a number{bounds}")

    def scalar(self, *, boolean: bool = True) -> Any:
        """A text, a number, or (where allowed) a boolean; None when absent."""
        fits = isinstance(self.value, str) or self._is_number() or (boolean and isinstance(self.value, bool))
        return self._read(None, fits, "a text or a number" + (" or a boolean" if boolean else ""))

    def boolean(self, default: Any) -> Any:
        return self._read(default, isinstance(self.value, bool), "true or false")

    def _is_number(self) -> bool:
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return is_number and abs(self.value) <= sys.float_info.max

    def _fits(self, pattern: str) -> bool:
        return re.fullmatch(pattern, self.value, re.DOTALL) is not None

    def _read(self, default: Any, fits: bool, expected: str) -> Any:
        if fits:
            return self.value
        if self or default is _ABSENT:
            self._expected(expected)
        return None if default is _ABSENT else default

    def _expected(self, expected: str) -> None:
        self.refuse(
            f"expected {expected}, found {_shown(self.value)}" if self else f"is missing, expected {expected}"
        )


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"
