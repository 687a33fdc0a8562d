"""Enriched records in, trends out: Parquet objects in the lake, announced like those of sink-minio."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dsf_dataset import Dataset, topic_name
from pyspark.sql import DataFrame

from .crash_points import crash_point
from .enriched_source import COUNTED, UNKNOWN_SCHEMA, Writers, enriched_stream
from .failure import TransientError, java_text
from .flow import Flow
from .records import closing_receipt, encoder, receipt_encoder
from .registry import Registry
from .servers import require_topic
from .store import Store
from .transactions import Outgoing, TransactionalTopic, batch_tag
from .trends_objects import TrendsObject, objects_of
from .windows import once_per_key, trends

RECORDS_PER_BATCH = 200_000
_UPLOADS_AT_ONCE = 8
# a fault of Spark 4.1.1: after a micro-batch that came again and is committed, its Kafka source fails in the figures of it
_NO_METRICS = 'IterableOps.map(scala.Function1)" because the return value of "scala.Option.get()" is null'


class TrendsFlow(Flow):
    job = "trends"
    output_mode = "update"

    def __init__(self, *args: Any):
        super().__init__(*args)
        self._met: dict[int, str] = {}
        """Schemas by id, of records that came before their schema was known here."""
        self._foreign: set[int] = set()
        """Ids that stand in a record and are of no schema."""

    @classmethod
    def reads(cls, dataset: Dataset) -> bool:
        return dataset.trends is not None

    def explain(self, error: BaseException) -> BaseException:
        cause = super().explain(error)
        unknown = re.search(UNKNOWN_SCHEMA + r"00([0-9A-F]{8})", java_text(cause))
        if unknown:
            return self._meet(int(unknown[1], 16))
        if _NO_METRICS in java_text(cause):
            return TransientError(
                "Spark cannot measure a micro-batch that it repeated; it is done (SPARK-55271)"
            )
        return cause

    def _meet(self, schema_id: int) -> BaseException:
        """A stage with a newer definition writes under a schema that was not there when the query was planned."""
        try:
            schema = Registry(self.settings.registry).schema(schema_id)
        except TransientError as error:
            return error
        if schema is None:
            self._foreign.add(schema_id)
        else:
            self._met[schema_id] = schema
        return TransientError(f"a record has the schema id {schema_id}, which was not there before")

    def open(self) -> DataFrame:
        name = self.dataset.name
        registry = Registry(self.settings.registry)
        enriched, objects = topic_name(name, "enriched"), topic_name(name, "objects")
        kafka = self.settings.kafka
        require_topic(self.settings, kafka.topic(enriched))
        require_topic(self.settings, kafka.topic(objects))
        self._encode = encoder(registry, f"{objects}-value")
        self._encode_receipt = receipt_encoder(registry)
        self._topic = TransactionalTopic(kafka, f"dsf.{self.job}.{name}", kafka.topic(objects))
        self._store = Store(self.settings.store)
        writers = Writers(registry.versions(f"{enriched}-value") | self._met, frozenset(self._foreign))
        stream = enriched_stream(self.spark, self.dataset, kafka, writers, RECORDS_PER_BATCH)
        return trends(once_per_key(stream, self.dataset), self.dataset)

    def write(self, batch: DataFrame, batch_id: int, query_id: str) -> None:
        objects = objects_of(self.dataset, batch.toArrow(), query_id, batch_id)
        if not objects:
            return
        with ThreadPoolExecutor(_UPLOADS_AT_ONCE) as uploads:
            announcements = list(uploads.map(self._put, objects))
        crash_point("after-write")
        messages = [Outgoing(record["key"], self._encode(record)) for record in announcements]
        crash_point("before-publish")
        self._topic.publish(
            batch_tag(query_id, batch_id),
            [*messages, closing_receipt(self.dataset, "trends", self._encode_receipt)],
        )
        crash_point("after-publish")

    def _put(self, written: TrendsObject) -> dict[str, Any]:
        return written.announcement(self._store.put_once(written.key, written.content))

    def rows(self, progress: Any) -> int:
        """Without receipts."""
        return progress.observedMetrics[COUNTED]["rows"]

    def unreadable(self, progress: Any) -> int:
        return progress.observedMetrics[COUNTED]["unreadable"]

    def lag(self, progress: Any) -> int:
        source = progress.sources[0]
        latest, end = _offsets(source.latestOffset), _offsets(source.endOffset)
        return sum(max(0, offset - end.get(at, 0)) for at, offset in latest.items())


def _offsets(text: str | None) -> dict[tuple[str, str], int]:
    """Of Spark's `{"topic": {"0": 12}}`."""
    topics = json.loads(text) if text else {}
    return {(topic, lane): offset for topic, lanes in topics.items() for lane, offset in lanes.items()}
