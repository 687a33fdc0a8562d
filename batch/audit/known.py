"""
What audits learned from the objects of a route, kept in the store for the next one, so that it reads only what came since. It is
taken only while every object that it comes from is listed as it was then. So it never changes an answer: reading all of them again
would give the same.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from dsf_batch.store import Store
from dsf_dataset import known_key

from .stored import Chunk

_FORM = 2
"""One more whenever the same objects would give other rows."""
_PENDING_ROWS = 100_000


@dataclass(frozen=True)
class Kind:
    """What is kept of a route."""

    route: str
    schema: pa.Schema
    """Begins with `key`: there is one row of each."""
    best: Callable[[pa.Table], pa.Table]
    """Sorts rows, in the order in which they were read, so that the one of each key to keep is the first one."""
    meaning: Sequence[str]
    """What of the definition the rows depend on."""


@dataclass
class Known:
    """What is known of a route of a dataset, at first what the last audit left."""

    store: Store
    key: str
    kind: Kind
    listed: Sequence[Chunk]
    """All objects of the route, in order."""
    parts: list[pa.Table]
    """The first one has a row for each key; the others are what came since."""
    run: str = ""
    """The run whose audit read the last of it."""
    upto: dict[int, tuple[int, str]] = field(default_factory=dict)
    """By lane, the place of the last object read. Those before it were read too."""
    has_grown: bool = False

    def covers(self, chunk: Chunk) -> bool:
        return chunk.place <= self.upto.get(chunk.name.lane, (-1, ""))

    def learn(self, chunk: Chunk, *columns: pd.Series) -> None:
        """Objects come in the order of the list, each once."""
        self.upto[chunk.name.lane] = chunk.place
        self.has_grown = True
        self.parts.append(pa.table([list(column) for column in columns], schema=self.kind.schema))
        if sum(map(len, self.parts[1:])) > max(_PENDING_ROWS, len(self.parts[0])):
            self.rows()

    def rows(self, keys: Iterable[Any] | None = None) -> pa.Table:
        """One row for each key that is known, or for each of `keys` that is."""
        if len(self.parts) > 1:
            self.parts = [_merged(self.kind, self.parts[0], pa.concat_tables(self.parts[1:]))]
        [rows] = self.parts
        if keys is None:
            return rows
        return rows.filter(pc.is_in(rows["key"], pa.array(set(keys), self.kind.schema.field("key").type)))

    def forget(self) -> None:
        self.upto, self.parts = {}, [self.kind.schema.empty_table()]

    def keep(self) -> None:
        """For the next audit, if there is anything new."""
        if not self.has_grown:
            return
        upto = [(lane, *place) for lane, place in self.upto.items()]
        said = json.dumps({"run": self.run, "upto": upto, "of": _digest(self)})
        out = io.BytesIO()
        pyarrow.parquet.write_table(
            self.rows().replace_schema_metadata({"known": said}), out, compression="zstd"
        )
        self.store.put(self.key, out.getvalue(), "application/vnd.apache.parquet")


def recall(store: Store, dataset: str, kind: Kind, listed: Sequence[Chunk]) -> Known:
    """Nothing is known when an object that it comes from is not there any more, or not as it was."""
    nothing = Known(store, known_key(dataset, kind.route), kind, listed, [kind.schema.empty_table()])
    if not any(item.key == nothing.key for item in store.list(nothing.key)):
        return nothing
    try:
        table = pyarrow.parquet.read_table(io.BytesIO(store.get(nothing.key)))
        said = json.loads(table.schema.metadata[b"known"])
        upto = {lane: (number, key) for lane, number, key in said["upto"]}
    except (pa.ArrowException, KeyError, TypeError, ValueError):
        return nothing
    known = replace(nothing, run=said["run"], upto=upto, parts=[table.replace_schema_metadata()])
    return known if said["of"] == _digest(known) else nothing


def _merged(kind: Kind, kept: pa.Table, new: pa.Table) -> pa.Table:
    """Rows whose key is not among the new ones stay as they are: sorting takes ten times the memory of a table."""
    again = pc.is_in(kept["key"], new["key"].combine_chunks())
    best = kind.best(pa.concat_tables([kept.filter(again), new]))
    others = kind.schema.names[1:]
    first = best.group_by("key", use_threads=False).aggregate([(name, "first") for name in others])
    return pa.concat_tables([kept.filter(pc.invert(again)), first.rename_columns(kind.schema.names)])


def _digest(known: Known) -> str:
    """Of what it comes from: the objects, and how they were understood."""
    digest = hashlib.sha256(json.dumps([_FORM, *known.kind.meaning]).encode())
    for chunk in known.listed:
        if known.covers(chunk):
            digest.update(f"{chunk.key} {chunk.etag}\n".encode())
    return digest.hexdigest()
