"""Compares the trends of the windows that a run touched with the whole lake, counted by Pandas."""

from dataclasses import dataclass, field

import pandas as pd
from dsf_batch.store import Store
from dsf_dataset import DAY_MS, Dataset, Field, dataset_prefix, table_prefix

from .compare import Difference
from .decide import keys_of
from .objects import read_lake
from .own import MARK, WINDOW
from .spark_tables import compare_groups, grouped_by
from .stages import period_of
from .stored import chunks, tables_left_out

_WINDOW = ["window_start", "type", "simulated", "field"]


def compare_trends(store: Store, dataset: Dataset, run_rows: pd.DataFrame) -> list[Difference] | None:
    """None when the dataset has no trends, or none yet. Versions of a key after its first one do not count."""
    listed = [item.key for item in store.list(table_prefix(dataset.name, "trends"))]
    if dataset.trends is None or not listed:
        return None
    assert dataset.event_time, "trends are over the event time"
    touched = _windows(dataset, run_rows)
    unit = DAY_MS if dataset.event_time.type == "date" else 1
    starts = touched[touched.notna()].unique()
    periods = {f"/dt={period_of(dataset, int(start) // unit)}/" for start in starts}
    keys = [key for key in listed if any(period in key for period in periods)]
    frames = [read_lake(dataset, key, content) for key, content in store.get_all(keys)]
    if not frames:
        return compare_groups("trends", _expected(store, dataset, touched), pd.DataFrame(), _COLUMNS)
    newest = (
        pd.concat(frames, ignore_index=True).sort_values("dsf_version").drop_duplicates(_WINDOW, keep="last")
    )
    found = grouped_by(newest[newest["window_start"].isin(set(touched))], _WINDOW)
    return compare_groups("trends", _expected(store, dataset, touched), found, _COLUMNS)


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


@dataclass
class _Lake:
    """Rows in the windows, and 16 bytes of every row of the lake: a hash of its key, and its version."""

    marks: list[pd.DataFrame] = field(default_factory=list)
    rows: list[pd.DataFrame] = field(default_factory=list)


def _expected(store: Store, dataset: Dataset, touched: pd.Series) -> pd.DataFrame:
    lake = _read_windows(store, dataset, frozenset(touched.dropna()))
    if not lake.rows:
        return pd.DataFrame()
    first = pd.concat(lake.marks).groupby(MARK)["dsf_version"].min()
    rows = pd.concat(lake.rows, ignore_index=True)
    rows = rows[rows["dsf_version"].astype("int64") == rows[MARK].map(first)].drop_duplicates(MARK)
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


def _read_windows(store: Store, dataset: Dataset, windows: frozenset[int]) -> _Lake:
    """The whole lake, an object at a time."""
    lake = _Lake()
    roles = [*dataset.key, dataset.event_time, dataset.type_field, *measured_fields(dataset)]
    columns = [f.column for f in roles if f]
    wanted = list(dict.fromkeys([*columns, "dsf_version", "simulated"]))
    listed = chunks(tables_left_out(store.list(dataset_prefix("lake", dataset.name))))
    for key, content in store.get_all(chunk.key for chunk in listed):
        rows = read_lake(dataset, key, content, wanted)
        texts = keys_of(dataset, rows) + rows["simulated"].map({True: "~", False: "="})
        rows = rows.assign(**{MARK: pd.util.hash_array(texts.to_numpy())})
        rows = rows.assign(**{WINDOW: _windows(dataset, rows)})
        lake.marks.append(rows[[MARK, "dsf_version"]].astype({"dsf_version": "int64"}))
        inside = rows[rows[WINDOW].isin(windows)]
        if len(inside):
            lake.rows.append(inside)
    return lake
