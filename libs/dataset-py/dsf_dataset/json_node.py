"""A value of a definition that knows where it stands, so that what is wrong with it can be said in one line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .shape import Problems


@dataclass(frozen=True)
class Node:
    path: str
    value: Any
    """None for what is not there, or is wrong."""
    problems: Problems
    """Of the whole definition."""

    def refuse(self, expected: str, at: str = "") -> None:
        self.problems.refuse(self.path + at, expected)

    def is_wrong(self, at: str = "") -> bool:
        return self.problems.is_wrong(self.path + at)

    def __bool__(self) -> bool:
        return self.value is not None

    def at(self, key: str) -> "Node":
        return Node(f"{self.path}/{key}", (self.value or {}).get(key), self.problems)

    def items(self) -> Iterator[tuple[str, "Node"]]:
        for key in self.value or {}:
            yield key, self.at(key)

    def list(self) -> "list[Node]":
        return [Node(f"{self.path}/{i}", value, self.problems) for i, value in enumerate(self.value or [])]
