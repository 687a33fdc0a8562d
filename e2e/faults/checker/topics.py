"""What the topics hold, as librdkafka reads them: committed records in order, and beside them the aborted ones."""

from __future__ import annotations

import hashlib
import io
import json
import time
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import fastavro
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

KINDS = ("raw", "clean", "seen", "enriched", "objects", "quarantine")
POISON = b"poison"
FRAME = 5  # a zero byte and the schema id
PATIENCE = 30.0  # seconds; a broker may be just back
LEADER_PATIENCE = 90.0  # seconds; of a lost controller the session has to end first


@dataclass(frozen=True)
class Record:
    """A record of a topic. `digest` covers key and value without the framing, whose id depends on the registry."""

    kind: str
    lane: int
    offset: int
    key: str
    value: bytes
    receipt: bool

    @property
    def digest(self) -> str:
        body = hashlib.blake2b(self.key.encode(), digest_size=8)
        body.update(self.value[FRAME:])
        return body.hexdigest()

    @property
    def poison(self) -> bool:
        return self.value.startswith(POISON)


@dataclass
class Slice:
    """The part of each topic between two marks."""

    committed: dict[tuple[str, int], list[Record]] = field(default_factory=dict)
    aborted: list[Record] = field(default_factory=list)

    def of(self, kind: str) -> Iterable[Record]:
        for (found, _), records in sorted(self.committed.items()):
            if found == kind:
                yield from records


class Topics:
    """Reads the topics of a dataset. Offsets are given, no group is ever joined, nothing is committed."""

    def __init__(
        self, kafka: dict[str, str], registry: tuple[str, dict[str, str]], dataset: str, lanes: int
    ) -> None:
        """`kafka` are options of librdkafka, `registry` an address and the headers for it."""
        self.partitions = [(kind, lane) for kind in KINDS for lane in range(lanes)]
        self._dataset = dataset
        self._registry, self._headers = registry
        self._kafka = kafka
        self._connect()
        self.schema = cache(self._schema)

    def _connect(self) -> None:
        self._committed = _consumer(self._kafka, "read_committed")
        self._all = _consumer(self._kafka, "read_uncommitted")

    def ends(self) -> dict[tuple[str, int], int]:
        """Offset behind the last record of each partition, control records and open transactions included."""
        return {place: self._end(place) for place in self.partitions}

    def read(self, start: dict[tuple[str, int], int]) -> Slice:
        """
        Everything from `start` to the present end.

        Raises TimeoutError when the committed part does not reach the end: a transaction was left open.
        """
        ends = self.ends()
        found = Slice(committed=self._read(self._committed, start, ends))
        known = {(r.kind, r.lane, r.offset) for records in found.committed.values() for r in records}
        for records in self._read(self._all, start, ends).values():
            found.aborted += [r for r in records if (r.kind, r.lane, r.offset) not in known]
        return found

    def receipts(self) -> list[dict[str, Any]]:
        """Those that came back to the ingestor, one for each lane and route of each run."""
        place = ("receipts", 0)
        ends = {place: self._end(place)}
        found = self._read(self._committed, {}, ends)
        return [self.decode(record) for record in found[place] if not record.poison]

    def decode(self, record: Record) -> dict[str, Any]:
        schema = self.schema(int.from_bytes(record.value[1:FRAME], "big"))
        return fastavro.schemaless_reader(io.BytesIO(record.value[FRAME:]), schema, None)

    def _read(
        self, consumer: Consumer, start: dict[tuple[str, int], int], ends: dict[tuple[str, int], int]
    ) -> dict[tuple[str, int], list[Record]]:
        found: dict[tuple[str, int], list[Record]] = {place: [] for place in ends}
        waiting = {place for place, end in ends.items() if start.get(place, 0) < end}
        consumer.assign([self._partition(place, start.get(place, 0)) for place in waiting])
        silent = 0.0
        while waiting:
            messages = consumer.consume(num_messages=10_000, timeout=0.2)
            silent = 0.0 if any(not m.error() for m in messages) else silent + 0.2
            if silent > PATIENCE:
                raise TimeoutError(
                    f"a transaction was left open: nothing comes behind {_places(waiting, found)}"
                )
            for message in messages:
                place = self._place(message)
                if not message.error():
                    found[place].append(_record(message, *place))
                elif message.error().code() != KafkaError._PARTITION_EOF:
                    continue
                elif message.offset() >= ends[place]:
                    waiting.discard(place)
        consumer.unassign()
        return found

    def _end(self, place: tuple[str, int]) -> int:
        deadline = time.monotonic() + LEADER_PATIENCE
        while True:
            try:
                return self._all.get_watermark_offsets(self._partition(place), timeout=5)[1]
            except KafkaException:
                # another broker leads since it was asked last, or one that is just back knew no topic yet, which librdkafka does not forget
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)
                self._committed.close()
                self._all.close()
                self._connect()

    def _place(self, message: Message) -> tuple[str, int]:
        return message.topic().rsplit(".", 1)[1], message.partition()

    def _partition(self, place: tuple[str, int], offset: int = 0) -> TopicPartition:
        kind, lane = place
        return TopicPartition(f"{self._dataset}.{kind}", lane, offset)

    def _schema(self, number: int) -> Any:
        asked = urllib.request.Request(f"{self._registry}/schemas/ids/{number}", headers=self._headers)
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            schema = json.loads(json.load(answer)["schema"])
        return fastavro.parse_schema(schema)


def _consumer(kafka: dict[str, str], isolation: str) -> Consumer:
    return Consumer(
        {
            **kafka,
            "group.id": "dsf.checker",
            "enable.auto.commit": False,
            "isolation.level": isolation,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "fetch.wait.max.ms": 50,
            "log_level": 0,
        }
    )


def _record(message: Message, kind: str, lane: int) -> Record:
    headers = dict(message.headers() or [])
    key = (message.key() or b"").decode("utf-8", "backslashreplace")
    return Record(
        kind, lane, message.offset(), key, message.value() or b"", headers.get("dsf-kind") == b"receipt"
    )


def _places(waiting: set[tuple[str, int]], found: dict[tuple[str, int], list[Record]]) -> str:
    last = {place: found[place][-1].offset if found[place] else "the start" for place in waiting}
    return ", ".join(f"{kind}/{lane}@{offset}" for (kind, lane), offset in sorted(last.items()))
