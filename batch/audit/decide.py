"""What must become of each row: clean, duplicate or quarantined, decided from the definition and the history alone."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, cast

import pandas as pd
from dsf_dataset import (
    Dataset,
    Problem,
    Value,
    compile_key_reader,
    compile_reader,
    key_reader,
    lane_of,
    record_key,
)

from .landing import Landed
from .own import CELLS, CODES, KEY, LANE, OUTCOME, RAW
from .versions import Past, exact_reader, new_versions, unit_of

History = Mapping[str, Past | str]
"""By key, what was last let through before the run: a revision, or a hash of the content."""


@dataclass(frozen=True)
class Decision:
    fields: list[str | None]
    rows: pd.DataFrame
    """
    One row for each of the file, by its number (index `row`), in columns of our own: lane, key (None when unreadable), outcome, codes (list of
    (field, code)), cells (as in the file), raw (bytes of an unreadable row), and the typed value of each column.
    """
    lanes_read: pd.Series
    """For each readable row, how many readable rows of its lane lie before it."""
    versions: pd.Series
    """Of a dataset with versions, the `dsf_version` of each clean row."""

    def of(self, outcome: str) -> pd.DataFrame:
        return self.rows[self.rows[OUTCOME] == outcome]


def decide(dataset: Dataset, landed: Landed, history: History) -> Decision:
    """Rows in file order; the cleaner sees each key in that order, whatever the lanes."""
    readable = _typed(dataset, landed)
    valid = readable[readable[OUTCOME] != "quarantined"]
    versions = _versions(dataset, landed, valid, history)
    readable.loc[valid.index.difference(versions.index), OUTCOME] = "duplicate"
    lanes_read = readable.groupby(LANE).cumcount()
    unreadable = _unreadable(dataset, landed)
    rows = pd.concat([part for part in (readable, unreadable) if len(part)] or [readable]).sort_index()
    return Decision(landed.fields, rows, lanes_read, versions)


def keys_of_file(dataset: Dataset, landed: Landed) -> list[str]:
    """The primary key of each readable row, as its lane is chosen by."""
    read_key = key_reader(dataset, [landed.fields.index(field.name) for field in dataset.key])
    return [read_key(cells) for _, cells in landed.rows]


def _typed(dataset: Dataset, landed: Landed) -> pd.DataFrame:
    """The readable rows with their values, as clean or quarantined."""
    numbers = [number for number, _ in landed.rows]
    cells = pd.DataFrame(
        [cells for _, cells in landed.rows], index=numbers, columns=range(len(landed.header))
    )
    frame = pd.DataFrame(index=pd.Index(numbers, name="row", dtype="int64"))
    frame[KEY] = pd.Series(keys_of_file(dataset, landed), index=frame.index, dtype=object)
    frame[LANE] = pd.Series([lane_of(key, dataset.lanes) for key in frame[KEY]], frame.index, dtype="int64")
    problems: list[list[tuple[str, str]]] = [[] for _ in numbers]
    for field in dataset.fields:
        is_there = field.name in landed.fields
        texts = cells[landed.fields.index(field.name)].tolist() if is_there else [None] * len(numbers)
        values = _read_column(dataset, field.name, texts, problems)
        frame[field.column] = pd.Series(values, index=frame.index, dtype=object)
    frame[CODES] = pd.Series(problems, index=frame.index, dtype=object)
    frame[CELLS] = pd.Series([row for _, row in landed.rows], index=frame.index, dtype=object)
    frame[RAW] = None
    frame[OUTCOME] = ["quarantined" if found else "clean" for found in problems]
    return frame


def _read_column(
    dataset: Dataset, name: str, texts: Sequence[str | None], problems: list[list[tuple[str, str]]]
) -> list[Value]:
    """Values of a column, None where a cell is refused; what is wrong is added to each row's problems."""
    field = next(field for field in dataset.fields if field.name == name)
    read = compile_key_reader(field) if field in dataset.key else compile_reader(field)
    known: dict[str | None, Value | Problem] = {}
    values: list[Value] = []
    for text, found in zip(texts, problems, strict=True):
        value = known[text] if text in known else known.setdefault(text, read(text))
        if isinstance(value, Problem):
            found.append((value.field, value.code))
        values.append(None if isinstance(value, Problem) else value)
    return values


def _unreadable(dataset: Dataset, landed: Landed) -> pd.DataFrame:
    """Rows that cannot be read have no key; their number spreads them over the lanes."""
    numbers = [number for number, _ in landed.unreadable]
    frame = pd.DataFrame(index=pd.Index(numbers, name="row", dtype="int64"))
    frame[KEY] = None
    frame[LANE] = [number % dataset.lanes for number in numbers]
    for field in dataset.fields:
        frame[field.column] = None
    frame[CODES] = pd.Series([[("", "unreadable")] for _ in numbers], index=frame.index, dtype=object)
    frame[CELLS] = None
    frame[RAW] = pd.Series([raw for _, raw in landed.unreadable], index=frame.index, dtype=object)
    frame[OUTCOME] = "quarantined"
    return frame


def _versions(dataset: Dataset, landed: Landed, valid: pd.DataFrame, history: History) -> pd.Series:
    """
    Of the rows that are no duplicates. With a version: a row is new when it is above all that came before for its key.
    Without: when its content is not that of the row before it of its key, which is what was last let through, itself or by
    an equal one; its version is a number of the lane that the file does not tell.
    """
    field = dataset.version_field
    if field is None:
        content = content_of(dataset, valid)
        last = content.groupby(valid[KEY]).shift()
        is_new = content != last.where(last.notna(), valid[KEY].map(history))
        return pd.Series(None, index=valid.index[is_new.astype(bool)], dtype=object)
    exact = [version for _, version in exact_versions(dataset, landed, valid.index, valid[KEY])]
    past = cast(Mapping[str, Past], history)  # with a version field it has no contents
    found: list[Any] = new_versions(valid[KEY], exact, past, unit_of(field))
    versions = pd.Series(found, index=valid.index, dtype=object)
    return versions[versions.notna()]


def exact_versions(
    dataset: Dataset, landed: Landed, numbers: Iterable[int], keys: Iterable[str]
) -> list[tuple[str, int]]:
    """Key and version of rows, as finely as the file has them."""
    field = dataset.version_field
    if field is None:
        return []
    exact_of, cells = exact_reader(field), dict(landed.rows)
    column = landed.fields.index(field.name) if field.name in landed.fields else None
    return [
        (key, exact_of(None if column is None else cells[number][column]))
        for number, key in zip(numbers, keys, strict=True)
    ]


def content_of(dataset: Dataset, rows: pd.DataFrame) -> pd.Series:
    """A hash of all values of each row, equal for equal content."""
    return contents_of(rows[[field.column for field in dataset.fields]])


def contents_of(rows: pd.DataFrame) -> pd.Series:
    """The same of all columns that there are, in their order."""
    lines = (json.dumps(line).encode() for line in rows.itertuples(index=False, name=None))
    return pd.Series(
        [blake2b(line, digest_size=16).hexdigest() for line in lines], index=rows.index, dtype=object
    )


def keys_of(dataset: Dataset, rows: pd.DataFrame) -> pd.Series:
    """The primary keys of typed rows, as text."""
    columns = [field.column for field in dataset.key]
    text_of = record_key(dataset)
    texts = [text_of(values) for values in rows[columns].itertuples(index=False, name=None)]
    return pd.Series(texts, index=rows.index, dtype=object)
