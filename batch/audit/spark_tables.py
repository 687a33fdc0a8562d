"""Compares the tables that Spark made of a run's rows with what Pandas makes of them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from dsf_batch.store import Store
from dsf_dataset import DAY_MS, Dataset, Field, iso_datetime, read_written, table_prefix

from .compare import Difference, close
from .objects import read_lake
from .own import KEY
from .stages import period_of
from .stored import RunPlace

_QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
_SPREAD = ["minimum", "maximum", "mean"]
_GROUP = ["type", "window_start", "field"]


def compare_profile(
    store: Store, dataset: Dataset, place: RunPlace, clean: pd.DataFrame
) -> list[Difference] | None:
    """
    The profile of the run's clean rows; None when the dataset has none at all. What adds up over micro-batches is
    compared in any case, distinct counts and quantiles where one micro-batch had all rows of a window.
    """
    listed = store.list(table_prefix(dataset.name, "profile"))
    if not listed:
        return None
    since = [item.key for item in listed if place.may_have(item.modified)]
    expected = expected_profile(dataset, clean)
    parts = [rows for rows in _rows_of(store, dataset, place.run, since) if len(rows)]
    if not parts:
        return compare_groups("profile", expected, pd.DataFrame(), [])
    found = _gathered(pd.concat(parts, ignore_index=True))
    whole = expected.index.intersection(found.index[found["batches"] == 1])
    differences = compare_groups("profile", expected, found, ["rows", "nulls", *_SPREAD])
    return differences + compare_groups(
        "profile", expected.loc[whole], found.loc[whole], ["keys", "distinct", *_QUANTILES]
    )


def _rows_of(store: Store, dataset: Dataset, run: str, keys: list[str]) -> Iterator[pd.DataFrame]:
    for key, content in store.get_all(keys):
        rows = read_lake(dataset, key, content)
        yield rows[rows["dsf_run"] == run]


def expected_profile(dataset: Dataset, clean: pd.DataFrame) -> pd.DataFrame:
    """A row for each type, window and field of clean rows."""
    groups = pd.DataFrame({"key": clean[KEY], **_levels(dataset, clean)}, dtype=object)
    rows = [
        {"type": level[0], "window_start": level[1], "field": field.column}  # type: ignore[index]  # a pair
        | _profile_of(clean, members, field)
        for level, members in groups.groupby(["type", "window_start"], dropna=False).groups.items()
        for field in dataset.fields
    ]
    return grouped_by(pd.DataFrame(rows, columns=None if rows else _GROUP), _GROUP)


def _levels(dataset: Dataset, rows: pd.DataFrame) -> dict[str, pd.Series]:
    nothing = pd.Series(None, index=rows.index, dtype=object)
    types = rows[dataset.type_field.column] if dataset.type_field else nothing
    windows = nothing
    if dataset.event_time:
        times = rows[dataset.event_time.column]
        windows = times.map(
            lambda time: None if time is None else read_written(period_of(dataset, time)) * DAY_MS
        )
    return {"type": types, "window_start": windows}


def _profile_of(clean: pd.DataFrame, members: pd.Index, field: Field) -> dict[str, float]:
    values = clean.loc[members, field.column]
    counts = {
        "rows": len(values),
        "keys": clean.loc[members, KEY].nunique(),
        "nulls": int(values.isna().sum()),
        "distinct": values.nunique(),
    }
    is_number = field.type in ("integer", "number")
    numbers = values.dropna().astype("float64") if is_number else pd.Series(dtype="float64")
    if numbers.empty:
        return counts | dict.fromkeys([*_SPREAD, *_QUANTILES], np.nan)
    spread = {"minimum": numbers.min(), "maximum": numbers.max(), "mean": numbers.mean()}
    return counts | spread | {name: numbers.quantile(share) for name, share in _QUANTILES.items()}


def _gathered(rows: pd.DataFrame) -> pd.DataFrame:
    """Micro-batches of a group as one: sums of what adds up, nothing where that takes all rows at once."""
    numbers = [*_SPREAD, *_QUANTILES, "rows", "keys", "nulls", "distinct"]
    rows = rows.astype(dict.fromkeys(numbers, "float64"))
    rows = rows.drop_duplicates([*_GROUP, "dsf_version"])
    weights = rows["rows"] - rows["nulls"]
    rows = rows.assign(total=rows["mean"] * weights, weight=weights.where(rows["mean"].notna(), 0), batches=1)
    groups = rows.groupby(_GROUP, dropna=False)
    found = groups.agg(
        {
            "rows": "sum",
            "nulls": "sum",
            "minimum": "min",
            "maximum": "max",
            "total": "sum",
            "weight": "sum",
            "batches": "sum",
        }
        | dict.fromkeys(["keys", "distinct", *_QUANTILES], "first")
    )
    found["mean"] = found["total"] / found["weight"].where(found["weight"] > 0)
    return grouped_by(found.reset_index(), _GROUP)


def grouped_by(rows: pd.DataFrame, levels: list[str]) -> pd.DataFrame:
    """By a text of its levels, in which nothing is nothing."""
    texts = [
        " · ".join(_level(name, part) for name, part in zip(levels, level, strict=True))
        for level in rows[levels].itertuples(index=False, name=None)
    ]
    return rows.set_index(pd.Index(texts, dtype=object))


def _level(name: str, part: Any) -> str:
    if pd.isna(part):
        return "-"
    return iso_datetime(int(part)) if name == "window_start" else str(part)


def compare_groups(
    where: str, expected: pd.DataFrame, found: pd.DataFrame, columns: list[str]
) -> list[Difference]:
    """Numbers of the same groups, in columns that both have."""
    missing = expected.index.difference(found.index)
    extra = found.index.difference(expected.index)
    differences = [Difference(where, "(row)", label, "there", "missing") for label in missing]
    differences += [Difference(where, "(row)", label, "no such window", "there") for label in extra]
    both = expected.index.intersection(found.index)
    for column in columns if len(both) else ():
        left, right = expected.loc[both, column], found.loc[both, column]
        wrong = both[~close(left, right)]
        differences += [Difference(where, column, label, left[label], right[label]) for label in wrong]
    return differences
