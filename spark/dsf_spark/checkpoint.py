"""What a file stream has behind it, read from its checkpoint: Spark tells no number of objects that are left."""

import json
from typing import Any

from .store import Store


def objects_done(store: Store, checkpoint: str) -> int:
    """Objects in finished micro-batches. Spark's log of a file source has each of them with the number of its look."""
    finished = max(_numbers(store, f"{checkpoint}/commits/"), default=None)
    if finished is None:
        return 0
    offsets = store.get(f"{checkpoint}/offsets/{finished}").decode().splitlines()
    last_look = json.loads(offsets[2])["logOffset"]
    return sum(1 for entry in _entries(store, f"{checkpoint}/sources/0/") if entry["batchId"] <= last_look)


def objects_of_look(store: Store, checkpoint: str, look: int) -> int:
    folder = f"{checkpoint}/sources/0/"
    key = next(
        key for key in store.keys(f"{folder}{look}") if key in (f"{folder}{look}", f"{folder}{look}.compact")
    )
    return sum(1 for entry in _parsed(store.get(key)) if entry["batchId"] == look)


def _entries(store: Store, folder: str) -> list[dict[str, Any]]:
    """A file `<n>.compact` has all of those up to n in it."""
    keys = [key for key in store.keys(folder) if not key.endswith("/")]
    compacted = max((_number(key) for key in keys if key.endswith(".compact")), default=-1)
    needed = [key for key in keys if _number(key) > compacted or key == f"{folder}{compacted}.compact"]
    return [entry for key in needed for entry in _parsed(store.get(key))]


def _parsed(content: bytes) -> list[dict[str, Any]]:
    # the first line is the version of the log
    return [json.loads(line) for line in content.decode().splitlines()[1:] if line]


def _numbers(store: Store, folder: str) -> list[int]:
    return [_number(key) for key in store.keys(folder) if _number(key) >= 0]


def _number(key: str) -> int:
    name = key.rsplit("/", 1)[-1].removesuffix(".compact")
    return int(name) if name.isdecimal() else -1
