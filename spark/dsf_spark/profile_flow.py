"""Processed CSV in, quality profile out: one Kafka transaction for each micro-batch."""

import json
from typing import Any

from dsf_dataset import topic_name
from pyspark.sql import DataFrame

from .checkpoint import objects_done, objects_of_look
from .crash_points import crash_point
from .csv_source import processed_prefix, processed_stream
from .flow import Flow
from .profile import profile
from .records import closing_receipt, encoder, receipt_encoder
from .registry import Registry
from .servers import require_topic
from .session import s3a
from .store import Store
from .transactions import Outgoing, TransactionalTopic, batch_tag

OBJECTS_PER_BATCH = 16


class ProfileFlow(Flow):
    job = "csv_profile"

    def open(self) -> DataFrame | None:
        name = self.dataset.name
        folder = processed_prefix(self.dataset)
        self._store = Store(self.settings.store)
        if not self._store.has(folder):
            return None
        topic = self.settings.kafka.topic(topic_name(name, "profile"))
        require_topic(self.settings, topic)
        registry = Registry(self.settings.registry)
        self._encode = encoder(registry, f"{topic_name(name, 'profile')}-value")
        self._encode_receipt = receipt_encoder(registry)
        self._topic = TransactionalTopic(self.settings.kafka, f"dsf.{self.job}.{name}", topic)
        self._last_tag = self._topic.last_tag()
        self._done = objects_done(self._store, self.checkpoint)
        return processed_stream(self.spark, self.dataset, s3a(self.settings.store, folder), OBJECTS_PER_BATCH)

    def write(self, batch: DataFrame, batch_id: int, query_id: str) -> None:
        tag = batch_tag(query_id, batch_id)
        if self._is_there(tag):
            return
        records = [row.asDict() for row in profile(batch, self.dataset).collect()]
        if not records:
            return
        messages = [Outgoing(_key(record), self._encode(record)) for record in sorted(records, key=_key)]
        crash_point("before-publish")
        self._topic.publish(tag, [*messages, closing_receipt(self.dataset, "profile", self._encode_receipt)])
        self._last_tag = tag
        crash_point("after-publish")

    def _is_there(self, tag: str) -> bool:
        """Committed before the process ended, or before Spark could note it."""
        query, batch = tag.split(":")
        last_query, _, last_batch = (self._last_tag or "").partition(":")
        return query == last_query and int(batch) <= int(last_batch)

    def lag(self, progress: Any) -> int:
        look = json.loads(progress.sources[0].endOffset)["logOffset"]
        self._done += objects_of_look(self._store, self.checkpoint, look)
        return max(0, sum(1 for _ in self._store.keys(processed_prefix(self.dataset))) - self._done)


def _key(record: dict[str, Any]) -> str:
    kind, window = record["type"], record["window_start"]
    return "|".join(
        [
            record["dsf_run"],
            "" if kind is None else kind,
            "" if window is None else str(window),
            record["field"],
        ]
    )
