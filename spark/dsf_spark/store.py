"""The object store beside S3A: listing, and writing an object once."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import urllib3
from dsf_connect import StoreSettings, open_store

from .failure import FatalError, TransientError


class Store:
    def __init__(self, settings: StoreSettings):
        self.bucket = settings.bucket
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=3, read=30), retries=False, maxsize=16, block=True
        )
        self._client = open_store(settings, self._http)

    def check(self) -> None:
        if not self._client.bucket_exists(self.bucket):
            raise TransientError(f"bucket {self.bucket} does not exist")

    def keys(self, prefix: str) -> Iterator[str]:
        for found in self._client.list_objects(self.bucket, prefix, recursive=True):
            yield found.object_name

    def has(self, prefix: str) -> bool:
        return next(self.keys(prefix), None) is not None

    def get(self, key: str) -> bytes:
        response = self._client.get_object(self.bucket, key)
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()

    def put_once(self, key: str, content: bytes) -> bytes:
        """Returns the bytes that are in the store afterwards: those that were there already are kept."""
        # the client has no word for a condition; a signed address takes the header as it is
        url = self._client.get_presigned_url("PUT", self.bucket, key, timedelta(minutes=5))
        answer = self._http.request("PUT", url, body=content, headers={"If-None-Match": "*"})
        if answer.status == 412:
            return self.get(key)
        if answer.status < 300:
            return content
        kind = TransientError if answer.status >= 500 or answer.status in (409, 429) else FatalError
        raise kind(f"the object store answered {answer.status} to PUT {key}: {answer.data[:300]!r}")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
