"""The servers that a job needs, looked at without Spark."""

from collections.abc import Callable
from typing import Any

from confluent_kafka.admin import AdminClient

from .failure import TransientError
from .registry import Registry
from .settings import Settings
from .store import Store


def dependencies(settings: Settings) -> dict[str, Callable[[], Any]]:
    admin = AdminClient({"bootstrap.servers": settings.brokers, "log_level": 0})
    registry, store = Registry(settings.registry_url), Store(settings.store)
    return {"kafka": lambda: admin.list_topics(timeout=2.5), "registry": registry.check, "store": store.check}


def require_topic(settings: Settings, topic: str) -> None:
    """The stages make the topics, with the lane count of the dataset."""
    found = AdminClient({"bootstrap.servers": settings.brokers, "log_level": 0}).list_topics(timeout=5).topics
    if topic not in found:
        raise TransientError(f"the topic {topic} is not there yet: the stages make it when they start")
