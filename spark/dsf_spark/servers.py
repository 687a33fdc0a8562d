"""The servers that a job needs, looked at without Spark."""

from collections.abc import Callable
from typing import Any

from confluent_kafka.admin import AdminClient
from dsf_connect import KafkaSettings

from .failure import TransientError
from .registry import Registry
from .settings import Settings
from .store import Store


def dependencies(settings: Settings) -> dict[str, Callable[[], Any]]:
    broker = _Broker(settings.kafka)
    registry, store = Registry(settings.registry), Store(settings.store)
    return {"kafka": broker.check, "registry": registry.check, "store": store.check}


class _Broker:
    """One client for all looks, and another one when its password changed."""

    def __init__(self, settings: KafkaSettings):
        self._settings = settings
        self._options: dict[str, str | int] = {}
        self._admin: AdminClient | None = None

    def check(self) -> None:
        options = self._settings.client()
        if self._admin is None or options != self._options:
            self._admin, self._options = AdminClient({**options, "log_level": 0}), options
        self._admin.list_topics(timeout=2.5)


def require_topic(settings: Settings, topic: str) -> None:
    """The stages make the topics, with the lane count of the dataset."""
    found = AdminClient({**settings.kafka.client(), "log_level": 0}).list_topics(timeout=5).topics
    if topic not in found:
        raise TransientError(
            f"the topic {topic} is not there yet, or we may not see it: the stages make it when they start"
        )
