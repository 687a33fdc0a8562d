"""The variables of the stages that say how servers are reached, for Python: the same names, the same meaning."""

from .index import IndexSettings, read_index
from .kafka import KafkaSettings, read_kafka
from .registry import RegistrySettings, read_registry
from .secret import ConnectError, Secret, open_url, secret
from .store import StoreSettings, open_store, read_store

__all__ = [
    "ConnectError",
    "IndexSettings",
    "KafkaSettings",
    "RegistrySettings",
    "Secret",
    "StoreSettings",
    "open_store",
    "open_url",
    "read_index",
    "read_kafka",
    "read_registry",
    "read_store",
    "secret",
]
