"""All messages of a micro-batch in one Kafka transaction, of which a repetition can be told."""

import time
from dataclasses import dataclass, field
from typing import cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from dsf_connect import KafkaSettings

from .crash_points import crash_point
from .failure import TransientError

BATCH_HEADER = "dsf-batch"
_SECONDS = 15
_PARTITION = 0


def batch_tag(query_id: str, batch_id: int) -> str:
    return f"{query_id}:{batch_id}"


@dataclass(frozen=True)
class Outgoing:
    key: str
    value: bytes
    headers: dict[str, str] = field(default_factory=dict)


class TransactionalTopic:
    """
    Partition 0 of a topic, written by one process at a time: who opens it last fences the one before. Every message
    carries the tag of its micro-batch, `<query id>:<batch id>`.
    """

    def __init__(self, kafka: KafkaSettings, transactional_id: str, topic: str):
        self._kafka = kafka
        self.topic = topic
        self._id = f"{kafka.prefix}{transactional_id}"
        self._producer: Producer | None = None

    def publish(self, tag: str, messages: list[Outgoing]) -> None:
        try:
            producer = self._producer or self._open()
            producer.begin_transaction()
            for message in messages:
                self._send(producer, message, tag)
            if producer.flush(_SECONDS) > 0:
                raise TransientError(f"Kafka did not take the records for {self.topic} within {_SECONDS} s")
            crash_point("before-commit")
            producer.commit_transaction(_SECONDS)
        except Exception:
            # whatever became of the transaction, the next producer of this id ends it first
            self._producer = None
            raise

    def _send(self, producer: Producer, message: Outgoing, tag: str) -> None:
        headers: list[tuple[str, str | bytes | None]] = [*message.headers.items(), (BATCH_HEADER, tag)]
        while True:
            try:
                producer.produce(
                    self.topic, message.value, message.key, partition=_PARTITION, headers=headers
                )
                return
            except BufferError:
                producer.poll(0.1)

    def last_tag(self) -> str | None:
        """The tag of the last committed message. Ends first what an earlier producer of this id left open."""
        if self._producer is None:
            self._open()
        consumer = Consumer(
            {
                **_common(self._kafka),
                "group.id": f"{self._id}.tail",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
            }
        )
        try:
            low, high = consumer.get_watermark_offsets(
                TopicPartition(self.topic, _PARTITION), timeout=_SECONDS
            )
            reach = 1000
            while True:
                start = max(low, high - reach)
                tag = _last_tag_from(consumer, self.topic, start)
                if tag is not None or start == low:
                    return tag
                reach *= 4
        finally:
            consumer.close()

    def _open(self) -> Producer:
        producer = Producer(
            {
                **_common(self._kafka),
                "transactional.id": self._id,
                # an open transaction hides what lies behind it from every reader
                "transaction.timeout.ms": _SECONDS * 1000,
                "compression.type": "gzip",
                "linger.ms": 5,
            }
        )
        producer.init_transactions(_SECONDS)
        self._producer = producer
        return producer


def _common(kafka: KafkaSettings) -> dict[str, str | int]:
    """The client tells of every retry by itself; what becomes of it is an error that we get."""
    return {**kafka.client(), "log_level": 2}


def _last_tag_from(consumer: Consumer, topic: str, start: int) -> str | None:
    consumer.assign([TopicPartition(topic, _PARTITION, start)])
    deadline = time.monotonic() + 60
    found = None
    while time.monotonic() < deadline:
        for message in consumer.consume(1000, timeout=0.5):
            error = message.error()
            if error is None:
                found = _tag_of(message) or found
            elif error.code() == KafkaError._PARTITION_EOF:
                return found
            else:
                raise KafkaException(error)
    raise TransientError(f"the end of {topic} was not reached within 60 s")


def _tag_of(message: Message) -> str | None:
    headers = cast(list[tuple[str, bytes]], message.headers() or [])
    values = [value for name, value in headers if name == BATCH_HEADER]
    return values[-1].decode() if values else None
