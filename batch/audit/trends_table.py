"""Compares the trends of the windows that a run touched with the whole lake, counted by Pandas."""

from collections.abc import Iterable
from hashlib import blake2b

import pandas as pd
import pyarrow as pa
from dsf_batch.store import Store
from dsf_dataset import DAY_MS, Dataset, Field, dataset_prefix, table_prefix

from .compare import Difference
from .decide import keys_of
from .definitions import require_columns, unlike
from .known import Kind, Known, recall
from .objects import OURS, lake_columns, read_lake
from .own import MARK, WINDOW
from .spark_tables import compare_groups, grouped_by
from .stages import period_of
from .stored import Chunk, chunks, read_all, tables_left_out

_WINDOW = ["window_start", "type", "simulated", "field"]


def compare_trends(
    store: Store, dataset: Dataset, run_rows: pd.DataFrame, notes: list[str]
) -> list[Difference] | None:
    """
    None when the dataset has no trends, or none yet. Versions of a key after its first one do not count. Windows with rows that another
    definition wrote were counted by that: they are left out, with a note.
    """
    listed = [item.key for item in store.list(table_prefix(dataset.name, "trends"))]
    if dataset.trends is None or not listed:
        return None
    assert dataset.event_time, "trends are over the event time"
    touched = _windows(dataset, run_rows)
    unit = DAY_MS if dataset.event_time.type == "date" else 1
    expected, others = _expected(store, dataset, touched)
    if others:
        notes.append(f"trends of {len(others)} windows were left out: {next(iter(others.values()))}")
    starts = [start for start in touched[touched.notna()].unique() if start not in others]
    periods = {f"/dt={period_of(dataset, int(start) // unit)}/" for start in starts}
    keys = [key for key in listed if any(period in key for period in periods)]
    frames = [
        rows[rows["window_start"].isin(starts)]
        for rows in (read_lake(dataset, key, content) for key, content in store.get_all(keys))
    ]
    if not frames:
        return compare_groups("trends", expected, pd.DataFrame(), _COLUMNS)
    newest = (
        pd.concat(frames, ignore_index=True).sort_values("dsf_version").drop_duplicates(_WINDOW, keep="last")
    )
    found = grouped_by(newest, _WINDOW)
    return compare_groups("trends", expected, found, _COLUMNS)


_COLUMNS = ["events", "values", "mean", "minimum", "maximum"]


def measured_fields(dataset: Dataset) -> list[Field]:
    places = (dataset.geo.latitude, dataset.geo.longitude) if dataset.geo else ()
    return [f for f in dataset.fields if f.type in ("integer", "number") and f not in places]


def _windows(dataset: Dataset, rows: pd.DataFrame) -> pd.Series:
    """Start of each row's window, in ms since 1970; missing where the row has no event time."""
    assert dataset.event_time and dataset.trends, "only of a dataset with trends"
    times = rows[dataset.event_time.column].astype("float64")
    ms = times * DAY_MS if dataset.event_time.type == "date" else times
    size = dataset.trends.window_seconds * 1000
    return (ms // size * size).astype("Int64")


def _expected(store: Store, dataset: Dataset, touched: pd.Series) -> tuple[pd.DataFrame, dict[int, str]]:
    """
    Of each key in these windows its first version counts, whenever that came and wherever the later ones lie. And the windows of which
    it cannot be told, each with the reason.
    """
    listed = chunks(tables_left_out(store.list(dataset_prefix("lake", dataset.name))))
    known = recall(store, dataset.name, _kind(dataset), listed)
    others: dict[int, str] = {}
    try:
        parts = _read_on(store, dataset, known, frozenset(touched.dropna()), others)
    finally:
        known.keep()
    parts = [rows for part in parts if len(rows := part[~part[WINDOW].isin(others)])]
    if not parts:
        return pd.DataFrame(), others
    rows = pd.concat(parts, ignore_index=True)
    first = known.rows(rows[MARK])
    firsts = dict(zip(first["key"].to_pylist(), first["version"].to_pylist(), strict=True))
    rows = rows[rows["dsf_version"].astype("int64") == rows[MARK].map(firsts)]
    return _measured(dataset, rows.drop_duplicates(MARK)), others


_FIRST = pa.schema({"key": pa.uint64(), "version": pa.int64()})


def _kind(dataset: Dataset) -> Kind:
    """The first version of each key: of a key a hash, which tells a simulated row from a measured one too."""
    of_key = [repr((field.column, field.type)) for field in dataset.key]
    oldest = [("version", "ascending")]
    return Kind(
        "lake", _FIRST, lambda rows: rows.sort_by(oldest), ["row" if dataset.is_row_key else "key", *of_key]
    )


def _read_on(
    store: Store, dataset: Dataset, known: Known, windows: frozenset[int], others: dict[int, str]
) -> list[pd.DataFrame]:
    """
    The rows in the windows. Reads the folders where those can be, and of the others what is not known yet. Windows with rows that
    another definition wrote are added to `others`.
    """
    roles = [*dataset.key, dataset.event_time, dataset.type_field, *measured_fields(dataset)]
    wanted = list(dict.fromkeys([*(f.column for f in roles if f), "dsf_version", "simulated"]))
    folders = _folders(dataset, windows)
    asked = [chunk for chunk in known.listed if not known.covers(chunk) or _folder(chunk) in folders]
    parts: list[pd.DataFrame] = []
    for chunk, content in read_all(store, asked):
        there = lake_columns(chunk.key, content)
        rows = read_lake(dataset, chunk.key, content, [name for name in wanted if name in there])
        reason = _other_definition(dataset, chunk, there)
        rows = _marked(dataset, chunk, rows, is_other=reason is not None)
        if not known.covers(chunk):
            known.learn(chunk, rows[MARK].dropna(), rows["dsf_version"][rows[MARK].notna()])
        if reason:
            others |= dict.fromkeys(_windows_of(dataset, chunk, rows, windows), reason)
        else:
            rows = rows.assign(**{WINDOW: _windows(dataset, rows)})
            parts.append(rows[rows[WINDOW].isin(windows)])
    return parts


def _folder(chunk: Chunk) -> str:
    return chunk.key.rsplit("/", 2)[1]


def _other_definition(dataset: Dataset, chunk: Chunk, columns: Iterable[str]) -> str | None:
    """How an object is told from one that the definition of now has written: by the columns of its fields."""
    ours = OURS | {computed.name for computed in dataset.computed}
    what = unlike([name for name in columns if name not in ours], [field.column for field in dataset.fields])
    return what and f"in {chunk.key}, which another definition wrote, {what}"


def _windows_of(dataset: Dataset, chunk: Chunk, rows: pd.DataFrame, windows: frozenset[int]) -> Iterable[int]:
    """Those of the windows that may have rows of an object: where its time has another name, by the folder."""
    assert dataset.event_time, "trends are over the event time"
    if dataset.event_time.column in rows:
        return windows & set(_windows(dataset, rows).dropna())
    return [start for start in windows if _folder(chunk) in _folders(dataset, [start])]


def _folders(dataset: Dataset, windows: Iterable[int]) -> set[str]:
    """Those of the periods in which the windows lie."""
    assert dataset.event_time and dataset.trends, "only of a dataset with trends"
    unit, size = DAY_MS if dataset.event_time.type == "date" else 1, dataset.trends.window_seconds * 1000
    times = {time for start in windows for time in (*range(start, start + size, DAY_MS), start + size - 1)}
    return {f"dt={period_of(dataset, time // unit)}" for time in times}


def _marked(dataset: Dataset, chunk: Chunk, rows: pd.DataFrame, *, is_other: bool) -> pd.DataFrame:
    """With the mark of each key; without one where the row is the key and had other columns, which makes it no row of now."""
    if is_other and dataset.is_row_key:
        return rows.assign(**{MARK: None})
    require_columns(dataset, chunk.key, rows.columns, (field.column for field in dataset.key))
    return rows.assign(**{MARK: _marks(dataset, rows)})


def _marks(dataset: Dataset, rows: pd.DataFrame) -> pd.Series:
    texts = keys_of(dataset, rows) + rows["simulated"].map({True: "~", False: "="})
    marks = [int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) for text in texts]
    return pd.Series(marks, index=rows.index, dtype="uint64")


def _measured(dataset: Dataset, rows: pd.DataFrame) -> pd.DataFrame:
    """Events, values and statistics of each window, type and field."""
    kind = rows[dataset.type_field.column] if dataset.type_field else None
    levels = pd.DataFrame(
        {"window_start": rows[WINDOW], "type": pd.Series(kind, index=rows.index, dtype=object)}
    ).assign(simulated=rows["simulated"])
    nothing = pd.Series(float("nan"), index=rows.index)
    measured = {f.column: rows[f.column].astype("float64") for f in measured_fields(dataset)}
    parts = [_counted(levels, values, name) for name, values in (measured or {"": nothing}).items()]
    return grouped_by(pd.concat(parts, ignore_index=True), _WINDOW)


def _counted(levels: pd.DataFrame, values: pd.Series, name: str) -> pd.DataFrame:
    groups = levels.assign(value=values).groupby(_WINDOW[:3], dropna=False)["value"]
    counted = groups.agg(events="size", values="count", mean="mean", minimum="min", maximum="max")
    return counted.reset_index().assign(field=name)
