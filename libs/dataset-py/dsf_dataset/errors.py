"""What is raised for a definition that cannot be used."""

from collections.abc import Sequence

Problem = tuple[str, str]
"""The JSON path, and what was expected there."""

_MOST_SHOWN = 50


class DefinitionError(Exception):
    """The message names the file, and of each problem the JSON path and what was expected there."""

    def __init__(self, file: str, path: str, expected: str, others: Sequence[Problem] = ()) -> None:
        self.file = file
        self.path = path
        self.problems: list[Problem] = [(path, expected), *others]
        super().__init__(
            f"{file}: {self._list()}" if others else f"{file}{f' at {path}' if path else ''}: {expected}"
        )

    @property
    def sentences(self) -> list[str]:
        """A line for each problem, without the file."""
        return [f"{path}: {expected}" if path else expected for path, expected in self.problems]

    def _list(self) -> str:
        lines = self.sentences[:_MOST_SHOWN]
        more = len(self.problems) - len(lines)
        return "\n  ".join(
            [f"{len(self.problems)} problems", *lines, *([f"and {more} more"] if more > 0 else [])]
        )


def raise_all(file: str, problems: Sequence[Problem]) -> None:
    """When there are any."""
    if problems:
        raise DefinitionError(file, *problems[0], problems[1:])
