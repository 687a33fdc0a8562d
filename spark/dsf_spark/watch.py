"""The definitions as they are in their folders now. It looks at contents, as the stages do (libs/stage/src/datasets/dataset-watch.ts)."""

import hashlib
import logging
import os
from pathlib import Path

from dsf_dataset import Dataset, DefinitionError, Refused, load_datasets

_LARGEST_READ = 16 * 2**20


class DatasetWatch:
    """Takes what two looks saw alike: an editor may write in two steps."""

    def __init__(self, path: str):
        self._path = path
        self._taken = self._before = _prints(path)
        self._is_unreadable = False

    def look(self, now: dict[str, Dataset]) -> tuple[dict[str, Dataset], list[Refused]] | None:
        """
        What is there, when it is otherwise than before. Who writes a mistake into a definition that works goes on with the
        one of `now`; while a folder of the list cannot be read, all goes on as it was.
        """
        try:
            seen = _prints(self._path)
            is_settled, self._before = seen == self._before, seen
            if not is_settled or seen == self._taken:
                return None
            found = load_datasets(self._path)
        except (OSError, DefinitionError) as error:
            if not self._is_unreadable:
                logging.warning("a folder of datasets cannot be read, all goes on as it was: %s", error)
            self._is_unreadable = True
            return None
        self._is_unreadable, self._taken = False, seen
        kept = {one.name: now[one.name] for one in found.refused if one.name in now and one.name not in found}
        return {**found, **kept}, [_after_change(one) if one.name in kept else one for one in found.refused]


def _after_change(refused: Refused) -> Refused:
    why = "the changed definition cannot be used, the one before goes on"
    return Refused(refused.name, refused.folder, [f"{why}: {problem}" for problem in refused.problems])


def _prints(path: str) -> dict[Path, str]:
    return {
        folder: _print_of(folder / "datapackage.json")
        for parent in filter(None, path.split(":"))
        for folder in (Path(parent) / name for name in sorted(os.listdir(parent)))
        if os.path.lexists(folder / "datapackage.json")
    }


def _print_of(file: Path) -> str:
    """A file that cannot be read has a print too: it is what changes when it is mended."""
    try:
        state = file.stat()
        if state.st_size > _LARGEST_READ:
            return f"{state.st_size} {state.st_mtime_ns}"
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        return f"errno {error.errno}"
