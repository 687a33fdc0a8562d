"""A store in memory, and runs as the stages leave them in it: by their names and forms, without the stages."""

import hashlib
import io
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
from audit.spark_tables import expected_profile
from audit.stages import period_of
from audit.stored import RunPlace, place_of
from dsf_batch.store import Listed, Store
from dsf_dataset import (
    Dataset,
    ObjectName,
    iso_datetime,
    key_reader,
    landing_prefix,
    lane_of,
    load_dataset,
    object_key,
    table_prefix,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAY_MS = 86_400_000


class MemoryStore(Store):
    """Counts what is read of it."""

    def __init__(self):
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.asked: Counter[str] = Counter()
        self.now = BEGIN
        self.ends_after: int | None = None
        """Objects, behind which the time is over."""

    @property
    def until(self):
        is_over = self.ends_after is not None and self.asked.total() >= self.ends_after
        return -1 if is_over else float("inf")

    def list(self, prefix):
        found = sorted(key for key in self.objects if key.startswith(prefix))
        return [
            Listed(key, self.objects[key][1], hashlib.md5(self.objects[key][0]).hexdigest()) for key in found
        ]

    def get(self, key):
        self.asked[key] += 1
        return self.objects[key][0]

    def put(self, key, content, content_type="x"):
        self.objects[key] = (content, self.now)


def defined(folder: Path, *, versioned: bool = True) -> Dataset:
    """Events with a key, a time, a number, and a version if they have one."""
    types = {
        "id": "string",
        "at": "datetime",
        "n": "number",
        **({"updated": "datetime"} if versioned else {}),
    }
    fields = [{"name": name, "type": kind, "constraints": {"required": True}} for name, kind in types.items()]
    schema = {"primaryKey": "id", "fields": fields}
    own = {"lanes": 2, "eventTime": "at", "trends": {"window": "1 hour"}}
    if versioned:
        own["version"] = "updated"
    package = {
        "name": "events",
        "resources": [{"name": "events", "path": "x.csv", "schema": schema}],
        "x-dsf": own,
    }
    (folder / "events").mkdir()
    (folder / "events/datapackage.json").write_text(json.dumps(package), "utf-8")
    return load_dataset(folder / "events")


def landing_of(dataset: str, run: str) -> str:
    return f"{landing_prefix(dataset, run)}1f0c92ab.csv"


class Runs:
    """One after the other, an hour apart. A row is a dict by column, times in ms; all of them are clean."""

    def __init__(self, store, dataset: Dataset):
        self.store, self.dataset = store, dataset
        self.records: Counter[int] = Counter()
        self.runs: list[str] = []

    def leave(self, rows: list[dict], run: str | None = None) -> str:
        """A run with these clean rows; or more rows of one that was there before, as a replay brings them."""
        self.store.now += timedelta(hours=1)
        if run is None:
            run = f"r{len(self.runs):05d}"
            self.runs.append(run)
            self.store.put(landing_of(self.dataset.name, run), b"")
        frame = self._stored(run, rows)
        for lane, members in frame.groupby("lane"):
            name = {"lane": int(lane), "first_record": self.records[lane]}
            self.records[lane] += len(members)
            self._write(name, members.drop(columns="lane"))
        self._profile(run, frame)
        return run

    def place(self, run: str) -> RunPlace:
        def known(of: str) -> str:
            return landing_of(self.dataset.name, of)

        return place_of(self.store, self.dataset, run, known(run), known)

    def _stored(self, run, rows):
        columns = [field.column for field in self.dataset.fields]
        read_key = key_reader(self.dataset, [columns.index(field.column) for field in self.dataset.key])
        version = self.dataset.version_field
        found = []
        for number, row in enumerate(rows, 1):
            lane = lane_of(read_key([str(row[name]) for name in columns]), self.dataset.lanes)
            mark = row[version.column] if version else number
            found.append({**row, "dsf_run": run, "dsf_row": number, "dsf_version": mark, "lane": lane})
        return pd.DataFrame(found, columns=[*columns, "dsf_run", "dsf_row", "dsf_version", "lane"])

    def _write(self, name, rows):
        texts = rows.copy()
        for field in self.dataset.fields:
            if field.type == "datetime":
                texts[field.column] = texts[field.column].map(iso_datetime)
        key = object_key("processed", self.dataset.name, ObjectName(**name, extension="csv"))
        self.store.put(key, texts.to_csv(index=False, lineterminator="\n").encode())
        days = rows[self.dataset.event_time.column].map(lambda ms: period_of(self.dataset, ms))
        for day, members in rows.groupby(days):
            parquet = ObjectName(**name, extension="parquet")
            key = object_key("lake", self.dataset.name, parquet, [("dt", day)])
            self.store.put(key, parquet_of(members.assign(simulated=False)))

    def _profile(self, run, rows):
        clean = rows.assign(**{"(key)": rows["id"]}).astype(object)
        profile = expected_profile(self.dataset, clean).assign(dsf_run=run, dsf_version=1)
        name = ObjectName(0, len(self.runs), "parquet")
        self.store.put(f"{table_prefix(self.dataset.name, 'profile')}{name}", parquet_of(profile))


def parquet_of(rows: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    pa.parquet.write_table(pa.Table.from_pandas(rows, preserve_index=False), out)
    return out.getvalue()
