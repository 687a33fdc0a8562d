"""Reads `folder/datapackage.json`. A refusal names the file, and for each problem the JSON path and what was expected."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .dataset import Dataset
from .errors import DefinitionError, raise_all
from .json_node import Node
from .resolve import resolve
from .shape import Problems, shaped

_LARGEST_DEFINITION = 8 * 2**20
_DEEPEST_DEFINITION = 100


def load_dataset(folder: Path) -> Dataset:
    """The dataset of a folder. What only stages read (dashboard, expressions) is passed over."""
    file = Path(folder) / "datapackage.json"
    problems = Problems()
    definition = shaped(_parse(file), problems)
    dataset = resolve(Node("", definition, problems), Path(folder))
    raise_all(str(file), problems)
    return dataset


@dataclass(frozen=True)
class Refused:
    """A definition that cannot be used."""

    name: str
    """Of the folder, which is what the dataset would be named."""
    folder: Path
    problems: list[str]
    """A line for each."""

    def __str__(self) -> str:
        return f"the dataset {self.name} is left out, because {self.folder}/datapackage.json cannot be used: {'; '.join(self.problems)}"


class Datasets(dict[str, Dataset]):
    """By name; and the definitions beside them that cannot be used, which keep no other from being used."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[Refused] = []


def load_datasets(path: str) -> Datasets:
    """
    All datasets of a list of folders (colon-separated, as DATASETS_DIR), by name. Of two of one name the first one is
    used, in the order of the list; the other one is refused.
    @raise DefinitionError for a folder of the list that is not there: that is no dataset's fault
    """
    found = Datasets()
    for parent in filter(None, path.split(":")):
        if not Path(parent).is_dir():
            raise DefinitionError(parent, "", "the folder does not exist; see DATASETS_DIR")
        for folder in sorted(Path(parent).glob("*")):
            # a link to nothing is one too: whoever made it wants to hear that it cannot be read
            if os.path.lexists(folder / "datapackage.json"):
                _add(found, folder)
    return found


def _add(found: Datasets, folder: Path) -> None:
    name = folder.absolute().name
    try:
        if name in found:
            expected = f'"{name}" is already defined in {found[name].folder}'
            raise DefinitionError(str(folder), "/name", expected)
        found[name] = load_dataset(folder)
    except DefinitionError as error:
        found.refused.append(Refused(name, folder, error.sentences))
    except (
        Exception
    ) as error:  # what nobody foresaw about a definition is that dataset's trouble all the same
        found.refused.append(Refused(name, folder, [f"cannot be read: {type(error).__name__}: {error}"]))


def _parse(file: Path) -> Any:
    try:
        size = file.stat().st_size
        if size > _LARGEST_DEFINITION:
            raise ValueError(f"it has {size} bytes, expected at most {_LARGEST_DEFINITION}")
        whole = json.loads(file.read_text("utf-8-sig"), parse_constant=_no_constant)
        _refuse_deep(whole)
        return whole
    except (OSError, ValueError, RecursionError) as error:
        raise DefinitionError(str(file), "", f"is not readable JSON: {error}") from error


def _refuse_deep(whole: Any) -> None:
    level = [whole]
    for _ in range(_DEEPEST_DEFINITION + 1):
        inside = [
            value.values() if isinstance(value, dict) else value
            for value in level
            if isinstance(value, dict | list)
        ]
        level = [value for values in inside for value in values]
    if level:
        raise ValueError(f"it is nested more than {_DEEPEST_DEFINITION} levels deep")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
