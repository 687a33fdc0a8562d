"""Objects of the store as frames of logical values: what a file says, without what anybody thinks it should say."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from dsf_dataset import Dataset, read_written

PROVENANCE = {"dsf_run": "string", "dsf_row": "integer", "dsf_version": "integer"}
OURS = {*PROVENANCE, "simulated"}
"""Columns that are of no definition."""
_BOOLEANS = {"true": True, "false": False}
_CASTS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": _BOOLEANS.__getitem__,
    "date": read_written,
    "datetime": read_written,
}


class Unreadable(Exception):
    """An object that is not what its name says."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


def read_csv(
    dataset: Dataset, key: str, content: bytes, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """
    A processed object: all columns of clean rows or those asked for, each value typed, None for an empty cell (an empty
    text is in quotes).
    """
    types = _types_of(dataset)
    return _read_csv(key, content, {name: _CASTS[types[name]] for name in columns or types})


def read_csv_as_written(dataset: Dataset, key: str, content: bytes) -> pd.DataFrame:
    """
    A processed object that another definition may have written: its own columns, in their order. One that has no field any more is read
    as the field in its place, where it can be.
    """
    types = _types_of(dataset)
    in_place = [*(field.type for field in dataset.fields), *PROVENANCE.values()]
    casts: dict[str, Callable[[str], Any]] = {}
    for at, name in enumerate(csv_columns(key, content)):
        place = in_place[at] if at < len(in_place) else "string"
        casts[name] = _CASTS[types[name]] if name in types else _or_text(_CASTS[place])
    return _read_csv(key, content, casts)


def csv_columns(key: str, content: bytes) -> list[str]:
    """Of the header. Names of columns need no quotes. @raise Unreadable where it has not those that each object has, whatever the definition was"""
    columns = content.partition(b"\n")[0].decode(errors="replace").split(",")
    if missing := [name for name in PROVENANCE if name not in columns]:
        raise Unreadable(key, f"is no CSV of clean rows: its header has no {', '.join(missing)}")
    return columns


def _types_of(dataset: Dataset) -> dict[str, str]:
    return {field.column: field.type for field in dataset.fields} | PROVENANCE


def _or_text(cast: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return cast(text)
        except (ValueError, KeyError):
            return text

    return read


def _read_csv(key: str, content: bytes, casts: Mapping[str, Callable[[str], Any]]) -> pd.DataFrame:
    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(content),
            read_options=pyarrow.csv.ReadOptions(block_size=len(content) + 1, use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(casts, pa.string()),
                include_columns=list(casts),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
        return pd.DataFrame({name: _cast(table[name], cast) for name, cast in casts.items()}, dtype=object)
    except (pa.ArrowException, ValueError, KeyError) as error:
        raise Unreadable(key, f"is no CSV of clean rows: {error}") from error


def _cast(column: pa.ChunkedArray, cast: Callable[[str], Any]) -> pd.Series:
    values = [None if text is None else cast(text) for text in column.to_pylist()]
    return pd.Series(values, dtype=object)


def read_lake(
    dataset: Dataset, key: str, content: bytes, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """An object of the lake: times as ms, dates as days since 1970."""
    try:
        if key.endswith(".jsonl"):
            return _read_jsonl(dataset, content, columns)
        table = pyarrow.parquet.ParquetFile(io.BytesIO(content)).read(
            columns=None if columns is None else list(columns)
        )
        return pd.DataFrame({name: _logical(table[name]) for name in table.column_names}, dtype=object)
    except (pa.ArrowException, ValueError, KeyError) as error:
        raise Unreadable(key, f"cannot be read: {error}") from error


def lake_columns(key: str, content: bytes) -> list[str]:
    try:
        if key.endswith(".jsonl"):
            return list(json.loads(content.partition(b"\n")[0]))
        return pyarrow.parquet.read_schema(io.BytesIO(content)).names
    except (pa.ArrowException, ValueError) as error:
        raise Unreadable(key, f"cannot be read: {error}") from error


def _logical(column: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ms", tz=column.type.tz), safe=False).cast(pa.int64())
    elif pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    return pd.Series(column.to_pylist(), dtype=object)


def _read_jsonl(dataset: Dataset, content: bytes, columns: Sequence[str] | None) -> pd.DataFrame:
    frame = pd.DataFrame(json_lines(content), dtype=object)
    for field in dataset.fields:
        if field.type in ("date", "datetime") and field.column in frame:
            frame[field.column] = frame[field.column].map(read_written, na_action="ignore")
    return frame if columns is None else frame[list(columns)]


def json_lines(content: bytes) -> list[dict[str, Any]]:
    # not splitlines(): a text may hold other line ends than ours
    return [json.loads(line) for line in content.decode().split("\n") if line]
