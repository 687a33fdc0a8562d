"""The primary key as text, and the lane that it takes: what Kafka's default partitioner would choose."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence

from .cells import compile_key_reader, compile_reader
from .dataset import Dataset, Field
from .problems import Problem, Value
from .texts import normalize_text, plain
from .times import iso_date, iso_datetime


def key_text(parts: Sequence[str]) -> str:
    """The part itself of a key of one field, a JSON array of several, so that no two keys share a text."""
    return parts[0] if len(parts) == 1 else json.dumps(list(parts), ensure_ascii=False, separators=(",", ":"))


def _row_key_text(parts: Sequence[str | None]) -> str:
    """The whole row as a key: 43 characters of SHA-256. What is missing is no text, not even the empty one."""
    text = json.dumps(list(parts), ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def key_part(field: Field, value: Value) -> str:
    """A key field's value as text: `7` and `07` are the same integer key."""
    if field.type == "datetime" and isinstance(value, int):
        return iso_datetime(value)
    return iso_date(value) if field.type == "date" and isinstance(value, int) else plain(value)


def key_reader(dataset: Dataset, at: Sequence[int]) -> Callable[[Sequence[str]], str]:
    """
    Reads the key from a row of cells; `at[i]` is the column of key field i. A cell that is no value of its
    field stands for itself: the row will be refused, but it has a lane.
    """
    if dataset.is_row_key:
        return _row_key_reader(dataset, at)
    readers = [(_part_reader(field), column) for field, column in zip(dataset.key, at, strict=True)]
    return lambda cells: key_text([read(cells[column]) for read, column in readers])


def _row_key_reader(dataset: Dataset, at: Sequence[int]) -> Callable[[Sequence[str]], str]:
    # a cell of more digits than its type keeps is refused, or rows that differ in them would become one
    readers = [
        (field, compile_key_reader(field), column) for field, column in zip(dataset.key, at, strict=True)
    ]

    def part(field: Field, cell: str, value: Value | Problem) -> str | None:
        if value is None:
            return None
        return normalize_text(cell, field) if isinstance(value, Problem) else key_part(field, value)

    return lambda cells: _row_key_text(
        [part(field, cells[column], read(cells[column])) for field, read, column in readers]
    )


def record_key(dataset: Dataset) -> Callable[[Sequence[Value]], str]:
    """The same text, of the values of the key fields."""
    if not dataset.is_row_key:
        return lambda values: key_text(
            [key_part(field, value) for field, value in zip(dataset.key, values, strict=True)]
        )
    return lambda values: _row_key_text(
        [
            None if value is None else key_part(field, value)
            for field, value in zip(dataset.key, values, strict=True)
        ]
    )


def _part_reader(field: Field) -> Callable[[str], str]:
    if field.type == "string":
        return lambda cell: normalize_text(cell, field)
    read = compile_reader(field)

    def part(cell: str) -> str:
        value = read(cell)
        return (
            normalize_text(cell, field)
            if value is None or isinstance(value, Problem)
            else key_part(field, value)
        )

    return part


def lane_of(key: str, lanes: int) -> int:
    return (murmur2(key.encode()) & 0x7FFFFFFF) % lanes


def murmur2(data: bytes) -> int:
    """MurmurHash 2 with Kafka's seed, as a signed 32-bit integer."""
    factor, mask = 0x5BD1E995, 0xFFFFFFFF
    h = (0x9747B28C ^ len(data)) & mask
    whole = len(data) & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * factor & mask
        k = (k ^ k >> 24) * factor & mask
        h = h * factor & mask ^ k
    if len(data) & 3:
        h = (h ^ int.from_bytes(data[whole:], "little")) * factor & mask
    h = (h ^ h >> 13) * factor & mask
    h ^= h >> 15
    return h - (1 << 32) if h & 0x80000000 else h
