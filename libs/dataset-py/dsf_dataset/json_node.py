"""A JSON value that knows where it stands, so that what is wrong with it can be said in one line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .errors import DefinitionError

_ABSENT = object()


@dataclass(frozen=True)
class Node:
    """A value of the definition at `path` of `file`. Every reader raises DefinitionError with both."""

    file: str
    path: str
    value: Any

    def refuse(self, expected: str, at: str = "") -> DefinitionError:
        return DefinitionError(self.file, self.path + at, expected)

    def __bool__(self) -> bool:
        """Is it there at all?"""
        return self.value is not _ABSENT

    def at(self, key: str) -> "Node":
        """The value of a key; absent when there is none, and below what is absent."""
        found = _ABSENT
        if self:
            found = self.mapping().get(key, _ABSENT)
        return Node(self.file, f"{self.path}/{key}", found)

    def mapping(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.refuse("expected an object")
        return self.value

    def closed(self, *known: str) -> "Node":
        """Refuses keys that are not known: here a typo would silently change data."""
        if self:
            for key in self.mapping():
                if key not in known:
                    raise self.refuse(f'unknown key "{key}"; known are {", ".join(known)}')
        return self

    def without(self, *unread: str) -> "Node":
        """Refuses words that nobody here reads, and that would change the data if passed over."""
        for key in unread:
            if self.at(key):
                raise self.refuse("is not supported", f"/{key}")
        return self

    def items(self) -> Iterator[tuple[str, "Node"]]:
        for key in self.mapping() if self else ():
            yield key, self.at(key)

    def list(self, least: int = 0) -> "list[Node]":
        if not self:
            return []
        if not isinstance(self.value, list) or len(self.value) < least:
            raise self.refuse(f"expected a list{f' of at least {least}' if least else ''}")
        return [Node(self.file, f"{self.path}/{i}", value) for i, value in enumerate(self.value)]

    def text(self, default: Any = _ABSENT, pattern: str = ".*", expected: str = "a text") -> Any:
        return self._read(default, isinstance(self.value, str) and self._fits(pattern), expected)

    def texts(self, default: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(node.text() for node in self.list()) if self else default

    def choice(self, *allowed: Any, default: Any = _ABSENT) -> Any:
        is_one = any(self.value is one or (one == self.value and isinstance(one, str)) for one in allowed)
        return self._read(default, is_one, f"one of {', '.join(map(str, allowed))}")

    def integer(self, least: int, most: float = float("inf"), default: Any = _ABSENT) -> Any:
        whole = self._is_number() and self.value == int(self.value) and least <= self.value <= most
        allowed = f"a whole number from {least}" + ("" if most == float("inf") else f" to {most}")
        value = self._read(default, whole, allowed)
        return int(value) if self else value

    def number(self, least: float = float("-inf"), most: float = float("inf"), default: Any = _ABSENT) -> Any:
        fits = self._is_number() and least <= self.value <= most
        return self._read(default, fits, f"a number from {least} to {most}")

    def scalar(self, *, boolean: bool = True) -> Any:
        """A text, a number, or (where allowed) a boolean; None when absent."""
        fits = isinstance(self.value, str) or self._is_number() or (boolean and isinstance(self.value, bool))
        return self._read(None, fits, "a text or a number" + (" or a boolean" if boolean else ""))

    def boolean(self, default: Any) -> Any:
        return self._read(default, isinstance(self.value, bool), "true or false")

    def _is_number(self) -> bool:
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)

    def _fits(self, pattern: str) -> bool:
        return re.fullmatch(pattern, self.value, re.DOTALL) is not None

    def _read(self, default: Any, fits: bool, expected: str) -> Any:
        if not self and default is not _ABSENT:
            return default
        if not fits:
            raise self.refuse(f"expected {expected}")
        return self.value
