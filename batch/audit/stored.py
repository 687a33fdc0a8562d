"""What the stages left of a run in the store, and what had been let through before it."""

import base64
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import fastavro
import pandas as pd
from dsf_batch.store import Listed, Store
from dsf_dataset import Dataset, ObjectName, dataset_prefix, object_name, raw_schema

from .decide import content_of, keys_of
from .objects import PROVENANCE, json_lines, read_csv, read_lake
from .own import CELLS, CODES, KEY, LANE, OBJECT, RAW, STAGE
from .versions import Past, unit_of

_MARGIN = timedelta(minutes=1)
_FRAME = 5
"""Bytes before an Avro record: a zero and the schema's id."""


@dataclass(frozen=True)
class Chunk:
    """An object of a stage."""

    key: str
    name: ObjectName
    modified: datetime


@dataclass
class Processed:
    """The run's rows of the processed CSV, and the history of the keys that its file has."""

    rows: pd.DataFrame
    history: dict[str, Past | str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunPlace:
    """Where a run stands among the others: runs of a dataset follow each other."""

    run: str
    began: datetime
    later: frozenset[str]


def place_of(store: Store, dataset: Dataset, run: str, landing: str) -> RunPlace:
    """From the landing files, each of which was written when its run began."""
    files = store.list(dataset_prefix("landing", dataset.name))
    began = next(file.modified for file in files if file.key == landing)
    later = {_run_in(file.key) for file in files if file.modified > began}
    return RunPlace(run, began, frozenset(later - {run}))


def _run_in(key: str) -> str:
    return key.rsplit("/", 1)[1].split(".", 1)[0]


def chunks(listed: Iterable[Listed]) -> list[Chunk]:
    """Objects of stages, by lane and number of the first record: the order in which they were written."""
    named = [(item, object_name(item.key)) for item in listed]
    found = [Chunk(item.key, name, item.modified) for item, name in named if name]
    return sorted(found, key=lambda chunk: (chunk.name.lane, chunk.name.first_record, chunk.key))


def tables_left_out(listed: Iterable[Listed]) -> list[Listed]:
    """Without what Spark computed from the rows."""
    return [item for item in listed if "/table=" not in item.key]


def read_processed(store: Store, dataset: Dataset, place: RunPlace, keys: Iterable[str]) -> Processed:
    """
    Goes through the processed route once, an object at a time. History of a lane ends where the first row of the run, or
    of a later one, stands in it; only the columns that tell a key's mark are read for it.
    """
    wanted = frozenset(keys)
    listed = chunks(store.list(dataset_prefix("processed", dataset.name)))
    found = Processed(pd.DataFrame())
    parts: list[pd.DataFrame] = []
    over: set[int] = set()
    for chunk, content in _read_all(store, listed):
        if chunk.name.lane in over and chunk.modified < place.began - _MARGIN:
            continue
        marks = read_csv(dataset, chunk.key, content, [*_mark_columns(dataset), *PROVENANCE])
        runs = set(marks["dsf_run"])
        if place.run in runs:
            whole = read_csv(dataset, chunk.key, content)
            parts.append(_of_run(whole, place.run, chunk))
        if runs & (place.later | {place.run}):
            over.add(chunk.name.lane)
        if chunk.name.lane not in over:
            _remember(dataset, found.history, marks, wanted)
    found.rows = _joined(parts, [*(f.column for f in dataset.fields), *PROVENANCE])
    found.rows[KEY] = keys_of(dataset, found.rows)
    return found


def _mark_columns(dataset: Dataset) -> list[str]:
    """The columns that say what was let through for a key: its version, or all content."""
    if dataset.version_field is None:
        return [field.column for field in dataset.fields]
    return list(dict.fromkeys([*(field.column for field in dataset.key), dataset.version_field.column]))


def _remember(
    dataset: Dataset, history: dict[str, Past | str], rows: pd.DataFrame, wanted: frozenset[str]
) -> None:
    """The newest revision of each key, or the content that was let through last: rows of a lane are in that order."""
    keys = keys_of(dataset, rows)
    rows = rows[keys.isin(wanted)]
    version = dataset.version_field
    if version is None:
        history.update(zip(keys[rows.index], content_of(dataset, rows), strict=True))
        return
    columns = [rows[name] for name in (version.column, "dsf_version", "dsf_run", "dsf_row")]
    for key, value, *place in zip(keys[rows.index], *columns, strict=True):
        past = Past(value * unit_of(version), *place)
        known = history.get(key)
        if not isinstance(known, Past) or known.version < past.version:
            history[key] = past


def read_lake_rows(store: Store, dataset: Dataset, place: RunPlace) -> pd.DataFrame:
    """The run's rows of the lake: of all objects written since it began, those that it has rows in."""
    listed = tables_left_out(store.list(dataset_prefix("lake", dataset.name)))
    since = [chunk for chunk in chunks(listed) if chunk.modified >= place.began - _MARGIN]
    parts = []
    for chunk, content in _read_all(store, since):
        if place.run in set(read_lake(dataset, chunk.key, content, ["dsf_run"])["dsf_run"]):
            parts.append(_of_run(read_lake(dataset, chunk.key, content), place.run, chunk))
    columns = [f.column for f in dataset.fields] + [c.name for c in dataset.computed]
    return _joined(parts, [*columns, *PROVENANCE, "simulated"])


def read_quarantine(store: Store, dataset: Dataset, place: RunPlace) -> pd.DataFrame:
    """Rows of the run that the ingestor and the cleaner refused: index row; stage, codes, raw, cells, object, lane."""
    listed = chunks(store.list(dataset_prefix("quarantine", dataset.name)))
    since = [chunk for chunk in listed if chunk.modified >= place.began - _MARGIN]
    schema = fastavro.parse_schema(raw_schema(dataset))
    rows = [
        _refused(dataset, schema, line) | {OBJECT: chunk.key, LANE: chunk.name.lane}
        for chunk, content in _read_all(store, since)
        for line in json_lines(content)
        if line["dsf_run"] == place.run and line["stage"] in ("ingestor", "cleaner")
    ]
    columns = ["row", STAGE, CODES, RAW, CELLS, OBJECT, LANE]
    return pd.DataFrame(rows, columns=columns, dtype=object).set_index("row")


def _refused(dataset: Dataset, schema: Any, line: dict[str, Any]) -> dict[str, Any]:
    raw = base64.b64decode(line["bytes"])
    codes = [(reason["field"] or "", reason["code"]) for reason in line["reasons"]]
    refused = {"row": line["dsf_row"], STAGE: line["stage"], CODES: codes, RAW: raw, CELLS: None}
    if line["content"] == "avro":
        record: Any = fastavro.schemaless_reader(io.BytesIO(raw[_FRAME:]), schema, None)
        refused[CELLS] = [record[field.column] for field in dataset.fields]
    return refused


def _read_all(store: Store, wanted: list[Chunk]) -> Iterator[tuple[Chunk, bytes]]:
    contents = store.get_all(chunk.key for chunk in wanted)
    for chunk, (_, content) in zip(wanted, contents, strict=True):
        yield chunk, content


def _of_run(rows: pd.DataFrame, run: str, chunk: Chunk) -> pd.DataFrame:
    return rows[rows["dsf_run"] == run].assign(**{OBJECT: chunk.key}).assign(**{LANE: chunk.name.lane})


def _joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """By row number of the file."""
    empty = pd.DataFrame(columns=[*columns, OBJECT, LANE], dtype=object)
    rows = pd.concat(parts) if parts else empty
    return rows.set_index(pd.Index(rows["dsf_row"].astype("int64"), name="row"))
