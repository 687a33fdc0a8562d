"""What is raised for a definition that cannot be used."""


class DefinitionError(Exception):
    """The message names the file, the JSON path and what was expected there, as the stages say it."""

    def __init__(self, file: str, path: str, expected: str) -> None:
        super().__init__(f"{file}{f' at {path}' if path else ''}: {expected}")
        self.file = file
        self.path = path
