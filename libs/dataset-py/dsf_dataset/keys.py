"""Names of topics and of objects in the store."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

LONGEST_SEGMENT = 180
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""The partition of rows without type or time, which Spark and pyarrow read as null."""

Root = Literal["processed", "lake", "quarantine", "audit", "landing"]


def topic_name(dataset: str, kind: str) -> str:
    return f"{dataset}.{kind}"


def path_segment(value: str | None) -> str:
    """
    A value as one step of a key: percent-encoded outside `[A-Za-z0-9._-]`, cut at 180 characters, and never a
    step like `..`, so that no value of the data can leave its prefix; nor one that a reader takes for no value.
    """
    if value is None:
        return NO_VALUE
    if value == "":
        return "_empty"
    if value in ("_empty", NO_VALUE) or value.lower() == "null":
        return f"%{ord(value[0]):02X}{value[1:]}"
    if value in (".", ".."):
        return value.replace(".", "%2E")
    encoded = _encode(value)
    return encoded if len(encoded) <= LONGEST_SEGMENT else _beginning(value)


def _encode(text: str) -> str:
    well_formed = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return quote(well_formed, safe="").replace("~", "%7E")


def _beginning(text: str) -> str:
    beginning = ""
    for encoded in map(_encode, text):
        if len(beginning) + len(encoded) > LONGEST_SEGMENT:
            break
        beginning += encoded
    return beginning


def dataset_prefix(root: Root, dataset: str) -> str:
    return f"{root}/dataset={path_segment(dataset)}/"


def landing_prefix(dataset: str, run: str) -> str:
    """
    Begins the keys of what a run fetched, as in `<run>.1f0c92ab.csv.gz`. There may be several, where the run was fetched again
    after a crash; the run's answer says which one it has read.
    """
    return f"{dataset_prefix('landing', dataset)}{path_segment(run)}."


@dataclass(frozen=True)
class ObjectName:
    """
    `<lane>-<number of the first record in its lane, 16 digits>.<extension>`: a function of the records alone,
    so that a replay overwrites. What is named otherwise is no object of a stage.
    """

    lane: int
    first_record: int
    extension: str

    def __str__(self) -> str:
        return f"{self.lane:02d}-{self.first_record:016d}.{self.extension}"


def object_key(
    root: Root, dataset: str, name: ObjectName, partitions: Iterable[tuple[str, str | None]] = ()
) -> str:
    folders = "".join(f"{column}={path_segment(value)}/" for column, value in partitions)
    return f"{dataset_prefix(root, dataset)}{folders}{name}"


def object_name(key: str) -> ObjectName | None:
    """The name in a key, None for a key of another kind."""
    match = re.search(r"/([0-9]{2})-([0-9]{16})\.([a-z]+)$", key)
    return ObjectName(int(match[1]), int(match[2]), match[3]) if match else None


def table_prefix(dataset: str, table: str) -> str:
    """Where a table of Spark (profile, trends) lies in the lake, beside the rows of the dataset."""
    return f"{dataset_prefix('lake', dataset)}table={path_segment(table)}/"


def trends_key(dataset: str, dt: str, query_id: str, batch: int) -> str:
    return f"{table_prefix(dataset, 'trends')}dt={path_segment(dt)}/{query_id[:8]}-{batch:016d}.parquet"


def audit_key(dataset: str, run: str) -> str:
    return f"{dataset_prefix('audit', dataset)}{path_segment(run)}.html"


def known_key(dataset: str, route: str) -> str:
    """Where the audit keeps what it learned from the objects of a route."""
    return f"{dataset_prefix('audit', dataset)}known-{path_segment(route)}.parquet"
