"""What the stages left of a run in the store."""

import base64
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import fastavro
import pandas as pd
from dsf_batch.store import Listed, Store
from dsf_dataset import Dataset, ObjectName, dataset_prefix, object_name, raw_schema

from .definitions import require_own
from .objects import PROVENANCE, json_lines, lake_columns, read_lake
from .own import CELLS, CODES, LANE, OBJECT, RAW, STAGE

_MARGIN = timedelta(minutes=1)
_FRAME = 5
"""Bytes before an Avro record: a zero and the schema's id."""


@dataclass(frozen=True)
class Chunk:
    """An object of a stage."""

    key: str
    name: ObjectName
    modified: datetime
    etag: str

    @property
    def place(self) -> tuple[int, str]:
        """In its lane."""
        return self.name.first_record, self.key


@dataclass(frozen=True)
class RunPlace:
    """Where a run stands among the others: runs of a dataset follow each other."""

    run: str
    began: datetime
    later: frozenset[str]
    until: frozenset[str]
    """Itself, and those before it."""

    def may_have(self, modified: datetime) -> bool:
        """Whether an object can have rows of the run, by when it was written."""
        return modified >= self.began - _MARGIN


def place_of(
    store: Store, dataset: Dataset, run: str, landing: str, landing_of: Callable[[str], str | None]
) -> RunPlace:
    """
    From the landing files, each of which was written when its run began. One that was fetched more than once has several, of which
    one is its own: `landing_of` is asked where it matters, and the newest is taken where nobody knows any more.
    """
    of_run: dict[str, dict[str, datetime]] = defaultdict(dict)
    for file in store.list(dataset_prefix("landing", dataset.name)):
        of_run[_run_in(file.key)][file.key] = file.modified
    began = of_run.pop(run)[landing]
    times = {other: _began(other, files, began, landing_of) for other, files in of_run.items()}
    later = frozenset(other for other, at in times.items() if at > began)
    return RunPlace(run, began, later, frozenset(other for other, at in times.items() if at < began) | {run})


def _began(
    run: str, files: Mapping[str, datetime], other: datetime, landing_of: Callable[[str], str | None]
) -> datetime:
    """When the run began; of one whose files lie all on one side of another one, on that side of it."""
    newest = max(files.values())
    if min(files.values()) > other or newest < other:
        return newest
    return newest if len(files) == 1 else files.get(landing_of(run) or "", newest)


def _run_in(key: str) -> str:
    return key.rsplit("/", 1)[1].split(".", 1)[0]


def chunks(listed: Iterable[Listed]) -> list[Chunk]:
    """Objects of stages, by lane and number of the first record: the order in which they were written."""
    named = [(item, object_name(item.key)) for item in listed]
    found = [Chunk(item.key, name, item.modified, item.etag) for item, name in named if name]
    return sorted(found, key=lambda chunk: (chunk.name.lane, chunk.place))


def tables_left_out(listed: Iterable[Listed]) -> list[Listed]:
    """Without what Spark computed from the rows."""
    return [item for item in listed if "/table=" not in item.key]


def read_lake_rows(store: Store, dataset: Dataset, place: RunPlace) -> pd.DataFrame:
    """The run's rows of the lake: of all objects written since it began, those that it has rows in."""
    listed = tables_left_out(store.list(dataset_prefix("lake", dataset.name)))
    since = [chunk for chunk in chunks(listed) if place.may_have(chunk.modified)]
    wanted = [f.column for f in dataset.fields] + [c.name for c in dataset.computed]
    parts = []
    for chunk, content in read_all(store, since):
        if place.run in set(read_lake(dataset, chunk.key, content, ["dsf_run"])["dsf_run"]):
            there = lake_columns(chunk.key, content)
            require_own(place.run, chunk.key, [name for name in wanted if name in there], wanted)
            parts.append(of_run(read_lake(dataset, chunk.key, content), place.run, chunk))
    return joined(parts, [*wanted, *PROVENANCE, "simulated"])


def read_quarantine(store: Store, dataset: Dataset, place: RunPlace) -> pd.DataFrame:
    """Rows of the run that the ingestor and the cleaner refused: index row; stage, codes, raw, cells, object, lane."""
    listed = chunks(store.list(dataset_prefix("quarantine", dataset.name)))
    since = [chunk for chunk in listed if place.may_have(chunk.modified)]
    schema = fastavro.parse_schema(raw_schema(dataset))
    rows = [
        _refused(dataset, schema, line) | {OBJECT: chunk.key, LANE: chunk.name.lane}
        for chunk, content in read_all(store, since)
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


def read_all(store: Store, wanted: list[Chunk]) -> Iterator[tuple[Chunk, bytes]]:
    contents = store.get_all(chunk.key for chunk in wanted)
    for chunk, (_, content) in zip(wanted, contents, strict=True):
        yield chunk, content


def of_run(rows: pd.DataFrame, run: str, chunk: Chunk) -> pd.DataFrame:
    return rows[rows["dsf_run"] == run].assign(**{OBJECT: chunk.key}).assign(**{LANE: chunk.name.lane})


def joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """By row number of the file."""
    empty = pd.DataFrame(columns=[*columns, OBJECT, LANE], dtype=object)
    rows = pd.concat(parts) if parts else empty
    return rows.set_index(pd.Index(rows["dsf_row"].astype("int64"), name="row"))
