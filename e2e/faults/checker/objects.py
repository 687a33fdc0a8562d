"""What the object store holds, read by a client of its own, and the lake's rows as pyarrow reads them."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from minio import Minio
from pyarrow import parquet

ROOTS = ("processed", "lake")


class Objects:
    """The objects of a dataset. `known` grows with each look; `versions` counts (key, version, simulated) of the lake."""

    def __init__(self, store: Minio, bucket: str, dataset: str) -> None:
        self._store = store
        self._bucket = bucket
        self._dataset = dataset
        self.known: set[str] = set()
        self.versions: Counter[tuple[Any, ...]] = Counter()

    def keys(self) -> set[str]:
        found: set[str] = set()
        for root in ROOTS:
            prefix = f"{root}/dataset={self._dataset}/"
            found |= {
                entry.object_name for entry in self._store.list_objects(self._bucket, prefix, recursive=True)
            }
        # tables beside the rows are made of them later, by others
        return {key for key in found if "/table=" not in key}

    def fetch(self, keys: set[str]) -> dict[str, bytes]:
        with ThreadPoolExecutor(8) as pool:
            return dict(zip(sorted(keys), pool.map(self._get, sorted(keys)), strict=True))

    def _get(self, key: str) -> bytes:
        answer = self._store.get_object(self._bucket, key)
        try:
            return answer.read()
        finally:
            answer.close()
            answer.release_conn()

    def look(self) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
        """The objects that are new, and a violation for each version of a key that came into the lake again."""
        fresh = self.fetch(self.keys() - self.known)
        self.known |= fresh.keys()
        found = []
        for key, content in fresh.items():
            for row in rows(key, content):
                version = (row["id"], row["dsf_version"], row["simulated"])
                self.versions[version] += 1
                if self.versions[version] > 1:
                    found.append(
                        {
                            "invariant": "(key, version) once in the lake",
                            "record": {"key": row["id"], "object": key},
                        }
                    )
        return fresh, found


def rows(key: str, content: bytes) -> list[dict[str, Any]]:
    """Key, version and origin of each row of a Parquet object; none of another."""
    if not key.endswith(".parquet"):
        return []
    columns = ["id", "dsf_version", "simulated", "dsf_run", "dsf_row"]
    return parquet.read_table(io.BytesIO(content), columns=columns).to_pylist()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def differences(
    want: dict[str, str], fresh: dict[str, bytes], announced: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Violations of: the same objects byte for byte, each announced once, and truly."""
    found = []
    for key in sorted(want.keys() | fresh.keys()):
        if key not in fresh:
            found.append({"invariant": "objects: missing", "record": {"object": key}})
        elif key not in want:
            found.append({"invariant": "objects: not in the reference", "record": {"object": key}})
        elif sha256(fresh[key]) != want[key]:
            found.append({"invariant": "objects: other bytes", "record": {"object": key}})
    counts = Counter(one["key"] for one in announced)
    for key in sorted(want.keys() | counts.keys()):
        if counts[key] != 1:
            found.append({"invariant": f"objects: announced {counts[key]} times", "record": {"object": key}})
    for one in announced:
        content = fresh.get(one["key"], b"")
        if (one["sha256"], one["bytes"]) != (sha256(content), len(content)):
            found.append({"invariant": "objects: announced as another", "record": {"object": one["key"]}})
    return found
