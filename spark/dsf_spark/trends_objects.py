"""The Parquet form of a micro-batch of trends: one object for each period of the lake (day, month or year) that its windows begin in."""

import io
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from dsf_dataset import DAY_MS, FIRST_MS, Dataset, iso_date, trends_key

from .store import sha256

_TIME = pa.timestamp("ms", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("dsf_version", pa.int64(), nullable=False),
        pa.field("type", pa.string()),
        pa.field("simulated", pa.bool_(), nullable=False),
        pa.field("window_start", _TIME, nullable=False),
        pa.field("window_end", _TIME, nullable=False),
        pa.field("field", pa.string(), nullable=False),
        pa.field("events", pa.int64(), nullable=False),
        pa.field("values", pa.int64(), nullable=False),
        pa.field("mean", pa.float64()),
        pa.field("minimum", pa.float64()),
        pa.field("maximum", pa.float64()),
    ]
)
_ORDER = [(name, "ascending") for name in ("window_start", "type", "simulated", "field")]


@dataclass(frozen=True)
class TrendsObject:
    key: str
    content: bytes
    dt: str
    batch: int

    def announcement(self, stored: bytes) -> dict[str, Any]:
        """The record `ObjectWritten` of what is in the store: our bytes, or those of the same micro-batch before."""
        return {
            "dsf_run": "",
            "route": "trends",
            "key": self.key,
            "format": "parquet",
            "type": None,
            "dt": self.dt,
            "lane": 0,
            "first_offset": self.batch,
            "last_offset": self.batch,
            "records": pq.read_metadata(io.BytesIO(stored)).num_rows,
            "bytes": len(stored),
            "sha256": sha256(stored),
        }


def objects_of(dataset: Dataset, rows: pa.Table, query_id: str, batch: int) -> list[TrendsObject]:
    table = rows.select(SCHEMA.names).cast(SCHEMA).sort_by(_ORDER)
    # a long window that holds the first days there are begins before them
    starts = pc.max_element_wise(table["window_start"].cast(pa.int64()), FIRST_MS).cast(_TIME)
    periods = pc.floor_temporal(starts, unit=dataset.lake_period).cast(pa.int64())
    return [
        _object(
            dataset,
            table.filter(pc.equal(periods, first)),
            iso_date(first.as_py() // DAY_MS),
            query_id,
            batch,
        )
        for first in pc.unique(periods)
    ]


def _object(dataset: Dataset, rows: pa.Table, dt: str, query_id: str, batch: int) -> TrendsObject:
    buffer = io.BytesIO()
    pq.write_table(rows, buffer, compression="zstd")
    return TrendsObject(trends_key(dataset.name, dt, query_id, batch), buffer.getvalue(), dt, batch)
