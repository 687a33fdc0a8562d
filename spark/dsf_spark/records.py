"""Records in Confluent framing, as the stages write and read them."""

import io
from collections.abc import Callable
from typing import Any

import fastavro
from dsf_dataset import Dataset

from .registry import Registry, frame
from .transactions import Outgoing

RECEIPT_HEADERS = {"dsf-kind": "receipt"}

Encoder = Callable[[dict[str, Any]], bytes]


def encoder(registry: Registry, subject: str) -> Encoder:
    """@raise TransientError while no stage has registered a schema of the subject"""
    schema_id, schema = registry.newest(subject)
    beginning = frame(schema_id)
    parsed = fastavro.parse_schema(schema)

    def encode(record: dict[str, Any]) -> bytes:
        buffer = io.BytesIO(beginning)
        buffer.seek(0, io.SEEK_END)
        fastavro.schemaless_writer(buffer, parsed, record)
        return buffer.getvalue()

    return encode


def receipt_encoder(registry: Registry) -> Encoder:
    return encoder(registry, "dsf.Receipt")


def closing_receipt(dataset: Dataset, route: str, encode: Encoder) -> Outgoing:
    """Closes a chunk behind the records of a micro-batch. It belongs to no run and counts nothing."""
    receipt = {
        "run": "",
        "dataset": dataset.name,
        "lane": 0,
        "lanes": dataset.lanes,
        "route": route,
        "counters": {},
        "times": {},
    }
    return Outgoing(key="", value=encode(receipt), headers=RECEIPT_HEADERS)
