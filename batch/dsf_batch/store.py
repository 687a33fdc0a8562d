"""The object store."""

import io
import math
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import urllib3
from dsf_connect import ConnectError, open_store
from minio.error import MinioException

from .command import NotNow, OutOfTime
from .settings import Settings

_AT_ONCE = 8


@dataclass(frozen=True)
class Listed:
    key: str
    modified: datetime
    etag: str
    """Changes whenever the object does."""


class Store:
    """One bucket. Whatever fails is `NotNow`: the caller comes again."""

    until = math.inf
    """On the monotonic clock: many objects are given until then."""

    def __init__(self, settings: Settings) -> None:
        timeout = urllib3.Timeout(connect=5, read=60)
        pool = urllib3.PoolManager(timeout=timeout, retries=urllib3.Retry(3, backoff_factor=0.2), maxsize=16)
        self._bucket = settings.store.bucket
        self._encryption = settings.store.encryption()
        self._client = open_store(settings.store, pool)

    def list(self, prefix: str) -> list[Listed]:
        try:
            found = self._client.list_objects(self._bucket, prefix, recursive=True)
            return [Listed(item.object_name, item.last_modified, item.etag) for item in found]
        except (ConnectError, MinioException, urllib3.exceptions.HTTPError) as error:
            raise NotNow(f"the object store cannot list {prefix}: {error}") from error

    def get(self, key: str) -> bytes:
        try:
            response = self._client.get_object(self._bucket, key)
            try:
                return response.read()
            finally:
                response.close()
                response.release_conn()
        except (ConnectError, MinioException, urllib3.exceptions.HTTPError) as error:
            raise NotNow(f"the object store does not give {key}: {error}") from error

    def get_all(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """
        Objects in the order of their keys, a few of them at once and no more than that in memory.
        @raise OutOfTime before they are all there
        """
        wanted = list(keys)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for at in range(0, len(wanted), _AT_ONCE):
                if time.monotonic() > self.until:
                    raise OutOfTime(f"{at:,} of {len(wanted):,} objects were read, up to {wanted[at]}")
                part = wanted[at : at + _AT_ONCE]
                yield from zip(part, pool.map(self.get, part), strict=True)

    def put(self, key: str, content: bytes, content_type: str) -> None:
        try:
            self._client.put_object(
                self._bucket, key, io.BytesIO(content), len(content), content_type, sse=self._encryption
            )
        except (ConnectError, MinioException, urllib3.exceptions.HTTPError) as error:
            raise NotNow(f"the object store does not take {key}: {error}") from error
