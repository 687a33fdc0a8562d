"""The run's rows of the processed CSV, and what had been let through before them."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
from dsf_batch.store import Store
from dsf_dataset import Dataset, dataset_prefix

from .decide import History, contents_of, keys_of
from .definitions import require_columns, require_own
from .known import Kind, Known, recall
from .objects import PROVENANCE, csv_columns, read_csv, read_csv_as_written
from .own import KEY
from .stored import RunPlace, chunks, joined, of_run, read_all
from .versions import Past, unit_of


@dataclass(frozen=True)
class Processed:
    rows: pd.DataFrame
    history: History
    """Of the keys of the run's file."""


def read_processed(store: Store, dataset: Dataset, place: RunPlace, keys: Iterable[str]) -> Processed:
    """
    Goes through the processed route, an object at a time, from where the last audit came to. History of a lane ends where the
    first row of the run, or of a later one, stands in it. However it ends, what was read is kept.
    """
    listed = chunks(store.list(dataset_prefix("processed", dataset.name)))
    known = recall(store, dataset.name, _kind(dataset), listed)
    # what is known at a later run has its rows, and perhaps this run's, as history
    is_of_later = known.run in place.later
    if known.run not in place.until:
        known.forget()
    known.run = place.run
    try:
        rows = _read_on(store, dataset, place, known)
    finally:
        if not is_of_later:
            known.keep()
    return Processed(rows, _history_of(dataset, known, keys))


def _read_on(store: Store, dataset: Dataset, place: RunPlace, known: Known) -> pd.DataFrame:
    """Only the columns that tell a key's mark are read of what is not the run's."""
    parts: list[pd.DataFrame] = []
    over: set[int] = set()
    for chunk, content in read_all(store, [item for item in known.listed if not known.covers(item)]):
        if chunk.name.lane in over and not place.may_have(chunk.modified):
            continue
        marks = _read_marks(dataset, chunk.key, content)
        runs = set(marks["dsf_run"])
        if place.run in runs:
            found = [name for name in csv_columns(chunk.key, content) if name not in PROVENANCE]
            require_own(place.run, chunk.key, found, [field.column for field in dataset.fields])
            parts.append(of_run(read_csv(dataset, chunk.key, content), place.run, chunk))
        if runs & (place.later | {place.run}):
            over.add(chunk.name.lane)
        if chunk.name.lane not in over:
            known.learn(chunk, *_marks(dataset, marks))
    rows = joined(parts, [*(field.column for field in dataset.fields), *PROVENANCE])
    rows[KEY] = keys_of(dataset, rows)
    return rows


def _read_marks(dataset: Dataset, key: str, content: bytes) -> pd.DataFrame:
    """What tells a key's mark, also where another definition wrote it: content is all that was there then."""
    of_key = [] if dataset.is_row_key else [field.column for field in dataset.key]
    wanted = of_key if dataset.version_field is None else _mark_columns(dataset)
    require_columns(dataset, key, csv_columns(key, content), wanted)
    if dataset.version_field is None:
        return read_csv_as_written(dataset, key, content)
    return read_csv(dataset, key, content, [*wanted, *PROVENANCE])


def _mark_columns(dataset: Dataset) -> list[str]:
    """The columns that say what was let through for a key: its version, or all content."""
    if dataset.version_field is None:
        return [field.column for field in dataset.fields]
    return list(dict.fromkeys([*(field.column for field in dataset.key), dataset.version_field.column]))


_REVISION = pa.schema(
    {"key": pa.string(), "version": pa.int64(), "value": pa.int64(), "run": pa.string(), "row": pa.int64()}
)
_CONTENT = pa.schema({"key": pa.string(), "content": pa.string()})


def _kind(dataset: Dataset) -> Kind:
    """The newest revision of each key, or the content that was let through last: rows of a lane are in that order."""
    types = {field.column: field.type for field in dataset.fields}
    of_key = [field.column for field in dataset.key]
    meaning = [repr((name, types[name])) for name in [*_mark_columns(dataset), *of_key]]
    meaning.append("row" if dataset.is_row_key else "key")
    if dataset.version_field is None:
        return Kind(
            "processed",
            _CONTENT,
            lambda rows: rows.take(pa.array(range(len(rows) - 1, -1, -1), pa.int64())),
            meaning,
        )
    newest = [("version", "descending")]
    return Kind(
        "processed", _REVISION, lambda rows: rows.sort_by(newest), [*meaning, dataset.version_field.column]
    )


def _marks(dataset: Dataset, rows: pd.DataFrame) -> list[pd.Series]:
    version = dataset.version_field
    if version is None:
        return _contents(dataset, rows)
    return [
        keys_of(dataset, rows),
        *(rows[name] for name in ("dsf_version", version.column, "dsf_run", "dsf_row")),
    ]


def _contents(dataset: Dataset, rows: pd.DataFrame) -> list[pd.Series]:
    """Keys and contents as the stages know them: a list of values, in which names do not count. One more or less makes it another one."""
    columns = [name for name in rows.columns if name not in PROVENANCE]
    contents = contents_of(rows[columns])
    if not dataset.is_row_key:
        return [keys_of(dataset, rows), contents]
    if len(columns) != len(dataset.fields):
        return [contents[:0], contents[:0]]
    names = [field.column for field in dataset.fields]
    return [keys_of(dataset, rows[columns].set_axis(names, axis="columns")), contents]


def _history_of(dataset: Dataset, known: Known, keys: Iterable[str]) -> History:
    rows, version = known.rows(keys), dataset.version_field
    if version is None:
        return dict(zip(rows["key"].to_pylist(), rows["content"].to_pylist(), strict=True))
    return {
        row["key"]: Past(row["value"] * unit_of(version), row["version"], row["run"], row["row"])
        for row in rows.to_pylist()
    }
